/** Per key 5 ms × 2ⁿ for its n-th failure in a row, at most 1000 s: client-go's numbers, without its shared bucket. */
export class RateLimiter {
	readonly #firstMs: number;
	readonly #maxMs: number;
	/** Failures in a row; a key that never failed, or was forgotten, is not there. */
	readonly #failures = new Map<string, number>();

	constructor(firstMs = 5, maxMs = 1_000_000) {
		this.#firstMs = firstMs;
		this.#maxMs = maxMs;
	}

	/** Counts a failure and says how long to wait. */
	next(key: string): number {
		const failures = this.#failures.get(key) ?? 0;
		this.#failures.set(key, failures + 1);
		return Math.min(this.#maxMs, this.#firstMs * 2 ** failures);
	}

	failuresOf(key: string): number {
		return this.#failures.get(key) ?? 0;
	}

	forget(key: string): void {
		this.#failures.delete(key);
	}
}
