import type {Clock} from '../runtime/clock.ts';
import type {Log} from '../runtime/log.ts';
import {WorkQueue} from '../runtime/kube/queue.ts';
import {after, done, ReconcileLoop, type ReconcileResult} from '../runtime/kube/reconcile-loop.ts';

export interface KeyedWorkOptions {
	/** Of what the keys are: a label of metrics. */
	readonly name: string;
	readonly clock: Clock;
	readonly log: Log;
	readonly workers: number;
	/** A key added by `add` waits until then, milliseconds since the epoch; default: it does not wait. */
	readonly quietUntilMs?: (key: string) => number;
	/** Returns after how many milliseconds to come back at the latest. */
	readonly reconcile: (key: string) => Promise<number | undefined>;
}

export interface WorkStats {
	/** Keys that wait for a worker. */
	readonly depth: number;
	/** Keys that wait for their time. */
	readonly delayed: number;
	/** Passes so far. */
	readonly succeeded: number;
	readonly failed: number;
	/** Time that they have taken together. */
	readonly busyMs: number;
}

/** A queue of keys and its workers. Many reasons to look at a key while it is quiet make one pass. */
export class KeyedWork {
	readonly name: string;
	readonly #options: KeyedWorkOptions;
	readonly #queue: WorkQueue;
	readonly #loop: ReconcileLoop;
	#busyMs = 0;

	constructor(options: KeyedWorkOptions) {
		const {name, clock, log, workers} = options;
		this.name = name;
		this.#options = options;
		this.#queue = new WorkQueue(clock);
		this.#loop = new ReconcileLoop({queue: this.#queue, clock, log, workers, reconcile: key => this.#reconcile(key)});
	}

	get stats(): WorkStats {
		const {depth, delayed} = this.#queue.stats;
		const {done: ended, after: again, errors} = this.#loop.stats;
		return {depth, delayed, succeeded: ended + again, failed: errors, busyMs: this.#busyMs};
	}

	add(key: string): void {
		const {clock, quietUntilMs} = this.#options;
		const waitMs = (quietUntilMs?.(key) ?? 0) - clock.now();
		if (waitMs > 0) {
			this.#queue.addAfter(key, waitMs);
		} else {
			this.#queue.add(key);
		}
	}

	/** Works until `signal` aborts. Never rejects. */
	run(signal: AbortSignal): Promise<void> {
		return this.#loop.run(signal);
	}

	async #reconcile(key: string): Promise<ReconcileResult> {
		const {clock, reconcile} = this.#options;
		const startMs = clock.now();
		try {
			const delayMs = await reconcile(key);
			return delayMs === undefined ? done : after(delayMs);
		} finally {
			this.#busyMs += clock.now() - startMs;
		}
	}
}
