import type {Clock} from '../clock.ts';
import type {Log} from '../log.ts';
import {isKubeError} from './errors.ts';
import type {Priority, WorkQueue} from './queue.ts';

/**
 * What a reconcile answers. `done`: nothing until the key is added again. `after`: look again in so many milliseconds.
 * `waiting`: the same, for something outside that the reason names. `stalled`: only a change of the object helps, so
 * it is not tried again. A thrown error is tried again with growing waits.
 */
export type ReconcileResult =
	| {readonly kind: 'done'}
	| {readonly kind: 'after'; readonly delayMs: number}
	| {readonly kind: 'waiting'; readonly reason: string; readonly delayMs: number}
	| {readonly kind: 'stalled'; readonly reason: string};

export const done: ReconcileResult = {kind: 'done'};

/** `delayMs` below 1 counts as 1. */
export function after(delayMs: number): ReconcileResult {
	return {kind: 'after', delayMs};
}

export function waiting(reason: string, delayMs: number): ReconcileResult {
	return {kind: 'waiting', reason, delayMs};
}

export function stalled(reason: string): ReconcileResult {
	return {kind: 'stalled', reason};
}

export interface ReconcileContext {
	/** Aborts at the deadline and when the loop stops: write nothing after that. */
	readonly signal: AbortSignal;
	/** Carries the key and the number of the reconcile. */
	readonly log: Log;
}

export interface ReconcileLoopOptions {
	readonly queue: WorkQueue;
	readonly reconcile: (key: string, context: ReconcileContext) => Promise<ReconcileResult>;
	/** Default 1. */
	readonly workers?: number;
	/** Default 120 s. A reconcile that ignores it frees its worker, but not its key. */
	readonly deadlineMs?: number;
	/** How long a stop waits for reconciles under way. Default 30 s. */
	readonly graceMs?: number;
	/** Of rate-limited retries. Default normal. */
	readonly retryPriority?: Priority;
	readonly clock: Clock;
	readonly log: Log;
}

export interface ReconcileStats {
	readonly done: number;
	readonly after: number;
	readonly waiting: number;
	readonly stalled: number;
	/** Thrown errors, those of overdue reconciles included. */
	readonly errors: number;
	readonly overdue: number;
	readonly active: number;
}

/** Workers that take keys from a queue, each key by one worker at a time. */
export class ReconcileLoop {
	readonly #options: ReconcileLoopOptions;
	readonly #counts = {done: 0, after: 0, waiting: 0, stalled: 0, errors: 0, overdue: 0, active: 0};
	#lastNumber = 0;

	constructor(options: ReconcileLoopOptions) {
		const {workers = 1} = options;
		if (!Number.isInteger(workers) || workers < 1) {
			throw new RangeError(`Cannot make reconcile loop: workers is ${workers}, must be an integer of at least 1`);
		}
		this.#options = options;
	}

	get stats(): ReconcileStats {
		return {...this.#counts};
	}

	/**
	 * Works until `signal` aborts; then shuts the queue down, drops what waits, and ends when what is under way has ended
	 * or the grace is over. Never rejects.
	 */
	async run(signal: AbortSignal): Promise<void> {
		const {workers = 1, log} = this.#options;
		// Workers never reject, and end with the queue; one held by a hanging reconcile is left behind after the grace.
		for (let index = 0; index < workers; index++) {
			void this.#work(signal);
		}
		await new Promise<void>((resolve) => {
			const stop = (): void => this.#drain(resolve);
			if (signal.aborted) {
				stop();
			}
			signal.addEventListener('abort', stop, {once: true});
		});
		if (this.#counts.active > 0) {
			log.warn('stopped with reconciles under way', {active: this.#counts.active});
		}
	}

	#drain(onEnd: () => void): void {
		const {queue, clock, graceMs = 30_000} = this.#options;
		const grace = clock.setTimer(graceMs, onEnd);
		void queue.shutDown({drain: false}).then(() => {
			grace.cancel();
			onEnd();
		});
	}

	async #work(stop: AbortSignal): Promise<void> {
		const {queue} = this.#options;
		for (let key = await queue.get(); key !== undefined; key = await queue.get()) {
			await this.#reconcile(key, stop);
		}
	}

	/** Returns at the end of the reconcile or at its deadline; the key stays taken until the end. */
	#reconcile(key: string, stop: AbortSignal): Promise<void> {
		const {clock, deadlineMs = 120_000} = this.#options;
		const log = this.#options.log.child({key, reconcile: ++this.#lastNumber});
		const controller = new AbortController();
		const onStop = (): void => controller.abort(stop.reason);
		stop.addEventListener('abort', onStop, {once: true});
		let isOverdue = false;
		this.#counts.active++;
		return new Promise((resolve) => {
			const timer = clock.setTimer(deadlineMs, () => {
				isOverdue = true;
				this.#counts.overdue++;
				log.error('reconcile overdue', {deadlineMs});
				controller.abort(new Error(`Reconcile took longer than ${deadlineMs} ms`));
				resolve();
			});
			const end = (outcome: ReconcileResult | Error): void => {
				timer.cancel();
				stop.removeEventListener('abort', onStop);
				this.#counts.active--;
				this.#finish(key, isOverdue ? new Error('overdue', {cause: outcome}) : outcome, stop.aborted, log);
				this.#options.queue.done(key);
				resolve();
			};
			this.#call(key, {signal: controller.signal, log}).then(end, (error: unknown) => end(toError(error)));
		});
	}

	/** Async, so that what a reconciler throws before its first await is a rejection too. */
	async #call(key: string, context: ReconcileContext): Promise<ReconcileResult> {
		return this.#options.reconcile(key, context);
	}

	#finish(key: string, outcome: ReconcileResult | Error, isStopped: boolean, log: Log): void {
		const {queue, retryPriority = 'normal'} = this.#options;
		if (outcome instanceof Error) {
			this.#counts.errors++;
			if (isStopped) {
				log.debug('reconcile ended by stop', {error: outcome.message});
				return;
			}
			logFailure(outcome, log);
			queue.addRateLimited(key, {priority: retryPriority, atLeastMs: retryAfterMs(outcome)});
			return;
		}
		this.#counts[outcome.kind]++;
		queue.forget(key);
		if (outcome.kind === 'waiting' || outcome.kind === 'stalled') {
			log.debug(outcome.kind, {reason: outcome.reason});
		}
		if (outcome.kind === 'after' || outcome.kind === 'waiting') {
			queue.addAfter(key, outcome.delayMs);
		}
	}
}

/** A conflict is daily life: the cache was behind, and the next try sees the newer object. */
function logFailure(error: Error, log: Log): void {
	if (isKubeError(error, 'Conflict')) {
		log.debug('reconcile conflicted', {error: error.message});
	} else {
		log.error('reconcile failed', {error: error.message, stack: error.stack});
	}
}

function retryAfterMs(error: Error): number {
	return isKubeError(error) ? (error.status.details?.retryAfterSeconds ?? 0) * 1000 : 0;
}

function toError(thrown: unknown): Error {
	return thrown instanceof Error ? thrown : new Error(`Reconcile threw ${String(thrown)}`, {cause: thrown});
}
