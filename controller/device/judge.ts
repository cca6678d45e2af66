import type {Assigned} from './assign.ts';
import type {
	FemtoDeviceStatus, FemtoDeviceStatusContainer, FemtoDeviceStatusRefusal,
} from '../../protocol/generated/resources.ts';

/** How one assigned container fares on its device, by what its status says. */
export type Fate =
	/** The device has not accepted a head with this revision yet. */
	| {readonly kind: 'waiting'}
	/** It is fetching or trying it. */
	| {readonly kind: 'working'; readonly reason: string; readonly message: string}
	| {readonly kind: 'ready'; readonly sinceMs: number}
	| {readonly kind: 'failed'; readonly reason: string; readonly message: string};

/** Why a device gives up a generation that has run. */
const givenUp: ReadonlySet<string> = new Set(['TooManyFaults', 'WatchdogResets', 'LinkDead']);

/** Refusals that time puts right: the device asks again by itself. */
export const passingRefusals: ReadonlySet<string> = new Set(['ObjectUnavailable', 'DigestMismatch']);

/**
 * Judges by the last report that was written: only one that has accepted the head with this revision says anything
 * about it, and Ready is what the device confirms for exactly the assigned statement.
 */
export function judgeAssigned(entry: Assigned, status: FemtoDeviceStatus): Fate {
	if ((status.acceptedGeneration ?? 0) < (entry.sinceGeneration ?? 0)) {
		return {kind: 'waiting'};
	}
	const found = status.containers?.find(({localId}) => localId === entry.localId);
	const refusal = status.refusals?.find(({localId}) => localId === entry.localId || localId === 0);
	if (refusal !== undefined) {
		const {reason} = refusal;
		return {kind: passingRefusals.has(reason) ? 'working' : 'failed', reason, message: describe(refusal, found)};
	}
	return found === undefined ? {kind: 'working', reason: 'Fetching', message: 'Fetching'} : judgeFound(entry, found);
}

/**
 * How the device fared with what was assigned before `entry`, while its last report is about that: one that was given
 * up for lost may tell its end when it comes back. Undefined when the report is not about it.
 */
export function judgeBefore({before, ...entry}: Assigned, status: FemtoDeviceStatus): Fate | undefined {
	const {acceptedGeneration = 0} = status;
	return before === undefined || acceptedGeneration >= (entry.sinceGeneration ?? 0)
		? undefined : judgeAssigned({...entry, ...before}, status);
}

/** A generation that was given up names what the device does instead. */
function describe(
	{reason, instruction}: FemtoDeviceStatusRefusal, found: FemtoDeviceStatusContainer | undefined,
): string {
	if (found?.state === 'Quarantined') {
		return `${reason}: ${describeQuarantine(found)}`;
	}
	const text = instruction === undefined ? reason : `${reason} at instruction ${instruction}`;
	return givenUp.has(reason) && found?.state === 'Confirmed' ? `${text}; the generation before runs again` : text;
}

function describeQuarantine({faults, lastFault}: FemtoDeviceStatusContainer): string {
	const cause = lastFault === undefined ? '' : `, the last one ${lastFault.cause} at instruction ${lastFault.pc}`;
	return faults === 0
		? 'quarantined, nothing to go back to' : `quarantined after ${faults} ${faults === 1 ? 'fault' : 'faults'}${cause}`;
}

function judgeFound(entry: Assigned, found: FemtoDeviceStatusContainer): Fate {
	const assigned = entry.statementDigest.slice('sha256:'.length).startsWith(found.statementDigest);
	switch (found.state) {
		case 'Confirmed':
			return assigned
				? {kind: 'ready', sinceMs: Date.parse(found.stateTime ?? '') || 0}
				: {kind: 'working', reason: 'Fetching', message: 'Fetching, an older generation runs'};
		case 'Quarantined':
			return {kind: 'failed', reason: 'Quarantined', message: describeQuarantine(found)};
		case 'Refused':
			return {kind: 'failed', reason: 'Refused', message: 'Refused'};
		case 'Fetching':
		case 'Trial':
			return {kind: 'working', reason: found.state, message: found.state};
	}
}
