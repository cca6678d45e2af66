import {isTrue} from '../conditions.ts';
import {checkSpec} from '../container/prepare.ts';
import {revisionName} from '../container/revision.ts';
import {describeTenant, findHeld} from '../container/source.ts';
import {steer, type Course} from '../container/steer.ts';
import type {DeviceView} from '../container/gather.ts';
import type {Assigned} from '../device/assign.ts';
import type {Fleet} from '../fleet.ts';
import type {HeardKind} from '../last-heard.ts';
import {reasonOf, type Reason} from './reason.ts';
import {storedFleet, type StoredObjects} from './stored-fleet.ts';
import type {
	FemtoContainer, FemtoContainerStatusFailure, FemtoDevice, FemtoDeviceStatusContainer, FemtoDeviceStatusRefusal,
} from '../../protocol/generated/resources.ts';
import {findCondition} from '../../runtime/kube/conditions.ts';
import {matchesSelector} from '../../runtime/kube/selectors.ts';

export type {StoredObjects} from './stored-fleet.ts';

/** Why a device is not where it should be: one reason, the containers behind it, and what that was decided on. */
export interface Explanation {
	readonly device: string;
	readonly ready: boolean;
	/** One CamelCase word. */
	readonly reason: string;
	/** One phrase. */
	readonly message: string;
	/** Those whose selector matches the device, and those it still has; by namespace and name. */
	readonly containers: readonly ContainerExplanation[];
	readonly inputs: DeviceInputs;
}

export interface DeviceInputs {
	readonly desiredGeneration: number;
	readonly acceptedGeneration: number;
	readonly wakeIntervalSeconds: number;
	readonly cordoned: boolean;
	readonly lastReportTime?: string;
	readonly nextReportTime?: string;
	/** Only from a running controller. */
	readonly live?: LiveInputs;
}

/** What only a running controller knows of a device; times are RFC 3339. */
export interface LiveInputs {
	/** The last message of any kind; only of a `report` it is certain that the device itself has sent it. */
	readonly lastHeard?: {readonly kind: HeardKind; readonly time: string};
	/** Since when its report is late. */
	readonly lateSinceTime?: string;
}

export interface ContainerExplanation {
	/** `namespace/name` of the FemtoContainer. */
	readonly container: string;
	readonly ready: boolean;
	readonly reason: string;
	readonly message: string;
	readonly inputs: ContainerInputs;
}

export interface ContainerInputs {
	readonly generation: number;
	readonly paused: boolean;
	/** Revision that the device is led to, as far as the spec leads to one. */
	readonly goalRevision?: string;
	readonly currentRevision?: string;
	readonly assignedRevision?: string;
	/** Of the first head with the assigned revision. */
	readonly sinceGeneration?: number;
	/** What was decided about the whole container. */
	readonly outcome?: string;
	readonly wave?: {readonly index: number; readonly of: number};
	readonly failure?: FemtoContainerStatusFailure;
	/** What the device says of it. */
	readonly reported?: FemtoDeviceStatusContainer;
	readonly refusal?: FemtoDeviceStatusRefusal;
	/** What it is fetching; only from a running controller. */
	readonly transfer?: Transfer;
}

/** How far a device is with fetching one object. */
export interface Transfer {
	readonly object: 'statement' | 'image';
	readonly blocks: number;
	readonly of: number;
}

/** What a running controller adds to what stands in the API. */
export interface LiveFacts {
	readonly inputs: LiveInputs;
	/** What the device fetches of an assigned container. */
	transferOf(entry: Assigned): Transfer | undefined;
}

/** Undefined when there is no such device. Pure: the same decision as the controller's, on the objects as stored. */
export function explain(objects: StoredObjects, device: string, nowMs: number): Explanation | undefined {
	return explainDevice(storedFleet(objects), device, nowMs);
}

/** The same for any fleet; `live` makes states that pass tell how far they are. */
export function explainDevice(fleet: Fleet, device: string, nowMs: number, live?: LiveFacts): Explanation | undefined {
	const found = fleet.devices.get(device);
	if (found === undefined) {
		return undefined;
	}
	const all = fleet.containers.list().filter(container => concerns(container, found))
		.map(container => explainContainer({fleet, container, device: found, nowMs, live}))
		.toSorted((left, right) => (left.container < right.container ? -1 : 1));
	const {ready, reason, message} = deviceReason(found, all);
	const {status, spec} = found;
	return {
		device, ready, reason, message,
		containers: all.map(({failed: _failed, ...container}) => container),
		inputs: {
			desiredGeneration: status?.desiredGeneration ?? 0, acceptedGeneration: status?.acceptedGeneration ?? 0,
			wakeIntervalSeconds: spec.wakeIntervalSeconds, cordoned: spec.cordoned,
			...(status?.lastReportTime === undefined ? {} : {lastReportTime: status.lastReportTime}),
			...(status?.nextReportTime === undefined ? {} : {nextReportTime: status.nextReportTime}),
			...(live === undefined ? {} : {live: live.inputs}),
		},
	};
}

function concerns({metadata, spec}: FemtoContainer, {metadata: {labels}, status}: FemtoDevice): boolean {
	return matchesSelector(spec.deviceSelector, labels)
		|| status?.assigned?.some(({container}) => container.uid === metadata.uid) === true;
}

type Found = ContainerExplanation & {readonly failed: boolean};

/** What the device itself suffers from comes first, then what failed, then what is on its way. */
function deviceReason({status}: FemtoDevice, containers: readonly Found[]): Omit<Reason, 'failed'> {
	if (status?.report === undefined) {
		return {ready: false, reason: 'NeverReported', message: 'no report of the device has come yet'};
	}
	if (isTrue(status.conditions, 'Lost')) {
		const message = `the device missed three reports, the last one came at ${status.lastReportTime}`;
		return {ready: false, reason: 'Lost', message};
	}
	const condition = findCondition(status.conditions, 'Ready');
	if (condition?.reason === 'DocumentBlocked') {
		return {ready: false, reason: condition.reason, message: condition.message};
	}
	const worst = containers.find(({failed}) => failed) ?? containers.find(({ready}) => !ready);
	if (worst !== undefined) {
		return {ready: false, reason: worst.reason, message: `${worst.container}: ${worst.message}`};
	}
	return containers.length === 0
		? {ready: true, reason: 'NothingAssigned', message: 'no container is meant for the device'}
		: {ready: true, reason: 'ContainersReady', message: 'every container is Ready'};
}

interface Question {
	readonly fleet: Fleet;
	readonly container: FemtoContainer;
	readonly device: FemtoDevice;
	readonly nowMs: number;
	readonly live: LiveFacts | undefined;
}

function explainContainer({fleet, container, device, nowMs, live}: Question): Found {
	const {namespace, name} = container.metadata;
	const course = courseOf(fleet, container, device, nowMs);
	const view = 'reason' in course ? undefined : course.views.find(seen => seen.device === device);
	const reason = 'reason' in course ? course : view === undefined ? notSelected : reasonOf(course, view);
	const inputs = inputsOf(container, device, 'reason' in course ? undefined : course, view);
	const transfer = view?.entry === undefined || reason.reason !== 'Fetching' ? undefined : live?.transferOf(view.entry);
	return {
		container: `${namespace}/${name}`, ...reason,
		...(live === undefined ? {} : {message: passingMessage(reason, transfer, inputs.reported)}),
		inputs: transfer === undefined ? inputs : {...inputs, transfer},
	};
}

/** A state that passes says how far it is. */
function passingMessage(
	{reason, message}: Reason, transfer: Transfer | undefined, reported: FemtoDeviceStatusContainer | undefined,
): string {
	if (reason === 'Fetching' && transfer !== undefined) {
		return `${message}, ${transfer.object} ${transfer.blocks}/${transfer.of} blocks`;
	}
	return reason === 'Trial' && reported !== undefined
		? `${message} since ${reported.stateTime}, ${reported.runs} runs, ${reported.faults} faults` : message;
}

const notSelected: Reason = {
	ready: false, reason: 'Leaving', message: 'the selector no longer matches the device', failed: false,
};

/** The course of the container, or why there is none. */
function courseOf(fleet: Fleet, container: FemtoContainer, device: FemtoDevice, nowMs: number): Course | Reason {
	const {metadata: {namespace = '', name, deletionTimestamp}, spec} = container;
	if (deletionTimestamp !== undefined) {
		return blocked('Terminating', 'the FemtoContainer is being deleted');
	}
	if (!matchesSelector(spec.deviceSelector, device.metadata.labels)) {
		return notSelected;
	}
	const tenant = fleet.tenants.of(namespace);
	if (tenant.kind !== 'valid') {
		const {reason, message} = describeTenant(tenant, namespace);
		return blocked(reason, message);
	}
	const held = findHeld(spec.image.digest, fleet.revisionsOf(container));
	if (held === undefined) {
		return notPrepared(container);
	}
	const resolved = checkSpec(container, held, tenant);
	if (!resolved.ok) {
		return blocked(resolved.error.reason, resolved.error.message);
	}
	const revision = fleet.revision(namespace, revisionName(name, spec.image.digest, resolved.value));
	return revision === undefined ? notPrepared(container) : steer(fleet, {container, revision, tenant}, nowMs);
}

/** No revision holds it: what the controller last said of this spec, if it has said anything. */
function notPrepared({metadata, status}: FemtoContainer): Reason {
	const condition = findCondition(status?.conditions, 'Ready');
	return condition === undefined || condition.observedGeneration !== metadata.generation || condition.status === 'True'
		? blocked('NotObserved', 'the controller has not looked at the newest spec yet')
		: blocked(condition.reason, condition.message);
}

function blocked(reason: string, message: string): Reason {
	return {ready: false, reason, message, failed: false};
}

function inputsOf(
	{metadata, spec, status}: FemtoContainer, device: FemtoDevice, course: Course | undefined, view: DeviceView | undefined,
): ContainerInputs {
	const entry = view?.entry ?? device.status?.assigned?.find(({container}) => container.uid === metadata.uid);
	const reported = device.status?.containers?.find(({localId}) => localId === entry?.localId);
	const refusal = device.status?.refusals?.find(({localId}) => localId === entry?.localId || localId === 0);
	const failure = course?.attempt.failure;
	return {
		generation: metadata.generation ?? 0, paused: spec.paused,
		...(course === undefined ? {} : {
			goalRevision: course.goal.revision.name, outcome: course.decision.outcome,
			wave: {index: Math.min(course.decision.wave + 1, course.decision.waves), of: course.decision.waves},
		}),
		...(status?.currentRevision === undefined ? {} : {currentRevision: status.currentRevision}),
		...(entry === undefined ? {} : {assignedRevision: entry.revision}),
		...(entry?.sinceGeneration === undefined ? {} : {sinceGeneration: entry.sinceGeneration}),
		...(failure === undefined ? {} : {failure}),
		...(reported === undefined ? {} : {reported}),
		...(refusal === undefined ? {} : {refusal}),
	};
}
