import {hexToBytes} from '@noble/hashes/utils.js';
import {Tokenizer, type Token} from 'cborg';
import type {Constant} from '../schema/types.ts';
import type {DecodeErrorName} from './errors.ts';

/** Major types of RFC 8949, 3.1. */
export const major = {uint: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6, simple: 7} as const;

/** Carries the refusal to the message's decoder, which turns it into a value: it never leaves protocol/cbor. */
export class Refusal extends Error {
	readonly reason: DecodeErrorName;

	constructor(reason: DecodeErrorName) {
		super(reason);
		this.reason = reason;
	}
}

const options = {strict: true, allowIndefinite: false, allowUndefined: false, allowBigInt: true};

/** Reads single items of deterministic CBOR; every function throws `Refusal`. */
export class Reader {
	readonly #bytes: Uint8Array;
	readonly #tokens: Tokenizer;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
		this.#tokens = new Tokenizer(bytes, options);
	}

	get done(): boolean {
		return this.#tokens.done();
	}

	next(): Token {
		if (this.#tokens.done()) {
			throw new Refusal('truncated');
		}
		try {
			const token = this.#tokens.next();
			if (token.type.major === major.simple && !['true', 'false', 'null'].includes(token.type.name)) {
				throw new Refusal('malformed');
			}
			return token;
		} catch (error) {
			throw error instanceof Refusal ? error : new Refusal(refusalOf(error));
		}
	}

	uint(max: number): number {
		const token = this.#expect(major.uint);
		return inRange(token.value, 0, max);
	}

	int(min: number, max: number): number {
		const token = this.next();
		if (token.type.major !== major.uint && token.type.major !== major.negative) {
			throw new Refusal('type');
		}
		return inRange(token.value, min, max);
	}

	bytes(min: number, max: number): Uint8Array {
		const value = this.#expect(major.bytes).value as Uint8Array;
		if (value.length < min || value.length > max) {
			throw new Refusal('length');
		}
		return value;
	}

	text(min: number, max: number): string {
		const value = this.#expect(major.text).value as string;
		if (value.length < min || value.length > max) {
			throw new Refusal('length');
		}
		if (!/^[\x20-\x7e]*$/.test(value)) {
			throw new Refusal('text');
		}
		return value;
	}

	/** Number of items of an array, or of pairs of a map. */
	count(kind: 'array' | 'map', min: number, max: number): number {
		const count = Number(this.#expect(major[kind]).value);
		if (count < min || count > max) {
			throw new Refusal('count');
		}
		return count;
	}

	tag(tag: number): void {
		if (this.#expect(major.tag).value !== tag) {
			throw new Refusal('tag');
		}
	}

	/** One item that must have exactly these bytes. */
	constant(encoded: Uint8Array): void {
		const start = this.#tokens.pos();
		for (const [index, byte] of encoded.entries()) {
			if (start + index >= this.#bytes.length) {
				throw new Refusal('truncated');
			}
			if (this.#bytes[start + index] !== byte) {
				throw new Refusal('constant');
			}
		}
		this.next();
	}

	/** Steps over one item of any kind, whatever it holds, without recursion. */
	skip(): void {
		for (let remaining = 1; remaining > 0; remaining--) {
			const token = this.next();
			const children = {[major.array]: 1, [major.map]: 2}[token.type.major] ?? 0;
			remaining += token.type.major === major.tag ? 1 : children * Number(token.value ?? 0);
		}
	}

	#expect(wanted: number): Token {
		const token = this.next();
		if (token.type.major !== wanted) {
			throw new Refusal('type');
		}
		return token;
	}
}

/** Encoded form of a constant of the schema. */
export function encodeConstant(constant: Constant): Uint8Array {
	if ('hex' in constant) {
		const bytes = hexToBytes(constant.hex);
		return Uint8Array.of(0x40 + bytes.length, ...bytes);
	}
	if ('int' in constant) {
		const {int} = constant;
		const [head, magnitude] = int < 0 ? [0x20, -1 - int] : [0, int];
		return magnitude < 24 ? Uint8Array.of(head + magnitude) : Uint8Array.of(head + 24, magnitude);
	}
	return Uint8Array.of('nil' in constant ? 0xf6 : 0xa0);
}

function inRange(value: unknown, min: number, max: number): number {
	if (typeof value !== 'number' || value < min || value > max) {
		throw new Refusal('range');
	}
	return value;
}

/** cborg tells short input from bad input by its text alone. */
function refusalOf(error: unknown): DecodeErrorName {
	return error instanceof Error && /not enough data|unexpected end/i.test(error.message) ? 'truncated' : 'malformed';
}
