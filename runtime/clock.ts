/**
 * Time as a parameter. Programs never touch the real clock: `main.ts` passes `systemClock`
 * (runtime/system.ts), the simulator passes its virtual one.
 */
export interface Clock {
	/** Milliseconds since the Unix epoch (real) or since the simulation's fixed epoch (virtual). */
	now(): number;
	/** Calls `callback` once at `now() + delayMs` or later; a delay below 0 counts as 0. */
	setTimer(delayMs: number, callback: () => void): Timer;
}

export interface Timer {
	/** After this the callback never runs; calling it again does nothing. */
	cancel(): void;
}

/** Resolves after `delayMs`; rejects with the signal's reason when it aborts first. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		if (signal?.aborted) {
			reject(signal.reason as Error);
			return;
		}
		const onAbort = (): void => {
			timer.cancel();
			reject(signal?.reason as Error);
		};
		const timer = clock.setTimer(delayMs, () => {
			signal?.removeEventListener('abort', onAbort);
			resolve();
		});
		signal?.addEventListener('abort', onAbort, {once: true});
	});
}

/** RFC 3339 with whole seconds, as `metav1.Time` prints it. */
export function formatTime(epochMs: number): string {
	return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}

/** The inverse, fractions of a second included; undefined for a text that is no such time. */
export function parseTime(text: string | undefined): number | undefined {
	const epochMs = Date.parse(text ?? '');
	return Number.isNaN(epochMs) ? undefined : epochMs;
}
