import type {Clock, Timer} from '../../runtime/clock.ts';

/** Editors save in several steps: changes within this time count as one. */
export const settleMs = 150;

export interface Debounce {
	/** Something has changed. */
	readonly poke: () => void;
	/** Nothing is called any more. */
	readonly stop: () => void;
}

/** Calls `changed` once after each burst of pokes, one call at a time. A poke during a call leads to one more call. */
export function debounce(clock: Clock, changed: () => Promise<void>): Debounce {
	let isRunning = false;
	let isDirty = false;
	let isStopped = false;
	let timer: Timer | undefined;
	const run = async (): Promise<void> => {
		isRunning = true;
		while (isDirty && !isStopped) {
			isDirty = false;
			await changed();
		}
		isRunning = false;
	};
	return {
		poke: () => {
			timer?.cancel();
			timer = clock.setTimer(settleMs, () => {
				isDirty = true;
				if (!isRunning && !isStopped) {
					void run();
				}
			});
		},
		stop: () => {
			isStopped = true;
			timer?.cancel();
		},
	};
}
