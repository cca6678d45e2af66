import assert from 'node:assert/strict';
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {createServer, type AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {startFleet, type RunningFleet} from '../../scripts/running-fleet.ts';

const root = join(import.meta.dirname, '../..');
let folder: string;
let states = 0;

before(async () => {
	folder = await mkdtemp(join(tmpdir(), 'femto-ends-'));
});
after(() => rm(folder, {recursive: true, force: true}));

function up(...options: readonly string[]): RunningFleet {
	const state = options.includes('--state') ? [] : ['--state', join(folder, `state-${++states}`)];
	return startFleet([process.execPath, 'dist/femto.js', 'up', '--bridge-port', '0', ...state, ...options], {cwd: root});
}

/** A copy of the sample counter to apply, with a changed container.yaml. */
async function counter(name: string, change: (text: string) => string = (text) => text): Promise<string> {
	const path = join(folder, name);
	await cp(join(root, 'manifests', 'samples', 'counter'), join(path, 'counter'), {recursive: true});
	const file = join(path, 'counter', 'container.yaml');
	await writeFile(file, change(await readFile(file, 'utf8')));
	return path;
}

const judge = ['--devices', '2', '--exit-when-ready', '--timeout', '60', '--samples'];

test('--exit-when-ready ends with 0; a kept state goes on where it was, and --fresh begins anew', async () => {
	const path = await counter('good');
	const fresh = [/^up: throw-away keys made in /, /^up: 2 devices connected$/, /^apply: FemtoContainer samples\/counter created$/];
	const resumed = [/^up: keys of /, /^up: resumed, 2\/2 devices connected$/];
	for (const [option, said] of [[[], fresh], [[], resumed], [['--fresh'], fresh]] as const) {
		const fleet = up(...judge, path, '--state', join(folder, 'state'), ...option);
		assert.equal(await fleet.exited, 0, fleet.lines.join('\n'));
		for (const line of said) await fleet.line(line);
		assert.equal(fleet.lines.filter((line) => line === 'samples/counter Ready 2/2').length, 1, fleet.lines.join('\n'));
		assert.equal(fleet.lines.some((line) => line.startsWith('apply:')), said === fresh, fleet.lines.join('\n'));
		assert.equal(fleet.lines.at(-1), 'up: ready');
	}
});

test('a state folder of a newer version is refused and left as it is', async () => {
	const state = join(folder, 'newer');
	await mkdir(state);
	await writeFile(join(state, 'format'), '2\n');
	const fleet = up('--devices', '0', '--state', state);
	assert.equal(await fleet.exited, 1);
	assert.match(fleet.lines.at(-1) ?? '', /^femto: Cannot use state folder .*: its format is 2, this program knows 1; /);
	assert.deepEqual(await readdir(state), ['format']);
});

test('--exit-when-ready ends with 1 at once when a container is Stalled', async () => {
	const fleet = up(...judge, await counter('stalled', (text) => text.replace('spec:', 'spec:\n  parameters: {x: 1}')));
	assert.equal(await fleet.exited, 1);
	assert.deepEqual(fleet.lines.slice(-2), [
		'samples/counter Stalled, ParameterUnknown: parameters: x does not exist, there are none',
		'up: not everything can become Ready: samples/counter',
	]);
});

test('--exit-when-ready ends with 1 at once when a source has an error', async () => {
	const path = await counter('broken', () => 'x: [');
	const fleet = up(...judge, path);
	assert.equal(await fleet.exited, 1);
	assert.equal(fleet.lines.at(-1), 'up: not everything can become Ready: 1 of the sources could not be applied');
});

test('--exit-when-ready ends with 1 when there is nothing to wait for', async () => {
	const path = join(folder, 'empty');
	await mkdir(path);
	const fleet = up(...judge, path);
	assert.equal(await fleet.exited, 1);
	assert.equal(fleet.lines.at(-1), 'up: nothing to wait for: there is no FemtoContainer');
});

test('a port of the broker that is in use is named', async (t) => {
	const server = createServer().listen(0, '127.0.0.1');
	t.after(() => server.close());
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	const fleet = up('--devices', '0', '--broker-port', String(port));
	assert.equal(await fleet.exited, 1);
	assert.equal(fleet.lines.at(-1), `femto: Cannot listen on tcp 127.0.0.1:${port}: the port is in use; --broker-port chooses another`);
});

test('a port of the bridge that is in use is named', async (t) => {
	const socket = createSocket('udp4').bind(0, '127.0.0.1');
	t.after(() => socket.close());
	await once(socket, 'listening');
	const {port} = socket.address();
	const fleet = up('--devices', '0', '--bridge-port', String(port));
	assert.equal(await fleet.exited, 1);
	assert.equal(fleet.lines.at(-1), `femto: Cannot listen on udp 127.0.0.1:${port}: the port is in use; --bridge-port chooses another`);
});

test('a state folder that another process uses is named, and that process does not mind', async () => {
	const state = join(folder, 'shared');
	const path = await counter('first');
	const first = up('--devices', '1', '--state', state, '--samples', path);
	await first.line(/^samples\/counter Ready 1\/1$/);
	const second = up('--devices', '1', '--state', state, '--samples', path);
	assert.equal(await second.exited, 1);
	assert.equal(second.lines.length, 1);
	assert.match(second.lines[0] ?? '', /^femto: Cannot use state folder .*: process \d+ uses it; end that one, or name another/);
	assert.equal(await first.stop(), 0);
});
