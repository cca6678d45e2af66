import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {test, type TestContext} from 'node:test';
import {fileURLToPath} from 'node:url';
import {missing, Terminal, type TerminalOptions} from './tmux.ts';

const program = 'tests/support/tui-program.ts';
const root = fileURLToPath(new URL('../../..', import.meta.url));

async function open(context: TestContext, args: readonly string[], options: Partial<TerminalOptions> = {}): Promise<Terminal> {
	const terminal = new Terminal([program, '--devices', '120', ...args], {columns: 80, rows: 24, ...options});
	context.after(() => terminal.close());
	return terminal;
}

test('From the containers to a device and back, by keys, in a real terminal', {skip: missing}, async (context) => {
	const terminal = await open(context, []);
	await terminal.sees(/✔ default\/hello +Ready +3\/3 +████████ 120\/120/);
	await terminal.sees(/● connected/);
	assert.equal(terminal.isAlternate(), true);
	terminal.press('j', 'j', 'j', 'Down');
	await terminal.sees(/── plant-a\/vibration ─/);
	terminal.press('Enter');
	await terminal.sees(/✖ sim-0003 Awake +Quarantined 12 +3 north/);
	terminal.press('NPage');
	await terminal.sees(/── sim-0007 ─/);
	terminal.press('/', 's', 'i', 'm', '-', '0', '0', '0', '6', 'Enter');
	await terminal.sees(/Devices 1 [^\n]*\/sim-0006/);
	terminal.press('d');
	await terminal.sees(/sim-0006 › Describe[\s\S]*◌ Awake: on trial/);
	terminal.press('y');
	await terminal.sees(/kind: FemtoDevice/);
	terminal.press('Escape');
	await terminal.sees(/› Describe/);
	terminal.press('l');
	await terminal.sees(/line 3: rms=0\.43/);
	terminal.press(':');
	await terminal.sees(/containers devices events/);
	terminal.press('e', 'v', 'Enter');
	await terminal.sees(/Events 6[\s\S]*TooManyFaults/);
	terminal.press('q');
	await terminal.sees(/ended 0 same yes/);
	assert.equal(terminal.isAlternate(), false);
});

test('A rollout is paused after a yes, with the command that does the same', {skip: missing}, async (context) => {
	const terminal = await open(context, []);
	await terminal.sees(/default\/hello/);
	terminal.press('j', 'j', 'j', 'j', 'p');
	await terminal.sees(/kubectl femto rollout pause fc\/vibration -n plant-a/);
	terminal.press('y');
	await terminal.sees(/✔ fc\/vibration paused/);
});

test('A change, a lost watch, its return, and other sizes of the window', {skip: missing}, async (context) => {
	const terminal = await open(context, ['--scenes', 'ready,down,up']);
	await terminal.sees(/plant-a\/vibration +Progressing/);
	terminal.signal('USR2');
	await terminal.sees(/✔ plant-a\/vibration +Ready[^\n]*the scene has changed/);
	terminal.signal('USR2');
	await terminal.sees(/◌ reconnecting, last event \d+s ago[\s\S]*default\/hello/);
	terminal.signal('USR2');
	await terminal.sees(/● connected/);
	terminal.resize(200, 50);
	await terminal.sees(/READY +TOTAL +FAILED +ASLEEP +LATE +LOST +REASON/);
	terminal.resize(50, 8);
	await terminal.sees(/terminal too small: 50×8, at least 60×10 needed/);
	terminal.resize(80, 24);
	await terminal.sees(/NAMESPACE\/NAME +STATUS +WAVE PROGRESS +READY REASON\n ✔ default\/hello/);
	assert.equal(terminal.screen().trimEnd().split('\n').length, 24);
});

test('An API that is down at the start is said, and asked again', {skip: missing}, async (context) => {
	const terminal = await open(context, ['--start', 'down', '--scenes', 'up']);
	await terminal.sees(/◌ unreachable, retrying[\s\S]*Cannot reach sample fleet: connect ECONNREFUSED/);
	terminal.signal('USR2');
	await terminal.sees(/● connected[\s\S]*default\/hello/);
});

const ends: Readonly<Record<string, readonly [args: readonly string[], end: (terminal: Terminal) => void, code: number]>> = {
	'ctrl-c': [[], (terminal) => terminal.press('C-c'), 130],
	'SIGTERM': [[], (terminal) => terminal.signal('TERM'), 130],
	'an exception': [['--scenes', 'throw'], (terminal) => terminal.signal('USR2'), 1],
	'a failed rollout with --exit-on-complete': [
		['--exit-on-complete', 'plant-a/vibration', '--scenes', 'failed'], (terminal) => terminal.signal('USR2'), 1],
	'a complete rollout with --exit-on-complete': [
		['--exit-on-complete', 'plant-a/vibration', '--scenes', 'ready'], (terminal) => terminal.signal('USR2'), 0],
};

for (const [name, [args, end, code]] of Object.entries(ends)) {
	test(`After ${name} the terminal is as before, and the exit code is ${code}`, {skip: missing}, async (context) => {
		const terminal = await open(context, args);
		await terminal.sees(/default\/hello/);
		end(terminal);
		const screen = await terminal.sees(/ended \d+ same \w+/);
		assert.match(screen, new RegExp(`ended ${code} same yes`));
		assert.equal(terminal.isAlternate(), false);
		if (name === 'an exception') assert.match(screen, /Error: a bug in the program/);
		if (name.includes('--exit-on-complete')) assert.match(screen, /plant-a\/vibration \w+: the scene has changed/);
	});
}

test('NO_COLOR leaves signs and words', {skip: missing}, async (context) => {
	const terminal = await open(context, [], {environment: {NO_COLOR: '1'}});
	await terminal.sees(/✖ plant-a\/pump-guard +RolledBack/);
});

test('A dumb terminal gets lines and a hint what to run', {skip: missing}, async (context) => {
	const terminal = await open(context, ['--exit-on-complete', 'default/hello'], {columns: 200, environment: {TERM: 'dumb'}});
	const screen = await terminal.sees(/ended \d+ same yes/);
	assert.match(screen, /TERM is dumb, so no view is drawn[\s\S]*femto rollout status/);
	assert.match(screen, /✔ default\/hello Ready wave 3\/3 120\/120 ready: 120 of 120 devices Ready/);
	assert.match(screen, /ended 0/);
});

test('Without a terminal it prints a line a container and ends with the exit code', () => {
	const {status, stdout, stderr} = spawnSync(process.execPath, [program, '--devices', '20', '--exit-on-complete', 'plant-a/pump-guard'],
		{cwd: root, encoding: 'utf8', timeout: 60_000});
	assert.equal(status, 1);
	assert.match(stdout, /^✖ plant-a\/pump-guard RolledBack wave 1\/3 0\/20 ready: pump-guard-7c1f failed/m);
	// oxlint-disable-next-line no-control-regex -- the point is that there is none
	assert.doesNotMatch(stdout, /\u001b/);
	assert.match(stderr, /^femto: this is no terminal/);
});
