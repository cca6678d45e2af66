import type {
	FemtoDeviceAssignment, FemtoDeviceStatus, FemtoDeviceStatusContainer, FemtoDeviceStatusRefusal,
} from '../../../protocol/generated/resources.ts';

/** How one assigned container fares on its device, in words. */
export interface Fate {
	readonly kind: 'ready' | 'working' | 'failed';
	/** One word. */
	readonly word: 'Waiting' | 'Fetching' | 'Trial' | 'Confirmed' | 'Quarantined' | 'Refused';
	/** One phrase; empty when it is ready. */
	readonly reason: string;
}

/** Refusals that time puts right: the device asks again by itself. */
const passing: ReadonlySet<string> = new Set(['ObjectUnavailable', 'DigestMismatch']);

/** Words for what the last report in status says. The controller decides on the same facts; here they are only told. */
export function fateOf(entry: FemtoDeviceAssignment, status: FemtoDeviceStatus): Fate {
	const {acceptedGeneration = 0, desiredGeneration = 0} = status;
	if (acceptedGeneration < (entry.sinceGeneration ?? 0)) {
		return {kind: 'working', word: 'Waiting', reason: `has not accepted head ${desiredGeneration} yet`};
	}
	const found = status.containers?.find(({localId}) => localId === entry.localId);
	const refusal = status.refusals?.find(({localId}) => localId === entry.localId || localId === 0);
	if (found?.state === 'Quarantined') return {kind: 'failed', word: 'Quarantined', reason: quarantineText(found, refusal)};
	if (refusal !== undefined) return refusalFate(refusal, found);
	return foundFate(entry, found);
}

function foundFate(entry: FemtoDeviceAssignment, found: FemtoDeviceStatusContainer | undefined): Fate {
	const isAssigned = found !== undefined && entry.statementDigest.slice('sha256:'.length).startsWith(found.statementDigest);
	if (found === undefined || (found.state === 'Confirmed' && !isAssigned)) {
		return {kind: 'working', word: 'Fetching', reason: found ? 'fetching, an older generation runs' : 'fetching'};
	}
	switch (found.state) {
		case 'Confirmed':
			return {kind: 'ready', word: 'Confirmed', reason: ''};
		case 'Quarantined':
		case 'Refused':
			return {kind: 'failed', word: found.state, reason: found.state.toLowerCase()};
		case 'Fetching':
			return {kind: 'working', word: found.state, reason: 'fetching'};
		case 'Trial':
			return {kind: 'working', word: found.state, reason: `on trial, ${found.runs} runs so far`};
	}
}

function refusalFate({reason, instruction}: FemtoDeviceStatusRefusal, found: FemtoDeviceStatusContainer | undefined): Fate {
	if (passing.has(reason)) return {kind: 'working', word: 'Fetching', reason: `${reason}, it asks again by itself`};
	const at = instruction === undefined ? '' : ` at instruction ${instruction}`;
	const back = found?.state === 'Confirmed' ? '; the generation before runs again' : '';
	return {kind: 'failed', word: 'Refused', reason: `${reason}${at}${back}`};
}

function quarantineText(found: FemtoDeviceStatusContainer, refusal: FemtoDeviceStatusRefusal | undefined): string {
	const {faults, lastFault} = found;
	const cause = lastFault === undefined ? '' : `, the last one ${lastFault.cause} at instruction ${lastFault.pc}`;
	const why = refusal === undefined ? '' : `${refusal.reason}: `;
	return `${why}quarantined after ${faults} ${faults === 1 ? 'fault' : 'faults'}${cause}`;
}
