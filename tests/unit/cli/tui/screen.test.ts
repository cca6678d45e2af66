import assert from 'node:assert/strict';
import {test} from 'node:test';
import {toAnsi} from '../../../../cli/tui/draw/ansi.ts';
import {drawScreen} from '../../../../cli/tui/draw/screen.ts';
import {initialState, type Size, type State} from '../../../../cli/tui/state/state.ts';
import {widthOf} from '../../../../cli/tui/text.ts';
import {sampleMs} from '../../../support/sample-fleet.ts';
import {keys, narrow, plainLines, press, run, sampleState, wide} from './support.ts';

const start = sampleState(200);

function has(state: State, ...wanted: readonly RegExp[]): void {
	const lines = plainLines(state);
	for (const expression of wanted) {
		assert.ok(lines.some((line) => expression.test(line)), `${expression} in\n${lines.join('\n')}`);
	}
}

test('80×24: containers with sign, name, word, wave, progress, counts and reason; the chosen one in full; events; keys', () => {
	const lines = plainLines(start);
	assert.equal(lines.length, 24);
	assert.match(lines[0] ?? '', /^ femtofleet {2}https:\/\/127\.0\.0\.1:6443 +● connected$/);
	assert.equal(lines[1], ' Containers 6  ✔ 1  ✖ 2  ◌ 1  ◷ 1  ॥ 1');
	assert.equal(lines[2], '   NAMESPACE/NAME       STATUS      WAVE PROGRESS   READY REASON');
	assert.equal(lines[3], ' ✔ default/hello        Ready       3/3  ████████ 200/200 all devices Ready');
	assert.equal(lines[4], ' ॥ default/valve        Paused      2/3  █░░░░░░░  20/200 40 asleep');
	assert.equal(lines[6], ' ✖ plant-a/pump-guard   RolledBack  1/3  ▚░░░░░░░   0/200 sim-0002: TooManyFau…');
	assert.equal(lines[7], ' ◌ plant-a/vibration    Progressing 2/3  ████▚░░░ 110/200 1 failed, 1 late, 1 …');
	assert.match(lines[9] ?? '', /^── default\/hello ─+$/);
	assert.equal(lines[10], ' ✔ Ready, wave 3 of 3 · 200 of 200 ready');
	assert.match(lines[14] ?? '', /^── Events ─+$/);
	assert.equal(lines[15], ' ·    0s plant-a/vibration  WaveOpened      vibration-7c1f: wave 2 of 3 is open');
	assert.match(lines[23] ?? '', /^ enter devices .*\? help {2}q quit$/);
});

test('200×50: every count has its column, and the reason its room', () => {
	const lines = plainLines(sampleState(5_000, wide));
	assert.equal(lines.length, 50);
	assert.match(lines[2] ?? '', /STATUS +WAVE +PROGRESS +READY +TOTAL +FAILED +ASLEEP +LATE +LOST +REASON$/);
	assert.match(lines[7] ?? '', /^ ◌ plant-a\/vibration +Progressing +2\/3 +█{11}▚░{8} +2,750 +5,000 +1 +500 +1 +1 +1 failed, 1 late, 1 lost$/);
});

test('From 100 columns on a reason has room, whatever the counts and names are', () => {
	for (const columns of [100, 110, 119, 120, 130, 140, 160]) {
		for (const way of ['', 'jjjj <enter>', ':fd <enter>']) {
			const head = plainLines(press(sampleState(5_000, {columns, rows: 36}), way))[2] ?? '';
			const room = columns - 1 - head.indexOf('REASON');
			assert.ok(head.endsWith(' REASON') && room >= 24, `${room} columns at ${columns}: ${head}`);
		}
	}
	has(sampleState(5_000, {columns: 120, rows: 36}), /PROGRESS +READY +TOTAL +FAILED +REASON$/, /5,000 +2 +sim-0002: TooManyFaults at ins…$/);
});

test('Devices of a container: what is worst comes first, with its reason, and the container above', () => {
	const state = press(start, 'jjjj <enter>');
	const lines = plainLines(state);
	assert.equal(lines[1], ' plant-a/vibration › Devices 200  ◌ Progressing 2/3  ████▚░░░ 110/200');
	assert.equal(lines[2], '   DEVICE   STATE  CONTAINER   GEN   FLT BRIDGE  LAST REASON');
	assert.equal(lines[3], ' ✖ sim-0002 Awake  Refused     12      0 south    13s TooManyFaults at instruc…');
	assert.equal(lines[4], ' ✖ sim-0003 Awake  Quarantined 12      3 north    14s quarantined after 3 faul…');
	has(press(state, 'j'), /^ {3}quarantined after 3 faults, the last one OutOfBounds at instruction 17$/);
	has({...state, size: wide}, /REVISION +FAULTS +BRIDGE +LAST REPORT +REASON$/, /^ ◌ sim-0007 +Awake +Waiting +12→13 +7c1f/);
});

test('No line of any screen is wider than the terminal, and there are exactly as many as it has rows', () => {
	const sizes: readonly Size[] = [narrow, wide, {columns: 60, rows: 10}, {columns: 61, rows: 16}, {columns: 121, rows: 21}, {columns: 20, rows: 3}];
	const ways = ['', 'jjjj <enter>', ':ev <enter>', 'd', '?', 'l', 'jjj p', '/plant', ':', ':fd <enter> G'];
	for (const size of sizes) {
		for (const way of ways) {
			const lines = drawScreen(press(sampleState(200, size), way));
			assert.equal(lines.length, size.rows, `${way} at ${size.columns}×${size.rows}`);
			for (const line of lines) {
				// oxlint-disable-next-line no-control-regex -- what is written begins with escape
				const text = toAnsi(line, size.columns, true).replaceAll(/\u001b\[[\d;]*m/g, '');
				assert.ok(widthOf(text) <= size.columns, `${way} at ${size.columns}×${size.rows}: ${text}`);
			}
		}
	}
});

test('Ten thousand devices draw the window and nothing else', () => {
	const lines = plainLines(press(sampleState(10_000, wide), ':fd <enter> G'));
	assert.ok(lines.filter((line) => line.includes('sim-')).length <= 50);
	assert.ok(lines.some((line) => line.includes('sim-9999')));
});

test('Before the first answer it says what it waits for, and why it gets none', () => {
	const empty = initialState({title: 'https://a:1', readonly: false, canFollowLogs: false}, narrow, sampleMs);
	has(empty, /◌ connecting$/, /^ {2}connecting to https:\/\/a:1 …$/);
	const facts = {askedMs: sampleMs, failedMs: sampleMs, error: 'connection refused', isListed: false};
	has(run(empty, [{type: 'link', collection: 'containers', facts}]).state, /◌ unreachable, retrying$/, /^ {2}Cannot reach https:\/\/a:1: connection refused; trying again$/);
	const forbidden = run(start, [{type: 'link', collection: 'devices', facts: {...facts, error: 'femtodevices is forbidden'}}, ...keys(':fd <enter> /nothing')]).state;
	has({...forbidden, fleet: {...forbidden.fleet, devices: new Map()}}, /● connected$/, /^ {2}Cannot list devices: femtodevices is forbidden; trying again$/);
});

test('A lost watch shows since when nothing is heard, and the rows stay', () => {
	const {state} = run(start, [
		{type: 'link', collection: 'devices', facts: {askedMs: sampleMs, heardMs: sampleMs, failedMs: sampleMs + 1, error: 'reset', isListed: true}},
		{type: 'tick', nowMs: sampleMs + 12_000},
	]);
	has({...state, links: {...state.links, devices: {...state.links.devices, askedMs: sampleMs + 11_900}}}, /◌ reconnecting, last event 12s ago$/, /default\/hello/);
});

test('The question before a change shows the commands that do the same, whole', () => {
	has(press(start, 'jjj p'),
		/^── pause plant-a\/pump-guard\? ─+$/, /^ {3}kubectl femto rollout pause fc\/pump-guard -n plant-a$/,
		/^ {3}kubectl patch fc pump-guard -n plant-a --type=merge -p$/, /^ {5}'\{"spec":\{"paused":true\}\}'$/, /^ y yes {2}n no$/);
	has(press(start, 'jjj u'), /^ {3}kubectl femto rollout undo fc\/pump-guard -n plant-a$/);
});

test('A log shows time, device and text, without what would move the cursor', () => {
	const {state, effects: [open]} = run(start, keys('l'));
	assert.ok(open?.type === 'openLogs');
	const line = {time: '2026-11-25T12:34:56Z', device: 'sim-0001', container: 'default/hello', text: 'rms=\u001b[31m0.4\u001b[2J'};
	has(run(state, [{type: 'logLines', id: open.id, lines: [line]}]).state, /^ 12:34:56 sim-0001 +rms=0\.4$/, /default\/hello › Log {2}following$/);
	has(run(state, [{type: 'logEnd', id: open.id, reason: 'answers 503'}]).state, /ended: answers 503$/);
});

test('Signs and words say all that colours say', () => {
	const plain = drawScreen(start).map((line) => toAnsi(line, 80, false)).join('');
	// oxlint-disable-next-line no-control-regex -- what is written begins with escape
	assert.doesNotMatch(plain, /\u001b\[(3|9)\d/);
	assert.match(plain, /✖ plant-a\/pump-guard {3}RolledBack/);
});
