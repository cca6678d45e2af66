import assert from 'node:assert/strict';
import {test} from 'node:test';
import {parseSimulation} from '../../../scripts/simulation-run.ts';

const hash = 'a'.repeat(64);
const lines = [
	'wall 2.4 s, 10875 events, 13737 log lines',
	'memory 144.3 MiB resident, of it firmware 0.9 MiB',
	'link 71.2 datagrams, 3009.8 bytes per device, longest 64 bytes',
	'api 5.0 writes per device: events 0.1, femtodevices 4.0',
	`log sha256:${hash} ready=50/50 virtual=51.371s`,
];

test('parseSimulation() reads every line of the simulator', () => {
	assert.deepEqual(parseSimulation(`${lines.join('\n')}\n`), {
		hash, virtualSeconds: 51.371, wallSeconds: 2.4, residentMebibytes: 144.3, datagrams: 71.2, bytes: 3009.8,
		longestBytes: 64, apiWrites: 5, writesByKind: {events: 0.1, femtodevices: 4},
	});
});

test('parseSimulation() refuses text without one of the lines', () => {
	for (const line of lines) {
		const others = lines.filter((other) => other !== line).join('\n');
		assert.throws(() => parseSimulation(others), RangeError, line);
	}
});
