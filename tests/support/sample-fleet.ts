import type {FemtoContainer, FemtoContainerStatusCounts, FemtoDevice} from '../../protocol/generated/resources.ts';
import type {CoreEvent} from '../../runtime/kube/event-recorder.ts';
import type {Condition} from '../../runtime/kube/types.ts';

/** A fleet with everything in it that a view can meet: for tests and measurements of what is drawn. */
export interface SampleFleet {
	readonly containers: readonly FemtoContainer[];
	readonly devices: readonly FemtoDevice[];
	readonly events: readonly CoreEvent[];
}

export const sampleMs = Date.parse('2026-11-25T12:00:00Z');

/** All times are relative to `nowMs`. Of each hundred devices a few are in trouble; the rest is Ready. */
export function sampleFleet(deviceCount: number, nowMs: number = sampleMs): SampleFleet {
	const at = (secondsAgo: number): string => `${new Date(nowMs - secondsAgo * 1000).toISOString().slice(0, 19)}Z`;
	const devices = Array.from({length: deviceCount}, (_, index) => sampleDevice(index, at));
	return {containers: sampleContainers(deviceCount, at), devices, events: sampleEvents(at)};
}

type At = (secondsAgo: number) => string;

function sampleContainers(matched: number, at: At): readonly FemtoContainer[] {
	const some = (part: number): number => Math.floor(matched * part);
	const counts = (own: Partial<FemtoContainerStatusCounts>): FemtoContainerStatusCounts =>
		({matched, updated: 0, ready: 0, failed: 0, asleep: 0, late: 0, lost: 0, notFit: 0, unavailable: 0, ...own});
	const tenth = some(0.1);
	return [
		sampleContainer({
			key: 'default/hello', at, counts: counts({updated: matched, ready: matched}), wave: {index: 3, of: 3},
			reason: 'RolloutComplete', message: `${matched} of ${matched} devices Ready`,
		}),
		sampleContainer({
			key: 'default/valve', at, counts: counts({updated: tenth, ready: tenth, asleep: some(0.2)}), wave: {index: 2, of: 3}, paused: true,
			type: 'Reconciling', reason: 'Paused', message: `wave 2 of 3, ${tenth} of ${matched} devices Ready, ${some(0.2)} asleep`,
		}),
		sampleContainer({
			key: 'lab/scratch', at, counts: counts({matched: 0}),
			type: 'Stalled', reason: 'NoTenant', message: 'namespace lab has no FemtoTenant: femto tenant create lab makes one',
		}),
		sampleContainer({
			key: 'plant-a/pump-guard', at, counts: counts({updated: tenth, failed: 2, lost: 1}), wave: {index: 1, of: 3},
			type: 'Stalled', reason: 'RolledBack',
			message: 'pump-guard-7c1f failed: sim-0002: TooManyFaults at instruction 41; the generation before runs again; '
				+ `back at pump-guard-5b0e, ${matched} of ${matched} devices Ready with it`,
		}),
		sampleContainer({
			key: 'plant-a/vibration', at, wave: {index: 2, of: 3},
			counts: counts({updated: some(0.6), ready: some(0.55), failed: 1, asleep: tenth, late: 1, lost: 1}),
			type: 'Reconciling', reason: 'Progressing', message: `wave 2 of 3, ${some(0.55)} of ${matched} devices Ready, 1 failed, 1 late, 1 lost`,
		}),
		sampleContainer({
			key: 'plant-b/telemetry-with-a-long-name', at, counts: counts({updated: tenth, ready: tenth}), wave: {index: 2, of: 4},
			type: 'Reconciling', reason: 'Soaking', message: `wave 2 of 4, ${tenth} of ${matched} devices Ready`,
		}),
	];
}

interface Sample {
	/** `namespace/name`. */
	readonly key: string;
	readonly at: At;
	readonly counts: FemtoContainerStatusCounts;
	readonly wave?: {readonly index: number; readonly of: number};
	readonly paused?: boolean;
	/** Of the abnormal condition; without one it is Ready. */
	readonly type?: 'Stalled' | 'Reconciling';
	readonly reason: string;
	readonly message: string;
}

function sampleContainer({key, at, counts, wave, paused = false, type, reason, message}: Sample): FemtoContainer {
	const [namespace = '', name = ''] = key.split('/');
	const condition = (of: string, status: Condition['status']): Condition =>
		({type: of, status, reason, message, lastTransitionTime: at(300), observedGeneration: 1});
	return {
		apiVersion: 'femtofleet.dev/v1alpha1',
		kind: 'FemtoContainer',
		metadata: {name, namespace, generation: 1, labels: {team: namespace}},
		spec: {
			deviceSelector: {matchLabels: {class: name === 'scratch' ? 'none' : 'pump'}},
			image: {digest: `sha256:${'ab'.repeat(32)}`, configMap: {name: `${name}-abababab`}},
			faultPolicy: {maxFaults: 3, action: 'Revert'},
			readiness: {},
			minReadySeconds: 10,
			rollout: {
				waves: [{count: 1, soakSeconds: 0}, {percent: 10, soakSeconds: 60}, {percent: 100, soakSeconds: 0}],
				maxUnavailable: '10%', maxFailures: 2, progressDeadlineSeconds: 600, onFailure: 'Rollback',
			},
			paused,
		},
		status: {
			observedGeneration: 1,
			conditions: type === undefined ? [condition('Ready', 'True')] : [condition('Ready', 'False'), condition(type, 'True')],
			currentRevision: `${name}-5b0e`,
			updatedRevision: `${name}-7c1f`,
			counts,
			...(wave && {wave}),
			...(reason === 'RolledBack' && {
				failure: {
					revision: `${name}-7c1f`, generation: 1, spec: 'abcd', reason: 'TooManyFaults',
					message: 'sim-0002: TooManyFaults at instruction 41', time: at(240),
				},
				devices: [{name: 'sim-0002', reason: 'TooManyFaults', message: 'TooManyFaults at instruction 41; the generation before runs again'}],
			}),
		},
	};
}

type Trouble = 'refused' | 'quarantined' | 'lost' | 'late' | 'trial' | 'waiting' | 'new' | 'asleep' | 'none';
const troubles: readonly Trouble[] = ['none', 'refused', 'quarantined', 'lost', 'late', 'trial', 'waiting', 'new', 'asleep', 'asleep'];

/** What is wrong with the device of that index. */
export function troubleOf(index: number): Trouble {
	return index % 100 < troubles.length ? troubles[index % 100] ?? 'none' : 'none';
}

function sampleDevice(index: number, at: At): FemtoDevice {
	const trouble = troubleOf(index);
	const name = `sim-${String(index + 1).padStart(4, '0')}`;
	const base = {
		apiVersion: 'femtofleet.dev/v1alpha1',
		kind: 'FemtoDevice',
		metadata: {name, labels: {class: 'pump', site: index % 2 === 0 ? 'north' : 'south'}},
		spec: {cordoned: false, keyNumber: 0, wakeIntervalSeconds: trouble === 'asleep' ? 600 : 0},
	} as const;
	if (trouble === 'new') return base;
	const isLost = trouble === 'lost';
	const condition = (type: string, status: Condition['status'], reason: string, message: string): Condition =>
		({type, status, reason, message, lastTransitionTime: at(300)});
	const lost = isLost ? 'True' : trouble === 'late' ? 'Unknown' : 'False';
	const digest = 'cd'.repeat(32);
	return {
		...base,
		status: {
			conditions: [
				condition('Ready', isLost ? 'Unknown' : 'True', isLost ? 'Lost' : 'ContainersReady', 'every assigned container is Ready'),
				condition('Asleep', trouble === 'asleep' ? 'True' : 'False', 'WakesByInterval', 'sleeps 600 s at a time'),
				condition('Lost', lost, 'Reporting', 'reports come in time'),
			],
			desiredGeneration: trouble === 'waiting' ? 13 : 12,
			acceptedGeneration: 12,
			assigned: [{
				container: {namespace: 'plant-a', name: 'vibration', uid: 'uid-vibration'},
				revision: 'vibration-7c1f', statementDigest: `sha256:${digest}`, localId: 1, sinceGeneration: trouble === 'waiting' ? 13 : 12,
			}],
			containers: [{
				localId: 1,
				state: trouble === 'quarantined' ? 'Quarantined' : trouble === 'trial' ? 'Trial' : 'Confirmed',
				statementDigest: digest.slice(0, 32), generation: 4, runs: 1200 + index, faults: trouble === 'quarantined' ? 3 : 0, instructions: 51_000,
				...(trouble === 'quarantined' && {lastFault: {cause: 'OutOfBounds', pc: 17}}),
			}],
			...(trouble === 'refused' && {refusals: [{localId: 1, reason: 'TooManyFaults', instruction: 41}]}),
			firmware: {version: '0.1.0', board: 'sim', buildId: 'b1d5b1d5b1d5b1d5'},
			hooks: ['timer', 'message'],
			helpers: ['clock_ms', 'publish'],
			containersLimit: 8, freeRamBytes: 20_480, freeFlashBytes: 65_536, mtuBytes: 64, documentLimitBytes: 2048,
			counters: [{name: 'boots', value: 1}],
			bridge: index % 2 === 0 ? 'north' : 'south',
			report: {boot: 1, sequence: 44},
			lastReportTime: at(isLost ? 4000 : 12 + (index % 50)),
			nextReportTime: at(isLost ? 3900 : -60),
		},
	};
}

/** The object (a FemtoContainer when it has a namespace), whether it warns, reason, message. */
const told: readonly (readonly [object: string, warns: boolean, reason: string, message: string])[] = [
	['plant-a/vibration', false, 'WaveOpened', 'vibration-7c1f: wave 2 of 3 is open'],
	['plant-a/pump-guard', true, 'RolledBack', 'pump-guard-7c1f failed: sim-0002: TooManyFaults; back at pump-guard-5b0e'],
	['plant-a/pump-guard', true, 'TooManyFaults', 'board sim, firmware 0.1.0: sim-0002 gave pump-guard-7c1f up'],
	['sim-0004', true, 'Lost', 'missed three reports'],
	['default/hello', false, 'RolloutComplete', 'hello-7c1f: every wave has passed'],
	['lab/scratch', true, 'NoTenant', 'namespace lab has no FemtoTenant'],
];

function sampleEvents(at: At): readonly CoreEvent[] {
	return told.map(([object, warns, reason, message], index) => {
		const [name = '', namespace] = object.split('/').toReversed();
		const kind = namespace === undefined ? 'FemtoDevice' : 'FemtoContainer';
		return {
			apiVersion: 'v1', kind: 'Event',
			metadata: {name: `${name}.${index}`, namespace: namespace ?? 'default'},
			involvedObject: {apiVersion: 'femtofleet.dev/v1alpha1', kind, name, ...(namespace !== undefined && {namespace})},
			type: warns ? 'Warning' : 'Normal', reason, message,
			source: {component: 'femto-controller'}, reportingComponent: 'femto-controller', reportingInstance: 'one',
			firstTimestamp: at(index * 30), lastTimestamp: at(index * 30), count: object === 'sim-0004' ? 3 : 1,
		};
	});
}
