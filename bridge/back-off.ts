export interface BackOff {
	readonly firstMs: number;
	readonly maxMs: number;
}

/** Delay before repetition number `tries` (1 = first): doubles up to the greatest, then ± 25 % by `seed`. */
export function backOffMs({firstMs, maxMs}: BackOff, tries: number, seed: number): number {
	const delay = Math.min(maxMs, firstMs * 2 ** Math.min(tries - 1, 30));
	return Math.round(delay * (0.75 + (seed >>> 0) / 0x1_0000_0000 / 2));
}

/** The next seed: one step of a full-period linear congruential generator. */
export function nextSeed(seed: number): number {
	return (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
}
