import type {Assigned} from './assign.ts';
import type {FemtoDeviceStatus, FemtoDeviceStatusContainer} from '../../protocol/generated/resources.ts';

/** How one assigned container fares on its device, by what its status says. */
export type Fate =
	/** The device has not accepted a head with this revision yet. */
	| {readonly kind: 'waiting'}
	/** It is fetching or trying it. */
	| {readonly kind: 'working'; readonly reason: string; readonly message: string}
	| {readonly kind: 'ready'; readonly sinceMs: number}
	| {readonly kind: 'failed'; readonly reason: string; readonly message: string};

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
	// Quarantine stands among the refusals, too, but the container knows more about it.
	if (refusal !== undefined && found?.state !== 'Quarantined') {
		const {reason, instruction} = refusal;
		const message = instruction === undefined ? reason : `${reason} at instruction ${instruction}`;
		return {kind: passingRefusals.has(reason) ? 'working' : 'failed', reason, message};
	}
	return found === undefined ? {kind: 'working', reason: 'Fetching', message: 'Fetching'} : judgeFound(entry, found);
}

function judgeFound(entry: Assigned, found: FemtoDeviceStatusContainer): Fate {
	const assigned = entry.statementDigest.slice('sha256:'.length).startsWith(found.statementDigest);
	switch (found.state) {
		case 'Confirmed':
			return assigned
				? {kind: 'ready', sinceMs: Date.parse(found.stateTime ?? '') || 0}
				: {kind: 'working', reason: 'Fetching', message: 'Fetching, an older generation runs'};
		case 'Quarantined': {
			const fault = found.lastFault;
			const cause = fault === undefined ? '' : `, the last one ${fault.cause} at instruction ${fault.pc}`;
			return {kind: 'failed', reason: 'Quarantined', message: `Quarantined after ${found.faults} faults${cause}`};
		}
		case 'Refused':
			return {kind: 'failed', reason: 'Refused', message: 'Refused'};
		case 'Fetching':
		case 'Trial':
			return {kind: 'working', reason: found.state, message: found.state};
	}
}
