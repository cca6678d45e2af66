import {formatTime} from '../runtime/clock.ts';
import {findCondition} from '../runtime/kube/conditions.ts';
import type {Condition} from '../runtime/kube/types.ts';

export interface ConditionWish {
	readonly type: string;
	readonly status: 'True' | 'False' | 'Unknown';
	readonly reason: string;
	readonly message: string;
}

const messageMax = 1024;

/**
 * The conditions an object shall have from now on, in the order of `wishes`; what is not wished for goes. The time of
 * a condition moves only with its status, so that an unchanged wish gives an equal condition.
 */
export function nextConditions(
	before: readonly Condition[] | undefined, wishes: readonly ConditionWish[], observedGeneration: number, nowMs: number,
): readonly Condition[] {
	return wishes.map(wish => {
		const known = before?.find(({type}) => type === wish.type);
		const lastTransitionTime = known?.status === wish.status ? known.lastTransitionTime : formatTime(nowMs);
		return {...wish, message: wish.message.slice(0, messageMax), observedGeneration, lastTransitionTime};
	});
}

export function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
	return findCondition(conditions, type)?.status === 'True';
}
