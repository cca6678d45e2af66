import {isTrue} from '../conditions.ts';
import type {Assigned} from '../device/assign.ts';
import {boundDocument, measureDocument, type DocumentContent} from '../device/document.ts';
import {judgeAssigned, type Fate} from '../device/judge.ts';
import {checkDevice, type ContainerNeed, type DeviceOffer, type Fit} from '../fit.ts';
import {toDocumentContainer, type Fleet, type Part} from '../fleet.ts';
import type {DeviceProgress, RolloutDevice} from '../rollout/facts.ts';
import type {ValidTenant} from '../tenant/registry.ts';
import {needOf, type Revision} from './revision.ts';
import type {FemtoContainer, FemtoDevice} from '../../protocol/generated/resources.ts';
import {helpers} from '../../protocol/schema/helpers.ts';
import {hooks} from '../../protocol/schema/hooks.ts';
import {matchesSelector} from '../../runtime/kube/selectors.ts';

/** One matching device as the rollout of one container sees it. */
export interface DeviceView {
	readonly device: FemtoDevice;
	/** What is assigned of the container, of whatever revision. */
	readonly entry: Assigned | undefined;
	readonly fate: Fate | undefined;
	readonly fit: Fit;
	/** Facts for the decision; the place in the ranking included. */
	readonly facts: RolloutDevice;
	readonly late: boolean;
	/** Promised in an earlier pass, and not written yet. */
	readonly pending: boolean;
}

/** What the container shall become everywhere. */
export interface Goal {
	readonly container: FemtoContainer;
	readonly revision: Revision;
	readonly tenant: ValidTenant;
	/** Number of the try. */
	readonly attempt: number;
	/** Back to a revision that devices have run: their stores most likely hold it. */
	readonly back: boolean;
}

/** Every device that the selector matches, with regard to `goal`. */
export function gatherDevices(fleet: Fleet, goal: Goal): readonly DeviceView[] {
	const {deviceSelector} = goal.container.spec;
	return fleet.devices.list()
		.filter(({metadata}) => metadata.deletionTimestamp === undefined)
		.filter(({metadata}) => matchesSelector(deviceSelector, metadata.labels))
		.map(device => viewDevice(fleet, goal, device));
}

function viewDevice(fleet: Fleet, goal: Goal, device: FemtoDevice): DeviceView {
	const uid = goal.container.metadata.uid ?? '';
	const status = device.status ?? {};
	const entry = status.assigned?.find(({container}) => container.uid === uid);
	const fate = entry === undefined ? undefined : judgeAssigned(entry, status);
	const lost = isTrue(status.conditions, 'Lost');
	const started = entry?.revision === goal.revision.name;
	const old = (entry?.attempt ?? 0) < goal.attempt;
	const target = fleet.targetsOf(uid)?.get(device.metadata.name);
	const pending = target?.revision === goal.revision.name && (!started || target.attempt > (entry.attempt ?? 0));
	const again = started && old && fate?.kind === 'failed';
	const progress = started && !pending && !again ? startedProgress(fate, lost, old) : waitingProgress(fate, pending);
	return {
		device, entry, fate, pending,
		fit: progress.kind === 'notStarted' ? checkFit(fleet, goal, device) : {fits: true},
		facts: {
			uid: device.metadata.uid ?? '', rankKey: fleet.rankKeyOf(uid, device.metadata.uid ?? ''),
			alwaysAwake: device.spec.wakeIntervalSeconds === 0, lost, cordoned: device.spec.cordoned, progress,
		},
		late: status.conditions?.find(({type}) => type === 'Lost')?.status === 'Unknown',
	};
}

/**
 * A device that took the revision and was lost then has failed; one that never took it may still come back to it. A
 * sleeper is lost when it missed three wake cycles of its own.
 */
function startedProgress(fate: Fate | undefined, lost: boolean, old: boolean): DeviceProgress {
	if (fate === undefined || fate.kind === 'waiting') {
		return {kind: 'updating'};
	}
	if (fate.kind === 'failed') {
		return {kind: 'failed'};
	}
	if (lost) {
		// What was lost in an earlier try says nothing about this one.
		return {kind: old ? 'updating' : 'failed'};
	}
	return fate.kind === 'ready' ? {kind: 'ready', sinceMs: fate.sinceMs} : {kind: 'updating'};
}

function waitingProgress(fate: Fate | undefined, pending: boolean): DeviceProgress {
	if (pending) {
		return {kind: 'updating'};
	}
	const serving = fate === undefined ? 'none' : fate.kind === 'ready' ? 'ready' : 'notReady';
	return {kind: 'notStarted', serving};
}

function checkFit(fleet: Fleet, goal: Goal, device: FemtoDevice): Fit {
	if (!matchesSelector(goal.tenant.deviceSelector, device.metadata.labels)) {
		const message = `FemtoTenant ${goal.tenant.name} does not select the device`;
		return {fits: false, reason: 'NotInTenant', message};
	}
	return checkDevice(needOf(goal.revision), goal.tenant.grant, offerOf(fleet, goal, device));
}

/** What the device has for the container; undefined before its first inventory. */
function offerOf(fleet: Fleet, goal: Goal, device: FemtoDevice): DeviceOffer | undefined {
	const {status} = device;
	if (status?.firmware === undefined) {
		return undefined;
	}
	const uid = goal.container.metadata.uid;
	const parts = fleet.assignedOf(device).flatMap(entry => fleet.partsOf([entry]) ?? []);
	const others = parts.filter(({entry}) => entry.container.uid !== uid);
	const own = parts.find(({entry}) => entry.container.uid === uid);
	const promised = others.filter(part => !isAttached(part, device)).map(({revision}) => needOf(revision));
	const mates = others.filter(part => part.tenant.name === goal.tenant.name);
	const ownFloor = own?.revision.read.statement.floor ?? 0;
	const localId = own?.entry.localId ?? 31;
	const wanted = toDocumentContainer({...goal, entry: {...emptyEntry, localId}});
	return {
		hooks: (status.hooks ?? []).map(hookId),
		helpers: (status.helpers ?? []).reduce((mask, name) => mask + 2 ** helperNumber(name), 0),
		freeRamBytes: (status.freeRamBytes ?? 0) - total(promised, 'ramBytes')
			+ (own !== undefined && isAttached(own, device) ? needOf(own.revision).ramBytes : 0),
		freeFlashBytes: goal.back && own !== undefined
			? Infinity : (status.freeFlashBytes ?? 0) - total(promised, 'flashBytes'),
		containersLimit: status.containersLimit ?? 0,
		documentLimitBytes: status.documentLimitBytes ?? 0,
		containers: others.length,
		tenantContainers: mates.length,
		tenantRamBytes: total(mates.map(({revision}) => needOf(revision)), 'quotaRamBytes'),
		...takenBy(goal, others),
		floor: own !== undefined && judgeAssigned(own.entry, status).kind === 'ready' ? ownFloor : 0,
		documentBytes: sizeOf({
			...fleet.contentOf(device, others), containers: [...others.map(toDocumentContainer), wanted],
		}, status.documentLimitBytes ?? 0),
	};
}

/** Exact where it matters; most documents are far from the limit. */
function sizeOf(content: DocumentContent, limitBytes: number): number {
	const bound = boundDocument(content);
	return bound <= limitBytes ? bound : measureDocument(content);
}

const emptyEntry: Assigned = {
	container: {namespace: '', name: '', uid: ''}, revision: '', statementDigest: '', localId: 31,
};

/** Its memory is in use already, so what the device calls free is without it. */
function isAttached({entry}: Part, {status}: FemtoDevice): boolean {
	const found = status?.containers?.find(({localId}) => localId === entry.localId);
	return found !== undefined && found.state !== 'Fetching' && found.state !== 'Refused'
		&& entry.statementDigest.includes(found.statementDigest);
}

function takenBy({revision}: Goal, others: readonly Part[]): {readonly takenBy?: string} {
	const {tenant, container} = revision.read.statement;
	const rival = others.find(({revision: {read}}) =>
		read.statement.tenant === tenant && read.statement.container === container);
	return rival === undefined ? {} : {takenBy: `${rival.entry.container.namespace}/${rival.entry.container.name}`};
}

function total(needs: readonly ContainerNeed[], field: 'ramBytes' | 'quotaRamBytes' | 'flashBytes'): number {
	return needs.reduce((sum, need) => sum + need[field], 0);
}

function hookId(name: string): number {
	return hooks.find(hook => hook.name === name)?.id ?? Number(name);
}

function helperNumber(name: string): number {
	return helpers.find(helper => helper.name === name)?.number ?? Number(name);
}
