import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {decodeMessage, encodeMessage} from '../../../protocol/cbor/codec.ts';
import {bytesToHex, hexToBytes} from '../../../protocol/crypto.ts';

interface Vector {
	readonly name: string;
	readonly message: string;
	readonly hex: string;
	readonly value?: unknown;
	readonly error?: string;
}

function vectors(file: string): Vector[] {
	return JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8')) as Vector[];
}

/** Byte strings stand in JSON as `{hex}`. */
function revive(value: unknown): unknown {
	if (Array.isArray(value)) {
		return value.map(revive);
	}
	if (typeof value !== 'object' || value === null) {
		return value;
	}
	if ('hex' in value) {
		return hexToBytes(value.hex as string);
	}
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revive(item)]));
}

for (const {name, message, hex, value} of vectors('valid.json')) {
	test(`${message}: ${name} decodes to its value and encodes to its bytes`, () => {
		const decoded = decodeMessage(message, hexToBytes(hex));
		assert.deepEqual(decoded, {ok: true, value: revive(value)});
		assert.equal(bytesToHex(encodeMessage(message, revive(value) as object)), hex);
	});
	test(`${message}: ${name} is truncated wherever it is cut`, () => {
		for (let length = 0; length < hex.length / 2; length++) {
			const decoded = decodeMessage(message, hexToBytes(hex.slice(0, length * 2)));
			assert.equal(decoded.ok ? 'ok' : decoded.error.name, 'truncated', `cut to ${length} bytes`);
		}
	});
}

for (const {name, message, hex, error} of vectors('invalid.json')) {
	test(`${message}: ${name} is refused as ${error}`, () => {
		const decoded = decodeMessage(message, hexToBytes(hex));
		assert.equal(decoded.ok ? 'ok' : decoded.error.name, error);
	});
}
