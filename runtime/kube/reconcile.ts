import type {Clock} from '../clock.ts';
import type {Log} from '../log.ts';
import {isKubeError} from './errors.ts';
import type {WorkQueue} from './queue.ts';

/** How a pass over one key ended. A pass that throws is repeated after a delay that doubles. */
export type ReconcileResult =
	| {readonly kind: 'done'}
	/** Look again after a delay although nothing changes. */
	| {readonly kind: 'after'; readonly delayMs: number}
	/** Something outside is missing; a change of it adds the key, the delay is the fall-back. */
	| {readonly kind: 'waiting'; readonly reason: string; readonly delayMs: number}
	/** It can't go on by itself until the object changes. */
	| {readonly kind: 'stalled'; readonly reason: string};

export const done: ReconcileResult = {kind: 'done'};
export const after = (delayMs: number): ReconcileResult => ({kind: 'after', delayMs});
export const waiting = (reason: string, delayMs: number): ReconcileResult => ({kind: 'waiting', reason, delayMs});
export const stalled = (reason: string): ReconcileResult => ({kind: 'stalled', reason});

/** Thrown by a pass that must not be repeated: counted and logged, the key is not added again. */
export class TerminalError extends Error {
	override readonly name = 'TerminalError';
}

export interface ReconcilerOptions {
	readonly name: string;
	readonly queue: WorkQueue;
	readonly clock: Clock;
	readonly log: Log;
	/** Passes at a time, of different keys; default 1. */
	readonly workers?: number;
	/** After this time the signal of a pass aborts; default 120,000. */
	readonly deadlineMs?: number;
	/** One pass. The key may be of an object that is gone. */
	reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult>;
	/** Hears of each pass; for metrics. */
	onPass?(outcome: PassOutcome, durationMs: number): void;
}

export type PassOutcome = ReconcileResult['kind'] | 'conflict' | 'error' | 'terminalError';

/**
 * Works on a queue until the signal aborts; then takes nothing more, lets running passes end (their signal aborts) and
 * resolves. Never rejects: an exception of a pass concerns its key only.
 */
export async function runReconciler(options: ReconcilerOptions, signal: AbortSignal): Promise<void> {
	const {queue, workers = 1} = options;
	const stop = (): void => queue.shutdown();
	if (signal.aborted) stop();
	signal.addEventListener('abort', stop, {once: true});
	await Promise.all(Array.from({length: workers}, () => work(options, signal)));
	signal.removeEventListener('abort', stop);
}

async function work(options: ReconcilerOptions, signal: AbortSignal): Promise<void> {
	const {queue, clock} = options;
	for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
		const begunMs = clock.now();
		const outcome = await pass(options, key, signal);
		queue.done(key);
		options.onPass?.(outcome, clock.now() - begunMs);
	}
}

async function pass(options: ReconcilerOptions, key: string, signal: AbortSignal): Promise<PassOutcome> {
	const {queue, clock, name, log, deadlineMs = 120_000} = options;
	const own = new AbortController();
	const stop = (): void => own.abort(signal.reason);
	signal.addEventListener('abort', stop, {once: true});
	const deadline = clock.setTimer(deadlineMs, () => own.abort(new Error(`Cannot reconcile ${key}: no end after ${deadlineMs} ms`)));
	try {
		const result = await options.reconcile(key, own.signal);
		queue.forget(key);
		if (result.kind === 'after' || result.kind === 'waiting') queue.addAfter(key, result.delayMs);
		return result.kind;
	} catch (error) {
		return repeat(queue, key, error, log.child({controller: name}));
	} finally {
		deadline.cancel();
		signal.removeEventListener('abort', stop);
	}
}

function repeat(queue: WorkQueue, key: string, error: unknown, log: Log): PassOutcome {
	if (error instanceof TerminalError) {
		log.error('reconcile failed for good', {key, error: error.message});
		queue.forget(key);
		return 'terminalError';
	}
	queue.addRateLimited(key);
	if (isKubeError(error, 'Conflict')) {
		// The cache is behind: an ordinary event, the next pass sees the newer object.
		log.debug('reconcile met a newer object', {key});
		return 'conflict';
	}
	log.error('reconcile failed', {key, error: String(error), failures: queue.failuresOf(key)});
	return 'error';
}
