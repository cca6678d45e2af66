import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {after, before, describe, test, type TestContext} from 'node:test';
import {bundle} from './bundle.ts';
import {missing, Terminal, type TerminalOptions} from './tmux.ts';

/** Of the programs, bundled. */
let folder: string;

before(async () => {
	folder = await bundle('tui-program', 'fleet-server');
});

after(() => rmSync(folder, {recursive: true, force: true}));

function program(): string {
	return join(folder, 'tui-program.mjs');
}

function open(context: TestContext, args: readonly string[], options: Partial<TerminalOptions> = {}): Terminal {
	return openProgram(context, [program(), '--devices', '120', ...args], options);
}

function openProgram(context: TestContext, command: readonly string[], options: Partial<TerminalOptions> = {}): Terminal {
	const terminal = new Terminal(command, {columns: 80, rows: 24, ...options});
	context.after(() => terminal.close());
	return terminal;
}

/** A server of a sample fleet, for the time of a test. Resolves with the path of a kubeconfig when it answers. */
async function serveFleet(context: TestContext): Promise<string> {
	const args = [join(folder, 'fleet-server.mjs'), '20', join(folder, 'kubeconfig')];
	const server = spawn(process.execPath, args, {stdio: ['ignore', 'pipe', 'inherit']});
	context.after(() => server.kill());
	const [path] = (await once(createInterface(server.stdout), 'line', {signal: AbortSignal.timeout(60_000)})) as [string];
	return path;
}

const ends: Readonly<Record<string, readonly [args: readonly string[], end: (terminal: Terminal) => void, code: number]>> = {
	'ctrl-c': [[], (terminal) => terminal.press('C-c'), 130],
	'SIGTERM': [[], (terminal) => terminal.signal('TERM'), 130],
	'an exception': [['--scenes', 'throw'], (terminal) => terminal.signal('USR2'), 1],
	'a failed rollout with --exit-on-complete': [
		['--exit-on-complete', 'plant-a/vibration', '--scenes', 'failed'], (terminal) => terminal.signal('USR2'), 1],
	'a complete rollout with --exit-on-complete': [
		['--exit-on-complete', 'plant-a/vibration', '--scenes', 'ready'], (terminal) => terminal.signal('USR2'), 0],
};

describe('In a terminal', {concurrency: 3, skip: missing}, () => {
	test('From the containers to a device and back, by keys, in a real terminal', async (context) => {
		const terminal = open(context, []);
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

	test('A rollout is paused after a yes, with the command that does the same', async (context) => {
		const terminal = open(context, []);
		await terminal.sees(/default\/hello/);
		terminal.press('j', 'j', 'j', 'j', 'p');
		await terminal.sees(/kubectl femto rollout pause fc\/vibration -n plant-a/);
		terminal.press('y');
		await terminal.sees(/✔ fc\/vibration paused/);
	});

	test('A change, a lost watch, its return, and other sizes of the window', async (context) => {
		const terminal = open(context, ['--scenes', 'ready,down,up']);
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

	test('An API that is down at the start is said, and asked again', async (context) => {
		const terminal = open(context, ['--start', 'down', '--scenes', 'up']);
		await terminal.sees(/◌ unreachable, retrying[\s\S]*Cannot reach sample fleet: connect ECONNREFUSED/);
		terminal.signal('USR2');
		await terminal.sees(/● connected[\s\S]*default\/hello/);
	});

	for (const [name, [args, end, code]] of Object.entries(ends)) {
		test(`After ${name} the terminal is as before, and the exit code is ${code}`, async (context) => {
			const terminal = open(context, args);
			await terminal.sees(/default\/hello/);
			end(terminal);
			const screen = await terminal.sees(/ended \d+ same \w+/);
			assert.match(screen, new RegExp(`ended ${code} same yes`));
			assert.equal(terminal.isAlternate(), false);
			if (name === 'an exception') assert.match(screen, /Error: a bug in the program/);
			if (name.includes('--exit-on-complete')) assert.match(screen, /plant-a\/vibration \w+: the scene has changed/);
		});
	}

	test('NO_COLOR leaves signs and words', async (context) => {
		const terminal = open(context, [], {environment: {NO_COLOR: '1'}});
		await terminal.sees(/✖ plant-a\/pump-guard +RolledBack/);
	});

	test('A dumb terminal gets lines and a hint what to run', async (context) => {
		const terminal = open(context, ['--exit-on-complete', 'default/hello'], {columns: 200, environment: {TERM: 'dumb'}});
		const screen = await terminal.sees(/ended \d+ same yes/);
		assert.match(screen, /TERM is dumb, so no view is drawn[\s\S]*femto rollout status/);
		assert.match(screen, /✔ default\/hello Ready wave 3\/3 120\/120 ready: 120 of 120 devices Ready/);
		assert.match(screen, /ended 0/);
	});

	test('The command steers a fleet behind HTTPS as femto rollout does, and says what it can not', async (context) => {
		const kubeconfig = await serveFleet(context);
		const terminal = openProgram(context, ['dist/femto.js', 'tui', '--kubeconfig', kubeconfig]);
		await terminal.sees(/https:\/\/127\.0\.0\.1:\d+ +● connected[\s\S]*default\/hello/);
		terminal.press('G', 'k', 'p');
		await terminal.sees(/pause plant-a\/vibration\?/);
		terminal.press('n', 'p', 'y');
		await terminal.sees(/✔ femtocontainer\.femtofleet\.dev\/vibration paused/);
		await terminal.sees(/plant-a\/vibration +Changed/);
		terminal.press('p');
		await terminal.sees(/॥ plant-a\/vibration is paused already/);
		terminal.press('r', 'y');
		await terminal.sees(/✔ femtocontainer\.femtofleet\.dev\/vibration resumed/);
		terminal.press('u', 'y');
		await terminal.sees(/✖ undo: no rollout history found for femtocontainer "vibration"/);
		terminal.press('l');
		await terminal.sees(/plant-a\/vibration › Log +ended: /);
		terminal.press('Escape', 'd');
		await terminal.sees(/plant-a\/vibration › Describe/);
		terminal.press('y');
		await terminal.sees(/kind: FemtoContainer/);
		terminal.press('q');
		await terminal.sees(/ended 0 same yes/);
	});
});

test('Without a terminal it prints a line a container and ends with the exit code', () => {
	const args = [program(), '--devices', '20', '--exit-on-complete', 'plant-a/pump-guard'];
	const {status, stdout, stderr} = spawnSync(process.execPath, args, {encoding: 'utf8', timeout: 60_000});
	assert.equal(status, 1);
	assert.match(stdout, /^✖ plant-a\/pump-guard RolledBack wave 1\/3 0\/20 ready: pump-guard-7c1f failed/m);
	// oxlint-disable-next-line no-control-regex -- the point is that there is none
	assert.doesNotMatch(stdout, /\u001b/);
	assert.match(stderr, /^femto: this is no terminal/);
});
