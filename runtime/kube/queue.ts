import type {Clock, Timer} from '../clock.ts';
import {RateLimiter} from './rate-limiter.ts';

/** High keys are handed out before all normal ones. */
export type Priority = 'high' | 'normal';

export interface QueueStats {
	/** Keys that wait for a worker. */
	readonly depth: number;
	/** Keys that wait for their time. */
	readonly delayed: number;
	readonly processing: number;
	/** Rate-limited adds so far. */
	readonly retries: number;
}

interface Delayed {
	readonly atMs: number;
	readonly priority: Priority;
	readonly timer: Timer;
}

/**
 * Keys to work on. A key added many times before a worker takes it is handed out once; a key added while a worker has
 * it is handed out again after `done`, so no two workers ever hold one key.
 */
export class WorkQueue {
	readonly #clock: Clock;
	readonly #limiter: RateLimiter;
	/** Keys to work on, with the highest priority asked for. */
	readonly #dirty = new Map<string, Priority>();
	/** Keys between `get` and `done`. */
	readonly #processing = new Set<string>();
	/**
	 * Every key that is dirty and not processing stands in the lane of its priority. Entries of other keys are stale
	 * (raised to the high lane, or handed out since) and are skipped; `#depth` does not count them.
	 */
	readonly #lanes = {high: new Lane(), normal: new Lane()};
	/** Number of keys that are dirty and not processing. */
	#depth = 0;
	readonly #delayed = new Map<string, Delayed>();
	/** Calls of `get` that wait; empty unless the depth is 0. */
	readonly #waiters: ((key: string | undefined) => void)[] = [];
	readonly #drained = Promise.withResolvers<void>();
	#isShutDown = false;
	#retries = 0;

	constructor(clock: Clock, limiter = new RateLimiter()) {
		this.#clock = clock;
		this.#limiter = limiter;
	}

	get stats(): QueueStats {
		return {depth: this.#depth, delayed: this.#delayed.size, processing: this.#processing.size, retries: this.#retries};
	}

	add(key: string, priority: Priority = 'normal'): void {
		const known = this.#dirty.get(key);
		if (this.#isShutDown || known === 'high' || known === priority) {
			return;
		}
		this.#dirty.set(key, priority);
		if (this.#processing.has(key)) {
			return;
		}
		this.#lanes[priority].push(key);
		this.#depth += known === undefined ? 1 : 0;
		this.#handOut();
	}

	/** Adds the key after `delayMs`, at least 1; of several delays of one key the earliest counts. */
	addAfter(key: string, delayMs: number, priority: Priority = 'normal'): void {
		const atMs = this.#clock.now() + Math.max(1, delayMs);
		const known = this.#delayed.get(key);
		if (this.#isShutDown || (known !== undefined && known.atMs <= atMs)) {
			return;
		}
		known?.timer.cancel();
		const timer = this.#clock.setTimer(atMs - this.#clock.now(), () => {
			this.#delayed.delete(key);
			this.add(key, priority);
		});
		this.#delayed.set(key, {atMs, priority, timer});
	}

	/** Adds the key after the wait that its failures in a row ask for; `atLeastMs` may ask for more. */
	addRateLimited(key: string, {priority = 'normal', atLeastMs = 0}: {priority?: Priority; atLeastMs?: number} = {}): void {
		this.#retries++;
		this.addAfter(key, Math.max(atLeastMs, this.#limiter.next(key)), priority);
	}

	/** Clears the failures of the key; does not remove it. */
	forget(key: string): void {
		this.#limiter.forget(key);
	}

	failuresOf(key: string): number {
		return this.#limiter.failuresOf(key);
	}

	/** The next key, as soon as there is one; undefined when the queue is shut down and holds none. Owe it a `done`. */
	get(): Promise<string | undefined> {
		return new Promise((resolve) => {
			this.#waiters.push(resolve);
			this.#handOut();
		});
	}

	/** Ends the work on a key taken by `get`; other keys are ignored. */
	done(key: string): void {
		if (!this.#processing.delete(key)) {
			return;
		}
		const priority = this.#dirty.get(key);
		if (priority !== undefined) {
			this.#lanes[priority].push(key);
			this.#depth++;
		}
		this.#handOut();
	}

	/**
	 * Takes no more keys and forgets the delayed ones. With `drain` the waiting ones are still handed out, else dropped.
	 * Resolves when none waits and none is processed.
	 */
	shutDown({drain}: {readonly drain: boolean}): Promise<void> {
		this.#isShutDown = true;
		for (const {timer} of this.#delayed.values()) {
			timer.cancel();
		}
		this.#delayed.clear();
		if (!drain) {
			this.#dirty.clear();
			this.#depth = 0;
		}
		this.#handOut();
		return this.#drained.promise;
	}

	#handOut(): void {
		while (this.#waiters.length > 0 && this.#depth > 0) {
			const key = this.#take('high') ?? this.#take('normal');
			if (key === undefined) {
				throw new Error(`Cannot hand out a key: ${this.#depth} wait, none is in a lane`);
			}
			this.#waiters.shift()?.(key);
		}
		if (!this.#isShutDown || this.#depth > 0) {
			return;
		}
		if (this.#processing.size === 0) {
			this.#drained.resolve();
		}
		// A key that is processed and dirty is to come back, so its worker's next get() must wait for it.
		if (this.#dirty.size === 0) {
			this.#waiters.splice(0).forEach((resolve) => resolve(undefined));
		}
	}

	#take(priority: Priority): string | undefined {
		for (let key = this.#lanes[priority].shift(); key !== undefined; key = this.#lanes[priority].shift()) {
			if (this.#dirty.get(key) === priority && !this.#processing.has(key)) {
				this.#dirty.delete(key);
				this.#processing.add(key);
				this.#depth--;
				return key;
			}
		}
		return undefined;
	}
}

/** First in, first out; a shift costs constant time on average. */
class Lane {
	#keys: string[] = [];
	/** Index of the first key still in. */
	#head = 0;

	push(key: string): void {
		this.#keys.push(key);
	}

	shift(): string | undefined {
		const key = this.#keys[this.#head];
		if (key !== undefined) {
			this.#head++;
		}
		if (this.#head * 2 > this.#keys.length) {
			this.#keys = this.#keys.slice(this.#head);
			this.#head = 0;
		}
		return key;
	}
}
