import {isTrue} from '../conditions.ts';
import type {WriteTally} from '../count-writes.ts';
import type {InputCounts} from '../counts.ts';
import type {Fleet} from '../fleet.ts';
import type {HeadPublisher} from '../heads.ts';
import type {ImageServer} from '../images.ts';
import type {LastHeard} from '../last-heard.ts';
import type {ContainerLogs} from '../logs.ts';
import type {KeyedWork} from '../queues.ts';
import type {Watches} from '../watch.ts';
import type {FemtoContainer, FemtoDevice} from '../../protocol/generated/resources.ts';
import {byLabel, single, type Metric, type Sample} from '../../runtime/metrics.ts';

export interface MetricParts {
	readonly isLeading: () => boolean;
	readonly isConnected: () => boolean;
	readonly counts: () => InputCounts;
	readonly works: readonly KeyedWork[];
	readonly watches: Watches;
	readonly fleet: Fleet;
	readonly heads: HeadPublisher;
	readonly images: ImageServer;
	readonly heard: LastHeard;
	readonly logs: ContainerLogs;
	readonly writes: WriteTally;
}

/** What docs/reference/metrics.md says of the controller. */
export function controllerMetrics(parts: MetricParts): readonly Metric[] {
	return [...workMetrics(parts), ...fleetMetrics(parts), ...logMetrics(parts)].map(
		({name, labels = [], ...metric}) => ({...metric, labels, name: `femto_controller_${name}`}));
}

type ShortMetric = Omit<Metric, 'labels'> & {readonly labels?: readonly string[]};

function workMetrics({isLeading, works, watches, writes}: MetricParts): readonly ShortMetric[] {
	const perQueue = (value: (work: KeyedWork) => number): readonly Sample[] =>
		byLabel('queue', Object.fromEntries(works.map(work => [work.name, value(work)])));
	const lastEventAges = (): readonly Sample[] => Object.entries(watches.stats).flatMap(
		([resource, {lastEventAgeMs: ageMs}]) => (ageMs === undefined ? [] : [{labels: {resource}, value: ageMs / 1000}]));
	return [
		{
			name: 'leader', type: 'gauge', help: '1 while this process leads', read: () => single(Number(isLeading())),
		},
		{
			name: 'reconciles_total', type: 'counter', help: 'passes over one object', labels: ['queue', 'result'],
			read: () => works.flatMap(({name: queue, stats: {succeeded, failed}}) => [
				{labels: {queue, result: 'success'}, value: succeeded}, {labels: {queue, result: 'error'}, value: failed},
			]),
		},
		{
			name: 'reconcile_seconds_total', type: 'counter', help: 'time that these passes took', labels: ['queue'],
			read: () => perQueue(({stats}) => stats.busyMs / 1000),
		},
		{
			name: 'queue_depth', type: 'gauge', help: 'objects that wait for a worker', labels: ['queue'],
			read: () => perQueue(({stats}) => stats.depth),
		},
		{
			name: 'watch_last_event_age_seconds', type: 'gauge', labels: ['resource'],
			help: 'time since the last list, event or bookmark of a watch', read: lastEventAges,
		},
		{
			name: 'api_writes_total', type: 'counter', labels: ['verb', 'resource', 'result'],
			help: 'writes to the Kubernetes API, Leases included, by how they ended',
			read: () => writes.counts.map(({count, ...labels}) => ({labels, value: count})),
		},
	];
}

function fleetMetrics({isConnected, counts, fleet, heads, images, heard}: MetricParts): readonly ShortMetric[] {
	return [
		{
			name: 'broker_connected', type: 'gauge', help: '1 while the MQTT broker is connected',
			read: () => single(Number(isConnected())),
		},
		{
			name: 'inputs_total', type: 'counter', help: 'inputs that were not used, by cause', labels: ['counter'],
			read: () => byLabel('counter', counts()),
		},
		{name: 'reports_total', type: 'counter', help: 'new authentic reports', read: () => single(heard.reports)},
		{
			name: 'devices', type: 'gauge', help: 'devices, each in one state', labels: ['state'],
			read: () => tally(deviceStates, fleet.devices.list().map(stateOfDevice)),
		},
		{
			name: 'containers', type: 'gauge', help: 'FemtoContainers, each in one state', labels: ['state'],
			read: () => tally(containerStates, fleet.containers.list().map(stateOfContainer)),
		},
		{
			name: 'heads_published_total', type: 'counter', help: 'heads that the broker has acknowledged',
			read: () => single(heads.published),
		},
		{
			name: 'blocks_served_total', type: 'counter', help: 'blocks of objects handed to devices',
			read: () => single(images.served.blocks),
		},
		{
			name: 'blocks_served_bytes_total', type: 'counter', help: 'bytes in these blocks',
			read: () => single(images.served.bytes),
		},
	];
}

function logMetrics({logs}: MetricParts): readonly ShortMetric[] {
	return [
		{name: 'log_lines_total', type: 'counter', help: 'log lines of containers', read: () => single(logs.stats.lines)},
		{
			name: 'log_lines_evicted_total', type: 'counter', help: 'log lines that newer ones have pushed out of memory',
			read: () => single(logs.stats.evicted),
		},
		{
			name: 'log_lines_dropped_total', type: 'counter', help: 'log lines that followers missed who read too slowly',
			read: () => single(logs.stats.dropped),
		},
		{name: 'log_lines', type: 'gauge', help: 'log lines in memory', read: () => single(logs.stats.kept)},
		{
			name: 'log_followers', type: 'gauge', help: 'clients that follow the logs', read: () => single(logs.stats.followers),
		},
	];
}

const deviceStates = ['Ready', 'NotReady', 'Lost', 'Asleep'] as const;

/** A sleeper counts as asleep, be it Ready or not: its state is what it was when it fell asleep. */
function stateOfDevice({status}: FemtoDevice): (typeof deviceStates)[number] {
	const conditions = status?.conditions;
	if (isTrue(conditions, 'Lost')) {
		return 'Lost';
	}
	if (isTrue(conditions, 'Asleep')) {
		return 'Asleep';
	}
	return isTrue(conditions, 'Ready') ? 'Ready' : 'NotReady';
}

const containerStates = ['Ready', 'Reconciling', 'Degraded', 'Stalled'] as const;

function stateOfContainer({status}: FemtoContainer): (typeof containerStates)[number] {
	const conditions = status?.conditions;
	return (['Stalled', 'Degraded', 'Ready'] as const).find(type => isTrue(conditions, type)) ?? 'Reconciling';
}

function tally(states: readonly string[], found: readonly string[]): readonly Sample[] {
	return byLabel('state', Object.fromEntries(states.map(state => [state, found.filter(own => own === state).length])));
}
