import assert from 'node:assert/strict';
import {afterEach, test} from 'node:test';
import {cleanup, render} from 'ink-testing-library';
import {createElement} from 'react';
import {Keyboard} from '../../../../cli/tui/keyboard.ts';
import {Loop} from '../../../../cli/tui/loop.ts';
import {shown, type Effect} from '../../../../cli/tui/state/state.ts';
import {plainLines, sampleState} from './support.ts';

afterEach(cleanup);

/** A view on ink's testing terminal, and the next state after something is typed. */
async function open() {
	const effects: Effect[] = [];
	const loop = new Loop(sampleState(200, {columns: 100, rows: 24}), (effect) => effects.push(effect));
	const terminal = render(createElement(Keyboard, {dispatch: loop.dispatch}));
	// Ink listens from the next turn of the event loop on.
	await new Promise((resolve) => setImmediate(resolve));
	const type = async (text: string): Promise<void> => {
		const changed = new Promise<void>((resolve) => {
			const unsubscribe = loop.subscribe(() => {
				unsubscribe();
				resolve();
			});
		});
		terminal.stdin.write(text);
		await changed;
	};
	const frame = (): string => plainLines(loop.state()).join('\n');
	return {effects, frame, loop, terminal, type};
}

test('Keys of a terminal reach the view by their names', async () => {
	const {frame, loop, type} = await open();
	for (const key of ['j', '\u001b[B', '\u001b[B', '\u001b[B']) await type(key);
	assert.match(frame(), /── plant-a\/vibration /);
	await type('\r');
	assert.match(frame(), /plant-a\/vibration › Devices 200/);
	await type('\u001b[6~');
	assert.match(frame(), /── sim-0007 /);
	await type('\u001b');
	assert.equal(shown(loop.state()).kind, 'containers');
});

test('Letters that come in one piece are typed one after the other', async () => {
	const {loop, type} = await open();
	await type('/plant-b');
	assert.equal(loop.state().prompt?.text, 'plant-b');
	await type('\u007f');
	assert.equal(loop.state().prompt?.text, 'plant-');
});

test('Pasted text is no key', async () => {
	const {effects, loop, type} = await open();
	await type('/');
	await type('\u001b[200~q\rq\u001b[201~');
	assert.equal(loop.state().prompt?.text, 'q q');
	assert.deepEqual(effects, []);
});

test('ctrl-c quits with 130', async () => {
	const {effects, terminal} = await open();
	terminal.stdin.write('\u0003');
	assert.deepEqual(effects, [{type: 'quit', code: 130}]);
});
