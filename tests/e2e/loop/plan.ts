import {below, seededRandom, type Random} from '../../../runtime/random.ts';
import {changes, type Settings} from './sources.ts';

export const victims = ['controller', 'bridge', 'broker', 'device'] as const;
export type Victim = (typeof victims)[number];

/** Which program dies in one rollout, and when. */
export interface Cut {
	readonly victim: Victim;
	/** Index of the device, when it is one. */
	readonly device: number;
	/** It dies this long after this line of the whole fleet since the change, or when the rollout is over. */
	readonly afterLine: number;
	readonly afterMs: number;
	/** From its end to its next start. */
	readonly pauseMs: number;
}

/** A rollout: what is changed, and what is killed meanwhile. */
export interface Round {
	readonly change: Partial<Settings>;
	readonly cut: Cut;
}

/** All that a seed decides. */
export interface Plan {
	readonly seed: number;
	readonly devices: number;
	/** In which order the programs are started, each when the one before it has said that it runs; devices come after. */
	readonly startOrder: readonly Victim[];
	readonly rounds: readonly Round[];
}

/** Each change is seen by about this many lines a device. */
const linesPerDevice = 4;
const afterMsMax = 300;
const pauseMsMax = 1_500;

export function makePlan(seed: number): Plan {
	const random = seededRandom(seed);
	const devices = 4 + below(random, 3);
	const startOrder = shuffle(random, victims.filter((kind) => kind !== 'device'));
	const makers = shuffle(random, changes);
	const rounds = shuffle(random, victims).map((victim, index): Round => ({
		change: makers[index % makers.length]?.(1 + below(random, 20)) ?? {},
		cut: {
			victim,
			device: below(random, devices),
			afterLine: below(random, linesPerDevice * devices),
			afterMs: below(random, afterMsMax),
			pauseMs: below(random, pauseMsMax),
		},
	}));
	return {seed, devices, startOrder, rounds};
}

export function describeRound({change, cut: {victim, device, afterLine, afterMs, pauseMs}}: Round): string {
	const [name, value] = Object.entries(change)[0] ?? [];
	const target = victim === 'device' ? `device ${device + 1}` : victim;
	return `${name}=${value}, ${target} killed ${afterMs} ms after line ${afterLine}, started again after ${pauseMs} ms`;
}

/** Fisher-Yates. */
function shuffle<T>(random: Random, items: readonly T[]): T[] {
	const result = [...items];
	for (let index = result.length - 1; index > 0; index--) {
		const other = below(random, index + 1);
		[result[index], result[other]] = [result[other] as T, result[index] as T];
	}
	return result;
}
