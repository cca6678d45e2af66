import type {Clock} from '../runtime/clock.ts';
import {below, type Random} from '../runtime/random.ts';
import type {Field} from './field.ts';

export interface SwizzleClogOptions {
	readonly field: Field;
	readonly clock: Clock;
	readonly random: Random;
	readonly devices: readonly string[];
	/** Between two links that stop, and between two that heal. */
	readonly stepMs: number;
	/** Between the last that stops and the first that heals. */
	readonly holdMs: number;
}

/**
 * Stops the links of a random half of `devices` or more, one by one in random order, and heals them one by one in
 * another: each device meets a fleet of which another part is missing. Returns when the last one is healed, in
 * milliseconds from now.
 */
export function swizzleClog({field, clock, random, devices, stepMs, holdMs}: SwizzleClogOptions): number {
	const least = Math.ceil(devices.length / 2);
	const count = least + below(random, devices.length - least + 1);
	const clogged = shuffle(devices, random).slice(0, count);
	for (const [index, id] of clogged.entries()) {
		clock.setTimer(index * stepMs, () => field.partition(id, true));
	}
	const healMs = count * stepMs + holdMs;
	for (const [index, id] of shuffle(clogged, random).entries()) {
		clock.setTimer(healMs + index * stepMs, () => field.partition(id, false));
	}
	return healMs + (count - 1) * stepMs;
}

function shuffle<T>(items: readonly T[], random: Random): readonly T[] {
	const keyed = items.map((item) => ({item, key: random.uint32()}));
	return keyed.toSorted((left, right) => left.key - right.key).map(({item}) => item);
}
