import type {Clock} from '../clock.ts';
import {fraction, type Random} from '../random.ts';

export interface BackoffOptions {
	readonly clock: Clock;
	readonly random: Random;
	readonly firstMs: number;
	readonly maxMs: number;
	/** A pause this long between two failures is health: the next failure begins at `firstMs` again. */
	readonly resetAfterMs: number;
}

/** Of list and watch, as in client-go's reflector. */
export const reflectorBackoff = {firstMs: 800, maxMs: 30_000, resetAfterMs: 120_000} as const;

/** Exponential back-off, factor 2, full jitter: uniform from 0 to the step, so that many clients never move together. */
export class Backoff {
	readonly #options: BackoffOptions;
	/** The upper bound of the next wait. */
	#stepMs: number;
	/** When the last wait began; undefined before the first. */
	#lastMs: number | undefined;

	constructor(options: BackoffOptions) {
		this.#options = options;
		this.#stepMs = options.firstMs;
	}

	/** How long to wait after a failure now; never 0, so that a retry always is an event of its own. */
	next(): number {
		const {clock, random, firstMs, maxMs, resetAfterMs} = this.#options;
		const now = clock.now();
		if (this.#lastMs !== undefined && now - this.#lastMs >= resetAfterMs) {
			this.#stepMs = firstMs;
		}
		this.#lastMs = now;
		const waitMs = Math.max(1, Math.ceil(fraction(random) * this.#stepMs));
		this.#stepMs = Math.min(maxMs, this.#stepMs * 2);
		return waitMs;
	}

	reset(): void {
		this.#stepMs = this.#options.firstMs;
		this.#lastMs = undefined;
	}
}
