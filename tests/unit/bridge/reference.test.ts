import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {datagramCounters, defaultBridgeConfig, eventCounters} from '../../../bridge/mod.ts';
import {decode} from '../../../protocol/mqttsn/codec.ts';
import invalid from '../../vectors/mqttsn/invalid.json' with {type: 'json'};

const reference = readFileSync(new URL('../../../docs/reference/bridge.md', import.meta.url), 'utf8');

test('the reference has a row for each counter with its meaning, and no other', () => {
	const rows = Array.from(reference.matchAll(/^\| `([a-z0-9_]+)` \| (.*) \|$/gm), ([, name, meaning]) => [name, meaning]);
	assert.deepEqual(rows, [...Object.entries(datagramCounters), ...Object.entries(eventCounters)]);
});

test('the reference names each setting with its default', () => {
	for (const [name, value] of Object.entries(defaultBridgeConfig)) {
		const row = reference.split('\n').find((line) => line.startsWith('| `') && line.includes(`\`${name}\``));
		assert.ok(row !== undefined, name);
		assert.ok(typeof value !== 'number' || row.includes(String(value)), `${name}: ${row}`);
	}
});

test('each way a datagram can be ill-formed has its counter', () => {
	for (const {hex, error} of invalid) {
		const result = decode(Uint8Array.from(Buffer.from(hex, 'hex')));
		assert.ok(!result.ok && `refused_${error.replaceAll('-', '_')}` in datagramCounters, error);
	}
});
