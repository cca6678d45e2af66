import {reconciling, stalled} from './say.ts';
import type {ConditionWish} from '../conditions.ts';

/** What the rest of the same apply, or devices that are only starting, may still put right. */
export const patienceMs = 30_000;

interface Waiting {
	readonly generation: number;
	readonly reason: string;
	readonly sinceMs: number;
}

export interface PatientAnswer {
	readonly conditions: readonly ConditionWish[];
	/** When to look again, in milliseconds. */
	readonly againMs: number;
}

/** How often what is missing is looked for: often at first, then seldom. */
const impatientMs = 1_000;
const patientMs = 30_000;

/** Remembers since when each container waits for the same thing, so that waiting turns into Stalled. */
export class Patience {
	readonly #waiting = new Map<string, Waiting>();

	/** What to say of the object `uid` that waits for `reason`. */
	wait(uid: string, generation: number, reason: string, message: string, nowMs: number): PatientAnswer {
		const known = this.#waiting.get(uid);
		const same = known?.generation === generation && known.reason === reason;
		const sinceMs = same ? known.sinceMs : nowMs;
		this.#waiting.set(uid, {generation, reason, sinceMs});
		return nowMs < sinceMs + patienceMs
			? {conditions: reconciling(reason, message), againMs: Math.min(impatientMs, sinceMs + patienceMs - nowMs)}
			: {conditions: stalled(reason, message), againMs: patientMs};
	}

	/** What was missing is there. */
	end(uid: string): void {
		this.#waiting.delete(uid);
	}
}
