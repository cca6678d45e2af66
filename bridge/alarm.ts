import type {Clock, Timer} from '../runtime/clock.ts';

/**
 * Calls back at a deadline that moves often. A later deadline leaves the timer alone, so the callback may come early
 * and must set the deadline anew.
 */
export class Alarm {
	readonly #clock: Clock;
	readonly #ring: () => void;
	#timer: Timer | undefined;
	#dueMs = Infinity;

	constructor(clock: Clock, ring: () => void) {
		this.#clock = clock;
		this.#ring = ring;
	}

	/** Undefined: no call. */
	aim(deadlineMs: number | undefined): void {
		if (deadlineMs === undefined) {
			this.#stop();
			return;
		}
		if (this.#timer !== undefined && this.#dueMs <= deadlineMs) {
			return;
		}
		this.#stop();
		this.#dueMs = deadlineMs;
		this.#timer = this.#clock.setTimer(Math.max(0, deadlineMs - this.#clock.now()), () => {
			this.#timer = undefined;
			this.#ring();
		});
	}

	#stop(): void {
		this.#timer?.cancel();
		this.#timer = undefined;
	}
}
