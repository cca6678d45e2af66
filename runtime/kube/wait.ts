import {sleep, type Clock} from '../clock.ts';

/** The promise's outcome, or undefined as soon as the signal aborts; a later rejection is dropped. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
	return new Promise((resolve, reject) => {
		const onAbort = (): void => resolve(undefined);
		if (signal.aborted) {
			onAbort();
		}
		const settle = (act: () => void): void => {
			signal.removeEventListener('abort', onAbort);
			act();
		};
		signal.addEventListener('abort', onAbort, {once: true});
		promise.then((value) => settle(() => resolve(value)), (error: unknown) => settle(() => reject(error as Error)));
	});
}

/** Ends after `delayMs`, or as soon as the signal aborts; never rejects. */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
	// The only rejection is the abort, which the caller's loop sees for itself.
	return sleep(clock, delayMs, signal).catch(() => {});
}
