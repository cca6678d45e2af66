import {isDeepStrictEqual} from 'node:util';
import {isTrue, nextConditions} from '../conditions.ts';
import type {Fleet, Part} from '../fleet.ts';
import type {Assigned} from './assign.ts';
import {deviceConditions} from './conditions.ts';
import {buildDocument, measureDocument, type DeviceDocument} from './document.ts';
import {judgeBefore} from './judge.ts';
import {judgeLiveness, type Liveness} from './liveness.ts';
import {isMaterial, nextMaterialMs, observedStatus} from './observe.ts';
import type {Observation} from './sessions.ts';
import {bytesToHex} from '../../protocol/crypto.ts';
import type {FemtoDevice, FemtoDeviceStatus} from '../../protocol/generated/resources.ts';
import {documentBytesMax} from '../../protocol/schema/messages.ts';
import {findCondition} from '../../runtime/kube/conditions.ts';

/** What a device's status shall say, and what its head and the image server shall offer. */
export interface DevicePlan {
	readonly status: FemtoDeviceStatus;
	/**
	 * `now`: a head waits for the write, or the next report takes back what this one tells. `soon`: something is to be
	 * told. `none`: nothing that matters changed.
	 */
	readonly write: 'now' | 'soon' | 'none';
	/** Undefined: the device gets no head, or keeps the one it has. */
	readonly document: DeviceDocument | undefined;
	readonly parts: readonly Part[];
	/** When to look again although nothing has changed, milliseconds since the epoch. */
	readonly nextMs: number | undefined;
	/** What is assigned can't be sent now; worth another look soon. */
	readonly blocked: boolean;
}

export interface DeviceInputs {
	readonly fleet: Fleet;
	readonly device: FemtoDevice;
	readonly observation: Observation | undefined;
	/** Since when this process listens, milliseconds since the epoch: silence before that is not the device's. */
	readonly listeningSinceMs: number;
	readonly reportPeriodSeconds: number;
	readonly nowMs: number;
	/** The device shall prove that it lives, by accepting a generation that no report has named yet. */
	readonly challenged: boolean;
}

/** Decides what to write and to publish for one device; carries out nothing. */
export function planDevice(inputs: DeviceInputs): DevicePlan {
	const {fleet, device, observation, nowMs, challenged} = inputs;
	const before = device.status ?? {};
	const observed = observation === undefined ? before : {...before, ...observedStatus(before, observation)};
	const reported = Math.max(before.acceptedGeneration ?? 0, observed.acceptedGeneration ?? 0);
	const own = before.desiredGeneration ?? 0;
	const nextGeneration = Math.max(own, reported) + 1;
	const wanted = makeDocument(fleet, device, fleet.assignedOf(device, nextGeneration), reported);
	const digest = wanted.document === undefined ? undefined : bytesToHex(wanted.document.digest);
	const reassigned = wanted.assigned !== undefined && !isDeepStrictEqual(wanted.assigned, before.assigned ?? []);
	const due = reassigned || reported > own || (challenged && reported === own);
	const raise = digest !== undefined && (digest !== before.documentDigest || due);
	const liveness = livenessOf(inputs);
	const status = finishStatus(device, {
		...observed,
		...(wanted.assigned === undefined ? {} : {assigned: wanted.assigned}),
		...(raise ? {desiredGeneration: nextGeneration, documentDigest: digest} : {}),
	}, {liveness: liveness.kind, blocked: wanted.blocked, nowMs});
	const next = [nextMaterialMs(status, nowMs), liveness.kind === 'lost' ? undefined : liveness.nextMs];
	const isUrgent = raise || reassigned || tellsEnd(before, status);
	return {
		status, document: wanted.document, parts: wanted.parts, blocked: wanted.blocked !== undefined,
		write: isUrgent ? 'now' : isWorthWriting(before, status, observation, nowMs) ? 'soon' : 'none',
		nextMs: earliest(next),
	};
}

/** The status as it is known now: what was written, and what the device has said since. Nothing new is decided. */
export function liveStatus(inputs: DeviceInputs): FemtoDeviceStatus {
	const {device, observation, nowMs} = inputs;
	const before = device.status ?? {};
	const observed = observation === undefined ? before : {...before, ...observedStatus(before, observation)};
	const ready = findCondition(before.conditions, 'Ready');
	const blocked = ready?.reason === 'DocumentBlocked' ? ready.message : undefined;
	return finishStatus(device, observed, {liveness: livenessOf(inputs).kind, blocked, nowMs});
}

interface Wanted {
	/** Undefined: leave what is there. */
	readonly assigned: readonly Assigned[] | undefined;
	readonly document: DeviceDocument | undefined;
	readonly parts: readonly Part[];
	readonly blocked: string | undefined;
}

/** The document of `assigned`; what can't be put into one leaves everything as it is. */
function makeDocument(fleet: Fleet, device: FemtoDevice, assigned: readonly Assigned[], reported: number): Wanted {
	const nothing = {document: undefined, parts: []};
	const parts = fleet.partsOf(assigned);
	if (parts === undefined) {
		const blocked = 'a ControllerRevision, FemtoContainer or FemtoTenant behind what is assigned is missing';
		return {...nothing, assigned: undefined, blocked};
	}
	const content = fleet.contentOf(device, parts);
	if (measureDocument(content) > documentBytesMax) {
		return {...nothing, assigned: undefined, blocked: `the document would exceed ${documentBytesMax} bytes`};
	}
	// A device that was never told anything and sleeps by no interval needs no document to do nothing.
	const told = (device.status?.desiredGeneration ?? 0) > 0 || reported > 0 || device.spec.wakeIntervalSeconds > 0;
	return assigned.length === 0 && !told
		? {...nothing, assigned, blocked: undefined}
		: {assigned, parts, document: buildDocument(content), blocked: undefined};
}

interface Circumstances {
	readonly liveness: Liveness['kind'];
	readonly blocked: string | undefined;
	readonly nowMs: number;
}

function finishStatus(
	device: FemtoDevice, status: FemtoDeviceStatus, {liveness, blocked, nowMs}: Circumstances,
): FemtoDeviceStatus {
	const observedGeneration = device.metadata.generation ?? 0;
	const {wakeIntervalSeconds} = device.spec;
	const facts = {status, assigned: status.assigned ?? [], liveness, wakeIntervalSeconds, blocked};
	const conditions = nextConditions(device.status?.conditions, deviceConditions(facts), observedGeneration, nowMs);
	return {...status, observedGeneration, conditions};
}

/** How it ended with what was assigned before: the device says it only until it has accepted what is assigned now. */
function tellsEnd(before: FemtoDeviceStatus, next: FemtoDeviceStatus): boolean {
	return next.assigned?.some(entry =>
		judgeBefore(entry, next)?.kind === 'failed' && judgeBefore(entry, before)?.kind !== 'failed') === true;
}

function isWorthWriting(
	before: FemtoDeviceStatus, next: FemtoDeviceStatus, observation: Observation | undefined, nowMs: number,
): boolean {
	const told = observation !== undefined && isMaterial(before, next, nowMs);
	return told || before.observedGeneration !== next.observedGeneration
		|| !isDeepStrictEqual(before.conditions ?? [], next.conditions ?? []);
}

/** Without a report since this process started, the device has the time it would have had; who was lost stays lost. */
function livenessOf({device, observation, listeningSinceMs, reportPeriodSeconds, nowMs}: DeviceInputs): Liveness {
	if (observation !== undefined) {
		return judgeLiveness(observation.receivedMs, observation.report.nextReportSeconds, nowMs);
	}
	const {conditions, lastReportTime, nextReportTime, report} = device.status ?? {};
	if (isTrue(conditions, 'Lost')) {
		return {kind: 'lost'};
	}
	if (report === undefined) {
		return {kind: 'onTime', nextMs: Infinity};
	}
	const interval = (Date.parse(nextReportTime ?? '') - Date.parse(lastReportTime ?? '')) / 1000;
	return judgeLiveness(listeningSinceMs, Number.isFinite(interval) ? interval : reportPeriodSeconds, nowMs);
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
	const known = times.flatMap(time => (time !== undefined && Number.isFinite(time) ? [time] : []));
	return known.length === 0 ? undefined : Math.min(...known);
}
