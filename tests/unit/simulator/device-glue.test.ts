import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {renderSim} from '../../../scripts/generate/sim.ts';

const header = `
/* Does what is due;
 * returns when. */
SIM_EXPORT(double, sim_poll, (uint8_t *device, double now_ms));
SIM_IMPORT(uint32_t, sim_random, (uint32_t number));
`;

test('a declaration of sim.h becomes a member with its comment', () => {
	const lines = renderSim(header).split('\n').map((line) => line.trim());
	const at = lines.indexOf('sim_poll(device: number, now_ms: number): number;');
	assert.equal(lines[at - 1], '/** Does what is due; returns when. */');
	assert.ok(lines.includes("export const simImports = ['sim_random'] as const;"));
});

test('a 64-bit integer, which would arrive as a BigInt, is refused', () => {
	assert.throws(() => renderSim(header.replace('uint32_t number', 'uint64_t number')), {
		message: 'Cannot generate sim.ts: type uint64_t of sim_random does not cross',
	});
});

test('every macro call of the real sim.h is read', () => {
	const real = readFileSync(new URL('../../../agent-firmware/ports/sim/sim.h', import.meta.url), 'utf8');
	const calls = real.match(/^SIM_(EXPORT|IMPORT)\(/gm) ?? [];
	const members = renderSim(real).match(/^\tsim_\w+\(/gm) ?? [];
	assert.ok(calls.length > 10);
	assert.equal(members.length, calls.length);
});
