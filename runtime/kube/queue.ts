import type {Clock, Timer} from '../clock.ts';

export interface QueueOptions {
	readonly clock: Clock;
	/** Delay of the first rate-limited add, doubled with each further one; default 5. */
	readonly firstDelayMs?: number;
	/** Default 1,000,000. */
	readonly mostDelayMs?: number;
}

/**
 * Keys to work on, each at most once in the queue and never with two workers at a time: a key that is added while it
 * is worked on comes again after `done`.
 */
export class WorkQueue {
	readonly #clock: Clock;
	readonly #firstDelayMs: number;
	readonly #mostDelayMs: number;
	/** Keys that wait for a worker, in order; all of them are in `dirty`. */
	readonly #queue = new Set<string>();
	/** Keys that need work. */
	readonly #dirty = new Set<string>();
	/** Keys a worker has. */
	readonly #processing = new Set<string>();
	readonly #delayed = new Map<string, {readonly dueMs: number; readonly timer: Timer}>();
	readonly #failures = new Map<string, number>();
	readonly #takers: ((key: string | undefined) => void)[] = [];
	#adds = 0;
	#retries = 0;
	#isShutDown = false;

	constructor({clock, firstDelayMs = 5, mostDelayMs = 1_000_000}: QueueOptions) {
		this.#clock = clock;
		this.#firstDelayMs = firstDelayMs;
		this.#mostDelayMs = mostDelayMs;
	}

	/** Keys that wait, delayed ones not counted. */
	get depth(): number {
		return this.#queue.size;
	}

	get counts(): {readonly adds: number; readonly retries: number; readonly depth: number; readonly delayed: number; readonly processing: number} {
		return {
			adds: this.#adds, retries: this.#retries, depth: this.#queue.size, delayed: this.#delayed.size, processing: this.#processing.size,
		};
	}

	add(key: string): void {
		if (this.#isShutDown || this.#dirty.has(key)) return;
		this.#adds++;
		this.#dirty.add(key);
		if (this.#processing.has(key)) return;
		this.#queue.add(key);
		this.#hand();
	}

	/** Adds later. Of several delays of one key the earliest counts. */
	addAfter(key: string, delayMs: number): void {
		if (this.#isShutDown) return;
		if (delayMs <= 0) {
			this.add(key);
			return;
		}
		const dueMs = this.#clock.now() + delayMs;
		const waiting = this.#delayed.get(key);
		if (waiting !== undefined && waiting.dueMs <= dueMs) return;
		waiting?.timer.cancel();
		const timer = this.#clock.setTimer(delayMs, () => {
			this.#delayed.delete(key);
			this.add(key);
		});
		this.#delayed.set(key, {dueMs, timer});
	}

	/** Adds after a delay that doubles with each call until `forget`. */
	addRateLimited(key: string): void {
		const failures = this.#failures.get(key) ?? 0;
		this.#failures.set(key, failures + 1);
		this.#retries++;
		this.addAfter(key, Math.min(this.#mostDelayMs, this.#firstDelayMs * 2 ** failures));
	}

	/** Ends the count of failures of a key; the key itself stays where it is. */
	forget(key: string): void {
		this.#failures.delete(key);
	}

	failuresOf(key: string): number {
		return this.#failures.get(key) ?? 0;
	}

	/** The next key, once there is one; undefined after the shutdown. Each key taken must be given to `done`. */
	take(): Promise<string | undefined> {
		return new Promise((resolve) => {
			this.#takers.push(resolve);
			this.#hand();
		});
	}

	done(key: string): void {
		this.#processing.delete(key);
		if (this.#dirty.has(key)) {
			this.#queue.add(key);
			this.#hand();
		}
	}

	/** Takes no more keys. What waits is handed out first with `drain`, else dropped. */
	shutdown({drain = false}: {readonly drain?: boolean} = {}): void {
		this.#isShutDown = true;
		for (const {timer} of this.#delayed.values()) timer.cancel();
		this.#delayed.clear();
		if (!drain) {
			this.#queue.clear();
			this.#dirty.clear();
		}
		this.#hand();
	}

	#hand(): void {
		while (this.#takers.length > 0) {
			const [key] = this.#queue;
			if (key === undefined) break;
			this.#queue.delete(key);
			this.#dirty.delete(key);
			this.#processing.add(key);
			this.#takers.shift()?.(key);
		}
		if (this.#isShutDown && this.#queue.size === 0) for (const taker of this.#takers.splice(0)) taker(undefined);
	}
}
