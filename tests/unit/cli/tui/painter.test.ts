import assert from 'node:assert/strict';
import {test} from 'node:test';
import {drawScreen} from '../../../../cli/tui/draw/screen.ts';
import {Painter} from '../../../../cli/tui/painter.ts';
import type {State} from '../../../../cli/tui/state/state.ts';
import {narrow, plainLines, press, run, sampleState} from './support.ts';

/** As much of a terminal as the painter uses: the rows that stand on it, and what was written last. */
class FakeScreen {
	rows: string[] = [];
	isAlternate = false;
	isCursorShown = true;
	written = '';
	#row = 0;

	write(text: string): boolean {
		this.written = text;
		// oxlint-disable-next-line no-control-regex -- what is written begins with escape
		for (const [, parameters = '', final = '', plain = ''] of text.matchAll(/\u001b\[([?\d;]*)([A-Za-z])|([^\u001b]+)/g)) {
			this.#take(parameters, final, plain);
		}
		return true;
	}

	#take(parameters: string, final: string, plain: string): void {
		if (plain !== '') this.rows[this.#row] += plain;
		if (final === 'H') this.#row = Number(parameters.split(';')[0] || 1) - 1;
		if (final === 'K') this.rows[this.#row] = '';
		if (final === 'J') this.rows = [];
		if (parameters === '?1049') this.isAlternate = final === 'h';
		if (parameters === '?25') this.isCursorShown = final === 'h';
	}

	get trimmed(): readonly string[] {
		return this.rows.map((row) => row.trimEnd());
	}
}

function painted(state: State) {
	const screen = new FakeScreen();
	const painter = new Painter(screen, true);
	painter.open();
	const paint = (next: State): void => painter.paint(drawScreen(next), next.size.columns);
	paint(state);
	return {screen, painter, paint};
}

test('The screen shows the lines as they are, after keys, data and another size', () => {
	const start = sampleState(200);
	const {screen, paint} = painted(start);
	assert.deepEqual(screen.trimmed, plainLines(start));
	for (const typed of ['j', 'jjjj <enter>', 'jjjj <enter> <pagedown> j', 'jjj p', '/plant-b']) {
		const state = press(start, typed);
		paint(state);
		assert.deepEqual(screen.trimmed, plainLines(state), typed);
	}
	const {state: resized} = run(start, [{type: 'resize', size: {columns: 200, rows: 50}}]);
	paint(resized);
	assert.deepEqual(screen.trimmed, plainLines(resized));
	paint({...resized, size: narrow});
	assert.deepEqual(screen.trimmed, plainLines(start));
});

test('A key writes the rows that it changes and no other', () => {
	const devices = press(sampleState(5_000), ':fd <enter>');
	const {screen, paint} = painted(devices);
	paint(press(devices, 'j'));
	// oxlint-disable-next-line no-control-regex -- what is written begins with escape
	const rows = [...screen.written.matchAll(/\u001b\[(\d+);1H/g)].map(([, row]) => Number(row));
	assert.deepEqual(rows.slice(0, 2), [4, 5]);
	assert.ok(rows.length <= 5, rows.join());
	screen.written = '';
	paint(press(devices, 'j'));
	assert.equal(screen.written, '');
});

test('The alternate screen is taken and given back, once', () => {
	const {screen, painter, paint} = painted(sampleState(20));
	assert.deepEqual([screen.isAlternate, screen.isCursorShown], [true, false]);
	painter.close();
	assert.deepEqual([screen.isAlternate, screen.isCursorShown], [false, true]);
	screen.written = '';
	painter.close();
	paint(sampleState(3));
	assert.equal(screen.written, '');
});
