import {watch} from 'node:fs';
import type {Clock} from '../../runtime/clock.ts';

/** Editors save in several steps: changes within this time count as one. */
const settleMs = 150;

/**
 * Calls `changed` once after each burst of changes below `path`, one call at a time, until the signal aborts.
 * What changes during a call leads to one more call.
 */
export function watchPath(path: string, clock: Clock, signal: AbortSignal, changed: () => Promise<void>): void {
	let isRunning = false;
	let isDirty = false;
	let timer = clock.setTimer(0, () => {});
	const run = async (): Promise<void> => {
		isRunning = true;
		while (isDirty && !signal.aborted) {
			isDirty = false;
			await changed();
		}
		isRunning = false;
	};
	const watcher = watch(path, {recursive: true, signal}, () => {
		isDirty = true;
		timer.cancel();
		timer = clock.setTimer(settleMs, () => {
			if (!isRunning) {
				void run();
			}
		});
	});
	watcher.on('error', () => {
		// The path itself has gone: the next call of `changed` names it.
		isDirty = true;
	});
	signal.addEventListener('abort', () => timer.cancel(), {once: true});
}
