/** Holds `size` tokens, full at first; one comes back per `refillMs`. */
export class TokenBucket {
	readonly #size: number;
	readonly #refillMs: number;
	/** When the bucket is, or would be, full again; a token taken moves it on by `refillMs`. */
	#fullMs: number;

	constructor(size: number, refillMs: number, nowMs: number) {
		this.#size = size;
		this.#refillMs = refillMs;
		this.#fullMs = nowMs;
	}

	/** Whether there was a token to take. */
	take(nowMs: number): boolean {
		const fullMs = Math.max(nowMs, this.#fullMs) + this.#refillMs;
		if (fullMs - nowMs > this.#size * this.#refillMs) {
			return false;
		}
		this.#fullMs = fullMs;
		return true;
	}
}
