import type {Clock} from '../runtime/clock.ts';
import type {Log} from '../runtime/log.ts';
import {WorkQueue} from '../runtime/kube/queue.ts';
import {after, done, ReconcileLoop} from '../runtime/kube/reconcile-loop.ts';

export interface KeyedWorkOptions {
	readonly clock: Clock;
	readonly log: Log;
	readonly workers: number;
	/** A key added by `add` waits until then, milliseconds since the epoch; default: it does not wait. */
	readonly quietUntilMs?: (key: string) => number;
	/** Returns after how many milliseconds to come back at the latest. */
	readonly reconcile: (key: string) => Promise<number | undefined>;
}

/** A queue of keys and its workers. Many reasons to look at a key while it is quiet make one pass. */
export class KeyedWork {
	readonly #options: KeyedWorkOptions;
	readonly #queue: WorkQueue;

	constructor(options: KeyedWorkOptions) {
		this.#options = options;
		this.#queue = new WorkQueue(options.clock);
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
		const {clock, log, workers, reconcile} = this.#options;
		const loop = new ReconcileLoop({
			queue: this.#queue, clock, log, workers,
			reconcile: async key => {
				const delayMs = await reconcile(key);
				return delayMs === undefined ? done : after(delayMs);
			},
		});
		return loop.run(signal);
	}
}
