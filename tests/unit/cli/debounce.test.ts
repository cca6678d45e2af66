import assert from 'node:assert/strict';
import {test} from 'node:test';
import {debounce, settleMs} from '../../../cli/apply/debounce.ts';
import {ManualClock, settle} from './manual-clock.ts';

test('a burst of changes leads to one call, after the last of them', async () => {
	const clock = new ManualClock();
	const calls: number[] = [];
	const {poke} = debounce(clock, async () => void calls.push(clock.now()));
	poke();
	await clock.advance(settleMs - 1);
	poke();
	await clock.advance(settleMs - 1);
	assert.deepEqual(calls, []);
	await clock.advance(1000);
	assert.deepEqual(calls, [2 * settleMs - 1]);
});

test('what changes during a call leads to one more call after it', async () => {
	const clock = new ManualClock();
	const open: (() => void)[] = [];
	const {poke} = debounce(clock, () => new Promise((resolve) => open.push(resolve)));
	poke();
	await clock.advance(settleMs);
	poke();
	poke();
	await clock.advance(settleMs);
	assert.equal(open.length, 1, 'never two at a time');
	open[0]?.();
	await settle();
	assert.equal(open.length, 2);
	open[1]?.();
	await clock.advance(1000);
	assert.equal(open.length, 2);
});

test('after stop nothing is called', async () => {
	const clock = new ManualClock();
	let calls = 0;
	const {poke, stop} = debounce(clock, async () => void calls++);
	poke();
	stop();
	await clock.advance(1000);
	assert.equal(calls, 0);
});
