import type {LogLine} from './logs-ring.ts';

/** What has come for a follower since it asked last. */
export interface LogBatch {
	readonly lines: readonly LogLine[];
	/** Lines after these that had no room. */
	readonly dropped: number;
}

/** Lines that wait for a follower who does not read; what exceeds them is dropped, for nobody waits for a reader. */
const waitingMax = 1_000;

/** One who follows the lines as they come. */
export class LogFollower {
	/** Of all that was offered. */
	dropped = 0;
	readonly #wants: (line: LogLine) => boolean;
	readonly #onEnd: () => void;
	#waiting: LogLine[] = [];
	/** `dropped` when the last batch was handed out. */
	#droppedBefore = 0;
	#hasEnded = false;
	/** Wakes who waits in `next`. */
	#wake: (() => void) | undefined;

	constructor(wants: (line: LogLine) => boolean, onEnd: () => void) {
		this.#wants = wants;
		this.#onEnd = onEnd;
	}

	offer(line: LogLine): void {
		if (!this.#wants(line)) {
			return;
		}
		if (this.#waiting.length < waitingMax) {
			this.#waiting.push(line);
		} else {
			this.dropped++;
		}
		this.#wake?.();
	}

	/** Resolves with what has come, as soon as anything has; undefined when the following has ended. One call at a time. */
	async next(): Promise<LogBatch | undefined> {
		if (this.#waiting.length === 0 && !this.#hasEnded) {
			await new Promise<void>(resolve => {
				this.#wake = resolve;
			});
			this.#wake = undefined;
		}
		const batch = {lines: this.#waiting, dropped: this.dropped - this.#droppedBefore};
		this.#waiting = [];
		this.#droppedBefore = this.dropped;
		return batch.lines.length === 0 ? undefined : batch;
	}

	/** Nothing is offered any more; what waits is still handed out. */
	end(): void {
		if (!this.#hasEnded) {
			this.#hasEnded = true;
			this.#onEnd();
			this.#wake?.();
		}
	}
}
