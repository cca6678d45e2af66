import {randomBytes} from 'node:crypto';
import type {Clock} from './clock.ts';
import type {Random} from './random.ts';

/** The real clock. Only `main.ts` files, CLI commands and realtime drivers may import this module. */
export const systemClock: Clock = {
	now: () => Date.now(),
	setTimer: (delayMs, callback) => {
		const handle = setTimeout(callback, Math.max(0, delayMs));
		return {cancel: () => clearTimeout(handle)};
	},
};

/** The system's cryptographic source. */
export const systemRandom: Random = {
	uint32: () => randomBytes(4).readUInt32LE(),
	bytes: (count) => new Uint8Array(randomBytes(count)),
};
