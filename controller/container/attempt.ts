import {bytesToHex, sha256, utf8ToBytes} from '../../protocol/crypto.ts';
import type {
	FemtoContainer, FemtoContainerSpec, FemtoContainerStatusFailure,
} from '../../protocol/generated/resources.ts';

/** Another value asks for one more try of what has failed. */
export const retryAnnotation = 'femtofleet.dev/retry';
const retryMax = 64;

/** One try to bring a revision to its devices. */
export interface Attempt {
	readonly number: number;
	/** Value of the annotation that this try is for. */
	readonly retry: string | undefined;
	/** Why it has ended without success; undefined while it has not. */
	readonly failure: FemtoContainerStatusFailure | undefined;
}

/**
 * The try that the container is in with `revision`. A failure stands for as long as the same is asked for: `paused` and
 * `rollout.onFailure` may change, which say how to deal with it. Anything else begins anew, the same spec as well when
 * it comes back after another one, be it that nobody looked in between: that takes two changes. Pure.
 */
export function findAttempt({metadata, spec, status}: FemtoContainer, revision: string): Attempt {
	const {generation = 0, annotations} = metadata;
	const {attempt: before = 0, failure, retry: known} = status ?? {};
	const retry = annotations?.[retryAnnotation]?.slice(0, retryMax);
	const stands = failure !== undefined && failure.revision === revision && failure.spec === hashSpec(spec)
		&& generation - failure.generation <= 1 && retry === known;
	if (stands) {
		return {number: before, retry, failure: {...failure, generation}};
	}
	// A way back is a try of its own, see `numberOfReturn`.
	const step = failure !== undefined ? 2 : retry !== known && status !== undefined ? 1 : 0;
	return {number: before + step, retry, failure: undefined};
}

/** The way back after a failed try: what failed before with the revision to go back to is tried again. */
export function numberOfReturn({number}: Attempt): number {
	return number + 1;
}

/** A short hash of what decides whether a spec is worth another try; the order of keys does not matter. */
export function hashSpec(spec: FemtoContainerSpec): string {
	const {paused: _paused, rollout: {onFailure: _onFailure, ...rollout}, ...others} = spec;
	const text = JSON.stringify({...others, rollout}, (_key, value: unknown) => sortKeys(value));
	return bytesToHex(sha256(utf8ToBytes(text))).slice(0, 10);
}

function sortKeys(value: unknown): unknown {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		return value;
	}
	return Object.fromEntries(Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
