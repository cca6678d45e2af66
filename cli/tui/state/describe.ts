import type {FemtoContainer, FemtoContainerSpecRolloutWave, FemtoDevice} from '../../../protocol/generated/resources.ts';
import {formatSelector} from '../../../runtime/kube/selectors.ts';
import type {Condition} from '../../../runtime/kube/types.ts';
import {containerRow} from './container-row.ts';
import {deviceRow} from './device-row.ts';
import {Document} from './document.ts';
import type {EventRow} from './event-row.ts';
import {signs, type Mark} from './mark.ts';
import type {Line} from '../line.ts';

/** A FemtoContainer in full, as `kubectl describe` would tell it, the verdict first. */
export function describeContainer(container: FemtoContainer, events: readonly EventRow[], columns: number): readonly Line[] {
	const {metadata, spec, status} = container;
	const {key, mark, word, reason, wave, counts} = containerRow(container);
	const text = new Document(columns);
	verdict(text, key, mark, word, reason);
	text.heading('Rollout');
	text.field('wave', wave);
	text.field('devices', `${counts.ready} of ${counts.matched} ready, ${counts.failed} failed, ${counts.asleep} asleep, `
		+ `${counts.late} late, ${counts.lost} lost, ${counts.notFit} not fit`);
	text.field('paused', spec.paused || undefined, 'paused');
	text.field('revision', status?.updatedRevision);
	text.field('complete before', status?.currentRevision === status?.updatedRevision ? undefined : status?.currentRevision);
	text.field('waves', spec.rollout.waves.map(waveText).join(' → '));
	text.field('strategy', `at most ${spec.rollout.maxUnavailable} unavailable, ${spec.rollout.maxFailures} failed; `
		+ `deadline ${spec.rollout.progressDeadlineSeconds} s; on failure ${spec.rollout.onFailure}`);
	text.field('ready after', `${spec.minReadySeconds} s without fault`);
	text.field('faults', `${spec.faultPolicy.action} after ${spec.faultPolicy.maxFaults}`);
	if (status?.failure !== undefined) {
		text.heading('Failure');
		text.field('revision', status.failure.revision);
		text.field('reason', status.failure.reason, 'bad');
		text.field('message', status.failure.message);
		text.field('time', status.failure.time);
	}
	describeImage(text, container);
	conditions(text, status?.conditions);
	if ((status?.devices ?? []).length > 0) {
		text.heading('Worst devices');
		text.table(['NAME', 'REASON', 'MESSAGE'], (status?.devices ?? []).map((each) => [each.name, each.reason, each.message ?? '']));
	}
	describeEvents(text, events);
	text.heading('Object');
	describeMetadata(text, metadata);
	return text.lines;
}

/** A FemtoDevice in full. */
export function describeDevice(device: FemtoDevice, events: readonly EventRow[], columns: number): readonly Line[] {
	const {metadata, spec, status = {}} = device;
	const {mark, word, reason} = deviceRow(device, undefined);
	const text = new Document(columns);
	verdict(text, metadata.name, mark, word, reason || 'all is as it should be');
	describeContainers(text, device);
	text.heading('Reports');
	text.field('bridge', status.bridge);
	text.field('last change', status.lastReportTime);
	text.field('next report due', status.nextReportTime);
	text.field('head', `desired ${status.desiredGeneration ?? 0}, accepted ${status.acceptedGeneration ?? 0}`);
	text.field('boot, sequence', status.report && `${status.report.boot}, ${status.report.sequence}`);
	text.field('wakes every', spec.wakeIntervalSeconds > 0 ? `${spec.wakeIntervalSeconds} s` : undefined);
	text.field('cordoned', spec.cordoned || undefined, 'warning');
	text.heading('Firmware');
	text.field('board', status.firmware?.board);
	text.field('version', status.firmware && `${status.firmware.version} (build ${status.firmware.buildId})`);
	text.list('hooks', status.hooks);
	text.list('helpers', status.helpers);
	text.field('free', status.freeRamBytes === undefined ? undefined
		: `${status.freeRamBytes} B RAM, ${status.freeFlashBytes ?? 0} B flash`);
	text.field('limits', status.mtuBytes === undefined ? undefined
		: `datagram ${status.mtuBytes} B, document ${status.documentLimitBytes ?? 0} B, ${status.containersLimit ?? 0} containers`);
	text.list('counters', status.counters?.map(({name, value}) => `${name} ${value}`));
	conditions(text, status.conditions);
	describeEvents(text, events);
	text.heading('Object');
	describeMetadata(text, metadata);
	return text.lines;
}

function verdict(text: Document, key: string, mark: Mark, word: string, reason: string): void {
	text.phrase(key, 'strong');
	text.phrase(`${signs[mark]} ${word}: ${reason}`, mark);
}

function describeContainers(text: Document, {status = {}}: FemtoDevice): void {
	text.heading('Containers');
	if ((status.assigned ?? []).length === 0) text.phrase('none assigned', 'dim');
	for (const entry of status.assigned ?? []) {
		const found = status.containers?.find(({localId}) => localId === entry.localId);
		const refusal = status.refusals?.find(({localId}) => localId === entry.localId);
		text.phrase(`${entry.container.namespace}/${entry.container.name}`, 'strong');
		text.field('  state', found?.state ?? 'not there yet');
		text.field('  revision', entry.revision);
		text.field('  generation', found?.generation);
		text.field('  local id', entry.localId);
		text.field('  runs', found && `${found.runs} (${found.instructions} instructions)`);
		text.field('  faults', found && `${found.faults}${found.lastFault === undefined ? ''
			: `, the last one ${found.lastFault.cause} at instruction ${found.lastFault.pc}`}`);
		const at = refusal?.instruction === undefined ? '' : ` at instruction ${refusal.instruction}`;
		text.field('  refused', refusal && `${refusal.reason}${at}`, 'bad');
	}
}

function describeImage(text: Document, {spec, status}: FemtoContainer): void {
	const image = status?.image;
	text.heading('What and where');
	text.field('devices', formatSelector(spec.deviceSelector) || 'all');
	text.field('statement', spec.image.digest);
	text.field('from', `ConfigMap ${spec.image.configMap.name}`);
	text.field('container', image && `${image.container}, tenant ${image.tenant}, sequence ${image.sequence}`);
	text.field('image', image && `${image.imageDigest}, ${image.imageSizeBytes} B`);
	text.list('hooks', spec.hooks?.map(({name}) => name) ?? image?.hooks);
	text.list('permissions', image?.permissions);
	text.list('parameters', Object.entries(spec.parameters ?? {}).map(([name, value]) => `${name}=${value}`));
	text.field('resources', image && `stack ${image.resources.stackBytes} B, data ${image.resources.dataBytes} B, `
		+ `${image.resources.instructionsPerRun} instructions a run`);
}

function conditions(text: Document, list: readonly Condition[] | undefined): void {
	text.heading('Conditions');
	const rows = (list ?? []).map(({type, status, reason, message}) => [type, status, reason, message]);
	if (rows.length === 0) text.phrase('none yet', 'dim');
	else text.table(['TYPE', 'STATUS', 'REASON', 'MESSAGE'], rows);
}

function describeEvents(text: Document, events: readonly EventRow[]): void {
	text.heading('Events');
	const rows = events.map(({isWarning, reason, message}) => [isWarning ? 'Warning' : 'Normal', reason, message]);
	if (rows.length === 0) text.phrase('none in the last hour', 'dim');
	else text.table(['TYPE', 'REASON', 'MESSAGE'], rows);
}

function describeMetadata(text: Document, metadata: FemtoDevice['metadata']): void {
	const {uid, resourceVersion, generation, creationTimestamp, labels, annotations} = metadata;
	text.list('labels', Object.entries(labels ?? {}).map(([name, value]) => `${name}=${value}`));
	text.list('annotations', Object.entries(annotations ?? {}).map(([name, value]) => `${name}=${value}`));
	text.field('created', creationTimestamp);
	text.field('generation', generation);
	text.field('version', resourceVersion);
	text.field('uid', uid);
}

function waveText({count, percent, selector, soakSeconds}: FemtoContainerSpecRolloutWave): string {
	const size = count === undefined ? percent === undefined ? formatSelector(selector ?? {}) : `${percent}%` : `${count}`;
	return soakSeconds > 0 ? `${size} (soak ${soakSeconds} s)` : size;
}
