import {formatTime} from '../clock.ts';
import type {Condition} from './types.ts';

export type ConditionInput = Omit<Condition, 'lastTransitionTime'>;

/**
 * The list with one condition set, others and their order kept. `lastTransitionTime` moves only when `status` changes;
 * the same list comes back when nothing does.
 */
export function setCondition(conditions: readonly Condition[] | undefined, input: ConditionInput, nowMs: number): readonly Condition[] {
	const list = conditions ?? [];
	const old = findCondition(list, input.type);
	const lastTransitionTime = old !== undefined && old.status === input.status ? old.lastTransitionTime : formatTime(nowMs);
	const next: Condition = {...input, lastTransitionTime};
	if (old === undefined) return [...list, next];
	return isEqual(old, next) ? list : list.map((condition) => (condition === old ? next : condition));
}

/** The list without a condition: for Reconciling and Stalled, which stand only while they apply. */
export function removeCondition(conditions: readonly Condition[] | undefined, type: string): readonly Condition[] {
	const list = conditions ?? [];
	return findCondition(list, type) === undefined ? list : list.filter((condition) => condition.type !== type);
}

export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
	return conditions?.find((condition) => condition.type === type);
}

export function isConditionTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
	return findCondition(conditions, type)?.status === 'True';
}

function isEqual(left: Condition, right: Condition): boolean {
	return left.status === right.status && left.reason === right.reason && left.message === right.message
		&& left.observedGeneration === right.observedGeneration && left.lastTransitionTime === right.lastTransitionTime;
}
