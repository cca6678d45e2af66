import assert from 'node:assert/strict';
import {replay, runLoop} from './run.ts';
import type {BrokerKind} from './programs.ts';

/** Fails when the run with kills leaves anything else than the undisturbed one. */
export async function testLoop(seed: number, broker: BrokerKind): Promise<void> {
	const {expected, actual, folder} = await runLoop({seed, broker});
	assert.equal(actual, expected, `other dumps: see ${folder}/*/dump.json and logs; again: ${replay(seed, broker)}`);
}
