import {formatTime} from '../clock.ts';
import type {Condition} from './types.ts';

export type Conditions = readonly Condition[];

/**
 * The list with this condition in it: in its old place, or last. `lastTransitionTime` moves to `nowMs` only with the
 * status. The same array when nothing changed, so that a caller can skip the write.
 */
export function setCondition(list: Conditions, wanted: Omit<Condition, 'lastTransitionTime'>, nowMs: number): Conditions {
	const known = findCondition(list, wanted.type);
	if (known !== undefined && isEqual(known, wanted)) {
		return list;
	}
	const lastTransitionTime = known?.status === wanted.status ? known.lastTransitionTime : formatTime(nowMs);
	const condition = {...wanted, lastTransitionTime};
	return known === undefined ? [...list, condition] : list.map((other) => (other === known ? condition : other));
}

/** The same array when there is no such condition. */
export function removeCondition(list: Conditions, type: string): Conditions {
	return findCondition(list, type) === undefined ? list : list.filter((condition) => condition.type !== type);
}

export function findCondition(list: Conditions | undefined, type: string): Condition | undefined {
	return list?.find((condition) => condition.type === type);
}

function isEqual(known: Condition, wanted: Omit<Condition, 'lastTransitionTime'>): boolean {
	const {status, reason, message, observedGeneration} = wanted;
	return (
		known.status === status && known.reason === reason && known.message === message &&
		known.observedGeneration === observedGeneration
	);
}
