import assert from 'node:assert/strict';
import {test} from 'node:test';
import {chosenIndex, deviceRows, listRows} from '../../../../cli/tui/state/select.ts';
import {isList, shown, type Effect, type ListScreen, type State} from '../../../../cli/tui/state/state.ts';
import {sampleFleet, sampleMs} from '../../../support/sample-fleet.ts';
import {changesOf, keys, press, run, sampleState} from './support.ts';

const start = sampleState(200);
const onVibration = press(start, 'jjjj');

/** Kinds of the screens, the last one shown. */
function wayOf({stack}: State): string {
	return stack.map((screen) => ('container' in screen && screen.container !== undefined ? `${screen.kind} of ${screen.container}` : screen.kind)).join(' > ');
}

function chosen(state: State): string | undefined {
	const screen = shown(state);
	if (!isList(screen)) return undefined;
	const rows = listRows(state, screen);
	return rows[chosenIndex(rows, screen)]?.key;
}

const ways: Readonly<Record<string, readonly [keys: string, way: string, chosen?: string]>> = {
	'the first container is chosen at the start': ['', 'containers', 'default/hello'],
	'j and the arrow lead down, k and the arrow up': ['j <down> j k <up>', 'containers', 'default/valve'],
	'up at the top stays there': ['kkk', 'containers', 'default/hello'],
	'G leads to the last': ['G', 'containers', 'plant-b/telemetry-with-a-long-name'],
	'g leads to the first': ['G g', 'containers', 'default/hello'],
	'enter opens the devices of the chosen container, the worst first': ['jjjj <enter>', 'containers > devices of plant-a/vibration', 'sim-0002'],
	'a page in the list of devices': ['jjjj <enter> <pagedown>', 'containers > devices of plant-a/vibration', 'sim-0007'],
	'enter on a device describes it': ['<enter> <enter>', 'containers > devices of default/hello > describe'],
	'escape leads back': ['<enter> <enter> <escape>', 'containers > devices of default/hello'],
	'escape on the first screen stays there': ['<escape>', 'containers'],
	'd describes, y shows the YAML, and both can be open': ['d y', 'containers > describe > yaml'],
	'd twice opens one': ['d d', 'containers > describe'],
	'? opens the help and closes it': ['? ?', 'containers'],
	':devices opens all devices': [':devices <enter>', 'containers > devices', 'sim-0002'],
	':fd is short for it': [':fd <enter>', 'containers > devices'],
	':ev with tab completes to nothing else': [':ev <tab> <enter>', 'containers > events'],
	'a command from deep inside begins anew': ['<enter> <enter> :fc <enter>', 'containers'],
	'an empty command does nothing': ['<enter> : <enter>', 'containers > devices of default/hello'],
	'escape closes the input line only': ['<enter> :dev <escape>', 'containers > devices of default/hello'],
};

for (const [name, [typed, way, key]] of Object.entries(ways)) {
	test(`Keys: ${name}`, () => {
		const state = press(start, typed);
		assert.equal(wayOf(state), way);
		if (key !== undefined) assert.equal(chosen(state), key);
	});
}

const effects: Readonly<Record<string, readonly [state: State, keys: string, effects: readonly Effect[]]>> = {
	'q quits': [start, 'q', [{type: 'quit', code: 0}]],
	'ctrl-c quits with 130, also while a question is open': [start, 'p <ctrl-c>', [{type: 'quit', code: 130}]],
	':q quits': [start, ':q <enter>', [{type: 'quit', code: 0}]],
	'q in the input line is a letter': [start, '/q', []],
	'p asks first': [onVibration, 'p', []],
	'n is no': [onVibration, 'p n y', []],
	'q is no, and does not quit': [onVibration, 'p q', []],
	'another key is no answer': [onVibration, 'p x', []],
	'y pauses': [onVibration, 'p y', [{type: 'act', verb: 'pause', container: {namespace: 'plant-a', name: 'vibration'}}]],
	'u undoes the container whose devices are shown': [onVibration, '<enter> jj u y', [{type: 'act', verb: 'undo', container: {namespace: 'plant-a', name: 'vibration'}}]],
	'r does nothing for what is not paused': [onVibration, 'r y', []],
	'r resumes what is paused': [press(start, 'j'), 'r <enter>', [{type: 'act', verb: 'resume', container: {namespace: 'default', name: 'valve'}}]],
	'a read-only view asks nothing': [sampleState(20, undefined, {readonly: true}), 'p y u y', []],
	'without a log service l does nothing': [sampleState(20, undefined, {canFollowLogs: false}), 'l', []],
};

for (const [name, [state, typed, wanted]] of Object.entries(effects)) {
	test(`Effects: ${name}`, () => {
		const found = run(state, keys(typed)).effects.filter(({type}) => type !== 'yaml');
		assert.deepEqual(found, wanted);
	});
}

test('A log is followed as long as its screen is there, and lines of another one are dropped', () => {
	const opened = run(onVibration, keys('<enter> l'));
	const [open] = opened.effects;
	assert.ok(open?.type === 'openLogs');
	assert.deepEqual(open.query, {device: 'sim-0002', container: 'plant-a/vibration', tail: 200, follow: true});
	const said = {time: '2026-11-25T12:00:00Z', device: 'sim-0002', container: 'plant-a/vibration', text: 'one'};
	const {state} = run(opened.state, [{type: 'logLines', id: open.id, lines: [said]}, {type: 'logLines', id: open.id + 1, lines: [said]}]);
	const screen = shown(state);
	assert.ok(screen.kind === 'logs');
	assert.deepEqual(screen.lines, [said]);
	assert.deepEqual(run(state, keys('? <escape> <escape>')).effects, [{type: 'closeLogs', id: open.id}]);
	assert.deepEqual(run(state, keys(':fc <enter>')).effects, [{type: 'closeLogs', id: open.id}]);
});

test('Only the newest lines of a log are kept', () => {
	const {state, effects: [open]} = run(start, keys('l'));
	assert.ok(open?.type === 'openLogs');
	const line = (text: string) => ({time: '', device: '', container: '', text});
	const lines = Array.from({length: 5_001}, (_, index) => line(String(index)));
	const screen = shown(run(state, [{type: 'logLines', id: open.id, lines}]).state);
	assert.ok(screen.kind === 'logs');
	assert.equal(screen.lines.length, 5_000);
	assert.equal(screen.lines[0]?.text, '1');
});

test('A filter works while it is typed, escape takes it back, and a second escape drops one that stands', () => {
	const open = press(start, '<enter> /sim-000');
	const rows = (state: State): number => deviceRows(state, shown(state) as ListScreen).length;
	assert.equal(rows(open), 9);
	assert.equal(rows(press(open, '<escape>')), 200);
	const kept = press(open, '<enter>');
	assert.equal(rows(kept), 9);
	assert.equal(wayOf(press(kept, '<escape>')), 'containers > devices of default/hello');
	assert.equal(rows(press(kept, '<escape>')), 200);
	assert.equal(wayOf(press(kept, '<escape> <escape>')), 'containers');
});

test('Text that is pasted goes into the input line as one line, and nowhere else', () => {
	assert.equal(run(start, [{type: 'paste', text: 'qqq'}]).state, start);
	const {state} = run(press(start, '/'), [{type: 'paste', text: 'a\nb'}]);
	assert.equal(state.prompt?.text, 'a b');
});

test('The chosen row stays chosen when the order changes, and its neighbour is when it goes', () => {
	const devices = press(start, ':fd <enter> jj');
	assert.equal(chosen(devices), 'sim-0102');
	const [first] = sampleFleet(1).devices;
	assert.ok(first?.status);
	const lost = {...first, metadata: {...first.metadata, name: 'aaa'}, status: {...first.status, refusals: [{localId: 1, reason: 'LinkDead'}]}};
	const added = run(devices, [{type: 'changes', changes: [{collection: 'devices', key: 'aaa', object: lost}], nowMs: sampleMs}]).state;
	assert.equal(chosen(added), 'sim-0102');
	const gone = run(added, [{type: 'changes', changes: [{collection: 'devices', key: 'sim-0102', object: undefined}], nowMs: sampleMs}]).state;
	assert.equal(chosen(gone), 'sim-0103');
});

test('A notice goes after some seconds, or with the next key', () => {
	const {state} = run(start, [{type: 'acted', mark: 'good', text: 'done'}]);
	assert.equal(run(state, [{type: 'tick', nowMs: sampleMs + 5_000}]).state.notice?.text, 'done');
	assert.equal(run(state, [{type: 'tick', nowMs: sampleMs + 7_000}]).state.notice, undefined);
	assert.equal(press(state, 'j').notice, undefined);
});

test('Text can be scrolled to its end and no further', () => {
	const describe = press(start, 'd G');
	const {top} = shown(describe) as {readonly top: number};
	assert.ok(top > 0 && Number.isFinite(top));
	assert.deepEqual(press(describe, 'jjj <pagedown>').stack, describe.stack);
	assert.equal((shown(press(describe, 'k')) as {readonly top: number}).top, top - 1);
});

test('A change of one collection leaves the others as they are', () => {
	const [device] = changesOf(sampleFleet(3)).filter(({collection}) => collection === 'devices');
	assert.ok(device);
	const {state} = run(start, [{type: 'changes', changes: [device], nowMs: sampleMs}]);
	assert.notEqual(state.fleet.devices, start.fleet.devices);
	assert.equal(state.fleet.containers, start.fleet.containers);
	assert.equal(state.fleet.events, start.fleet.events);
});
