import {createHash} from 'node:crypto';
import TinyQueue from 'tinyqueue';
import type {Clock, Timer} from '../runtime/clock.ts';
import {seededRandom, type Random} from '../runtime/random.ts';
import {installGuard} from './guard.ts';

/** Where virtual time begins: 2026-01-01T00:00:00Z, so that objects carry plausible and always equal timestamps. */
export const simulationEpochMs = 1_767_225_600_000;

export interface SchedulerOptions {
	/** 0 to 2^32 − 1. */
	readonly seed: number;
	/**
	 * Node's `setImmediate` itself, taken before a run hides it. After each event the scheduler lets one macrotask
	 * pass, and Node drains all promise callbacks before it begins one: every promise chain that the event started and
	 * that waits for nothing outside the process has then run to its end. The store qualifies, because node:sqlite
	 * answers synchronously inside its async functions; files, sockets and threads do not, and have no place here.
	 */
	readonly nextMacrotask: (callback: () => void) => unknown;
}

export interface RunOptions {
	/** Looked at before the first and after each event; the run ends as soon as it is true. */
	readonly until?: () => boolean;
	/** Virtual milliseconds from now; time stands exactly there when the run ends for this reason. */
	readonly withinMs: number;
}

/** `reached`: the predicate holds. `deadline`: time is up. */
export type RunEnd = 'reached' | 'deadline';

interface ScheduledEvent {
	readonly atMs: number;
	readonly sequence: number;
	/** Undefined once cancelled. */
	callback: (() => void) | undefined;
}

/**
 * Virtual time: events in the order of (time, sequence), one after the other. A run refuses real time and chance
 * (guard.ts), and fails on the first exception an event lets out.
 */
export class Scheduler {
	readonly clock: Clock;
	readonly #options: SchedulerOptions;
	readonly #queue = new TinyQueue<ScheduledEvent>([], compareEvents);
	/** Never goes back. */
	#nowMs = simulationEpochMs;
	/** Of the next event to be scheduled: makes the order of simultaneous events the order of their scheduling. */
	#sequence = 0;
	#eventCount = 0;

	constructor(options: SchedulerOptions) {
		if (!Number.isInteger(options.seed) || options.seed < 0 || options.seed > 0xffff_ffff) {
			throw new RangeError(`Cannot seed scheduler: ${options.seed}, must be an integer from 0 to 4294967295`);
		}
		this.#options = options;
		this.clock = {now: () => this.#nowMs, setTimer: (delayMs, callback) => this.#schedule(delayMs, callback)};
	}

	/** Virtual milliseconds since the simulation began. */
	get elapsedMs(): number {
		return this.#nowMs - simulationEpochMs;
	}

	/** Events run so far. */
	get eventCount(): number {
		return this.#eventCount;
	}

	/** The random stream of one actor. It depends on seed and name only, so a further actor shifts no other's. */
	random(name: string): Random {
		const digest = createHash('sha256').update(`${this.#options.seed}/${name}`).digest();
		return seededRandom(digest.readUInt32BE());
	}

	/** Runs events until the predicate holds or the time is up. One run at a time. */
	async run(options: RunOptions): Promise<RunEnd> {
		const deadlineMs = this.#nowMs + options.withinMs;
		const guard = installGuard();
		try {
			await this.#settle();
			guard.check();
			while (!(options.until?.() ?? false)) {
				const event = this.#popDue(deadlineMs);
				if (event === undefined) {
					this.#nowMs = deadlineMs;
					return 'deadline';
				}
				this.#nowMs = event.atMs;
				this.#eventCount++;
				event.callback?.();
				await this.#settle();
				guard.check();
			}
			return 'reached';
		} finally {
			guard.restore();
		}
	}

	#schedule(delayMs: number, callback: () => void): Timer {
		if (Number.isNaN(delayMs)) throw new RangeError('Cannot set timer: delay is not a number');
		const event: ScheduledEvent = {atMs: this.#nowMs + Math.max(0, delayMs), sequence: this.#sequence++, callback};
		this.#queue.push(event);
		return {
			cancel: () => {
				event.callback = undefined;
			},
		};
	}

	#popDue(deadlineMs: number): ScheduledEvent | undefined {
		for (let next = this.#queue.peek(); next !== undefined && next.atMs <= deadlineMs; next = this.#queue.peek()) {
			this.#queue.pop();
			if (next.callback !== undefined) return next;
		}
		return undefined;
	}

	#settle(): Promise<void> {
		return new Promise((resolve) => {
			this.#options.nextMacrotask(resolve);
		});
	}
}

function compareEvents(left: ScheduledEvent, right: ScheduledEvent): number {
	return left.atMs - right.atMs || left.sequence - right.sequence;
}
