import type {Clock, Timer} from '../../../runtime/clock.ts';

/** Time that moves only when a test says so. */
export class ManualClock implements Clock {
	#nowMs = 0;
	readonly #timers = new Set<{readonly atMs: number; readonly callback: () => void}>();

	now(): number {
		return this.#nowMs;
	}

	setTimer(delayMs: number, callback: () => void): Timer {
		const timer = {atMs: this.#nowMs + delayMs, callback};
		this.#timers.add(timer);
		return {cancel: () => this.#timers.delete(timer)};
	}

	/** Runs what is due, in order, and lets promises settle after each. */
	async advance(ms: number): Promise<void> {
		const endMs = this.#nowMs + ms;
		for (;;) {
			const due = [...this.#timers].filter(({atMs}) => atMs <= endMs).sort((first, second) => first.atMs - second.atMs)[0];
			if (due === undefined) {
				break;
			}
			this.#timers.delete(due);
			this.#nowMs = due.atMs;
			due.callback();
			await settle();
		}
		this.#nowMs = endMs;
		await settle();
	}
}

/** One turn of the event loop: every promise that can settle has settled. */
export function settle(): Promise<void> {
	return new Promise((resolve) => {
		setImmediate(resolve);
	});
}
