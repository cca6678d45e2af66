import {judgeBefore} from '../device/judge.ts';
import type {DeviceView} from './gather.ts';
import type {FemtoContainerStatusFailure} from '../../protocol/generated/resources.ts';

/** One try of one revision. */
export interface Tried {
	readonly revision: string;
	readonly attempt: number;
}

/** How a device says that it ended with a revision. */
export interface End {
	readonly name: string;
	readonly reason: string;
	readonly message: string;
}

/** What there is to say of a device that was lost before it could say anything itself. */
export const lostWithIt = {reason: 'Lost', message: 'lost after it took the revision'} as const;

export const failureMessageMax = 512;

/** What the device itself says of its end with what was tried, be it that it is led back already. */
export function endOf({device: {metadata: {name}, status = {}}, entry, fate}: DeviceView, tried: Tried): End | undefined {
	if (entry === undefined || (entry.attempt ?? 0) < tried.attempt) {
		return undefined;
	}
	const end = entry.revision === tried.revision ? fate
		: entry.before?.revision === tried.revision ? judgeBefore(entry, status) : undefined;
	return end?.kind === 'failed' ? {name, reason: end.reason, message: end.message} : undefined;
}

/**
 * The failure with a cause: where devices were lost, and none could say why, the first cause that one of them names
 * when it comes back. Any other failure stays as it is. Pure.
 */
export function nameCause(
	failure: FemtoContainerStatusFailure, attempt: number, views: readonly DeviceView[],
): FemtoContainerStatusFailure {
	if (failure.reason !== lostWithIt.reason) {
		return failure;
	}
	const ends = views.flatMap(view => endOf(view, {revision: failure.revision, attempt}) ?? []);
	const [first] = ends.toSorted((left, right) => (left.name < right.name ? -1 : 1));
	return first === undefined ? failure
		: {...failure, reason: first.reason, message: `${first.name}: ${first.message}`.slice(0, failureMessageMax)};
}
