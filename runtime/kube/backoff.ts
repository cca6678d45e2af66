import type {Clock} from '../clock.ts';
import {fraction, type Random} from '../random.ts';

export interface BackoffOptions {
	readonly firstMs: number;
	readonly mostMs: number;
	/** A quiet time after which the next failure counts as the first. */
	readonly resetMs: number;
}

const reflectorBackoff: BackoffOptions = {firstMs: 800, mostMs: 30_000, resetMs: 120_000};

/** Delays between tries: doubling, with full jitter. */
export class Backoff {
	readonly #clock: Clock;
	readonly #random: Random;
	readonly #options: BackoffOptions;
	#failures = 0;
	#lastFailureMs = -Infinity;

	constructor(clock: Clock, random: Random, options: BackoffOptions = reflectorBackoff) {
		this.#clock = clock;
		this.#random = random;
		this.#options = options;
	}

	/** Milliseconds to wait after a failure that happened now. */
	next(): number {
		const now = this.#clock.now();
		if (now - this.#lastFailureMs > this.#options.resetMs) this.#failures = 0;
		this.#lastFailureMs = now;
		const bound = Math.min(this.#options.mostMs, this.#options.firstMs * 2 ** this.#failures);
		this.#failures++;
		return bound * fraction(this.#random);
	}
}
