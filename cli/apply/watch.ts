import {watch} from 'node:fs';
import type {Clock} from '../../runtime/clock.ts';
import {debounce} from './debounce.ts';

/** Calls `changed`, which may not reject, once after each burst of changes below `path`, until the signal aborts. */
export function watchPath(path: string, clock: Clock, signal: AbortSignal, changed: () => Promise<void>): void {
	const {poke, stop} = debounce(clock, changed);
	const watcher = watch(path, {recursive: true, signal}, poke);
	// The path itself has gone, or a folder vanished while it was read: the next call of `changed` finds out.
	watcher.on('error', poke);
	signal.addEventListener('abort', stop, {once: true});
}
