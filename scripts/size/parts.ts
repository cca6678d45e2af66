import {readMap, type Piece} from './map.ts';

export const parts = ['runtime', 'agent', 'flash store', 'transport', 'crypto', 'generated', 'port'] as const;
export type Part = (typeof parts)[number];

export interface Bytes {
	readonly text: number;
	readonly data: number;
	readonly bss: number;
}

export type Sizes = Readonly<Record<Part, Bytes>>;

/** First match decides. The runtime is what the paper counts: interpreter, verifier, engine, helpers, key-value store. */
const rules: readonly (readonly [RegExp, Part])[] = [
	[/\/core\/vm\/|\/core\/agent\/(?:engine|helpers|kv|arena|load)\.o$/, 'runtime'],
	[/\/core\/agent\//, 'agent'],
	[/\/core\/store\//, 'flash store'],
	[/\/core\/(?:mqttsn|cbor)\//, 'transport'],
	[/\/core\/(?:crypto|suit)\/|\/sodium\//, 'crypto'],
	[/\/generated\//, 'generated'],
];

/** The part an object file belongs to; the port has what is left, the compiler's library and gaps too. */
export function partOf(file: string): Part {
	return rules.find(([pattern]) => pattern.test(file))?.[1] ?? 'port';
}

export function sizesOf(map: string): Sizes {
	const pieces = readMap(map);
	const sum = (part: Part, kind: Piece['kind']): number =>
		pieces.filter((piece) => piece.kind === kind && partOf(piece.file) === part).reduce((all, {bytes}) => all + bytes, 0);
	const bytesOf = (part: Part): Bytes => ({text: sum(part, 'text'), data: sum(part, 'data'), bss: sum(part, 'bss')});
	return Object.fromEntries(parts.map((part) => [part, bytesOf(part)])) as unknown as Sizes;
}

/** Bytes in flash: constants and code, and what RAM starts with. */
export function flashOf({text, data}: Bytes): number {
	return text + data;
}

export function ramOf({data, bss}: Bytes): number {
	return data + bss;
}
