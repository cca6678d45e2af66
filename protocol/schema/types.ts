/**
 * The language of `messages.ts`. From it come TypeScript types, C structs, codecs in both languages, the greatest
 * encoded size of each message, and `messages.cddl`.
 */
export type FieldType =
	/** Unsigned integer up to `max`; at most 2^53 − 1, which TypeScript holds exactly. */
	| {readonly kind: 'uint'; readonly max: number}
	| {readonly kind: 'int'; readonly min: number; readonly max: number}
	/** Byte string; `min` = `max` for a fixed size. In C a view into the input. */
	| {readonly kind: 'bytes'; readonly min: number; readonly max: number}
	/** Text string, sizes in UTF-8 bytes. */
	| {readonly kind: 'text'; readonly min: number; readonly max: number}
	/** An integer, byte string (hex), nil or empty map that must stand here; takes no room in the decoded value. */
	| {readonly kind: 'constant'; readonly value: Constant}
	| {readonly kind: 'struct'; readonly name: string}
	/** A byte string that holds the encoding of a struct and nothing else. */
	| {readonly kind: 'wrapped'; readonly name: string}
	| {readonly kind: 'list'; readonly of: FieldType; readonly max: number; readonly min?: number};

export type Constant =
	| {readonly int: number}
	| {readonly hex: string}
	| {readonly nil: true}
	| {readonly emptyMap: true};

export interface Field {
	/** Present exactly in structs with layout `map`. Keys are never reused. */
	readonly key?: number;
	readonly name: string;
	readonly type: FieldType;
	/** Only in maps. */
	readonly optional?: true;
	/** Meaning and unit, one phrase. */
	readonly summary: string;
}

export interface StructSchema {
	readonly name: string;
	readonly summary: string;
	/** `map` with integer keys in ascending encoded order, or `array` by position. */
	readonly layout: 'map' | 'array';
	readonly tag?: number;
	/** Maps only: what a decoder does with a key it does not know. */
	readonly unknownKeys?: 'skip' | 'refuse';
	readonly fields: readonly Field[];
	/** The greatest encoded size allowed; generation fails when the schema can exceed `budget`. */
	readonly budgetBytes?: number;
	/** A decoder refuses more than this before it looks inside. */
	readonly maxBytes?: number;
}

export const uint = (max: number): FieldType => ({kind: 'uint', max});
export const int32: FieldType = {kind: 'int', min: -0x8000_0000, max: 0x7fff_ffff};
export const bytes = (min: number, max = min): FieldType => ({kind: 'bytes', min, max});
export const text = (min: number, max: number): FieldType => ({kind: 'text', min, max});
export const constantInt = (value: number): FieldType => ({kind: 'constant', value: {int: value}});
export const constantBytes = (hex: string): FieldType => ({kind: 'constant', value: {hex}});
export const nil: FieldType = {kind: 'constant', value: {nil: true}};
export const emptyMap: FieldType = {kind: 'constant', value: {emptyMap: true}};
export const struct = (name: string): FieldType => ({kind: 'struct', name});
export const wrapped = (name: string): FieldType => ({kind: 'wrapped', name});
export const list = (of: FieldType, max: number, min = 0): FieldType => ({kind: 'list', of, max, min});

export const u8 = uint(0xff);
export const u16 = uint(0xffff);
export const u32 = uint(0xffff_ffff);
/** Up to 2^53 − 1: what JSON and TypeScript hold exactly. */
export const u53 = uint(Number.MAX_SAFE_INTEGER);
