import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {openMac0} from '../../../protocol/cose.ts';
import {deviceKey, hexToBytes} from '../../../protocol/crypto.ts';
import {openGrant} from '../../../protocol/grant.ts';
import {readStatement, verifyStatement} from '../../../protocol/statement.ts';

interface Vector {
	readonly kind: string;
	readonly name: string;
	readonly key: string;
	readonly hex: string;
	readonly error: string;
}

function outcome({kind, key, hex}: Vector): string {
	if (kind === 'statement') {
		const read = readStatement(hexToBytes(hex));
		return !read.ok ? read.error.name : verifyStatement(read.value, [hexToBytes(key)]) ? 'ok' : 'signature';
	}
	const opened = kind === 'grant' ? openGrant(hexToBytes(key), hexToBytes(hex)) : openMac0(hexToBytes(key), 'head', hexToBytes(hex));
	return opened.ok ? 'ok' : opened.error.name;
}

const vectors = JSON.parse(readFileSync(join(import.meta.dirname, 'signed.json'), 'utf8')) as Vector[];

for (const vector of vectors) {
	test(`${vector.kind}: ${vector.name} is ${vector.error}`, () => {
		assert.equal(outcome(vector), vector.error);
	});
}

test('every single-bit flip and every truncation of a signed statement is refused', () => {
	const {hex, key} = vectors[0] as Vector;
	const bytes = hexToBytes(hex);
	const accepted = (candidate: Uint8Array): boolean => {
		const read = readStatement(candidate);
		return read.ok && verifyStatement(read.value, [hexToBytes(key)]);
	};
	assert.ok(accepted(bytes));
	for (let bit = 0; bit < bytes.length * 8; bit++) {
		const flipped = bytes.slice();
		flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
		assert.ok(!accepted(flipped), `bit ${bit}`);
	}
	for (let length = 0; length < bytes.length; length++) {
		assert.ok(!accepted(bytes.slice(0, length)), `cut to ${length} bytes`);
	}
});

test('deviceKey() depends on the secret, the id and the number', () => {
	const keys = [deviceKey(new Uint8Array(32), 'a', 0), deviceKey(new Uint8Array(32), 'a', 1), deviceKey(new Uint8Array(32), 'b', 0)];
	assert.equal(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size, 3);
});
