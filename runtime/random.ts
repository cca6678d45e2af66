/** Chance as a parameter: a seeded generator in the simulator, the system's in `main.ts`. */
export interface Random {
	/** Uniform unsigned 32-bit integer. */
	uint32(): number;
	/** `count` random bytes. Only the system source is fit for keys. */
	bytes(count: number): Uint8Array;
}

/** Uniform number in [0, 1). */
export function fraction(random: Random): number {
	return random.uint32() / 0x1_0000_0000;
}

/** Uniform integer in [0, bound), bound from 1 to 2^32. */
export function below(random: Random, bound: number): number {
	return Math.floor(fraction(random) * bound);
}

/** xoshiro128** seeded through splitmix32: the same seed gives the same sequence on every machine. */
export function seededRandom(seed: number): Random {
	const state = new Uint32Array(4);
	let mix = seed >>> 0;
	for (let index = 0; index < 4; index++) {
		mix = (mix + 0x9e3779b9) >>> 0;
		let word = mix;
		word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
		word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
		state[index] = word ^ (word >>> 15);
	}
	const uint32 = (): number => nextXoshiro(state);
	const bytes = (count: number): Uint8Array => Uint8Array.from({length: count}, () => uint32() & 0xff);
	return {uint32, bytes};
}

function nextXoshiro(state: Uint32Array): number {
	const [a = 0, b = 0, c = 0, d = 0] = state;
	const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
	const third = c ^ a;
	const fourth = d ^ b;
	state[1] = b ^ third;
	state[0] = a ^ fourth;
	state[2] = third ^ (b << 9);
	state[3] = rotateLeft(fourth, 11);
	return result;
}

function rotateLeft(word: number, count: number): number {
	return (word << count) | (word >>> (32 - count));
}
