import assert from 'node:assert/strict';
import {cp, mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {startFleet, type RunningFleet} from '../../scripts/running-fleet.ts';

const root = join(import.meta.dirname, '../..');
const devices = 3;

let folder: string;
let up: RunningFleet;

before(async () => {
	folder = await mkdtemp(join(tmpdir(), 'femto-processes-'));
	await cp(join(root, 'manifests', 'samples', 'counter'), join(folder, 'samples', 'counter'), {recursive: true});
	up = start('up', '--processes', '--devices', String(devices), '--samples', join(folder, 'samples'), '--bridge-port', '0',
		'--state', join(folder, 'state'));
});

after(async () => {
	assert.equal(await up.stop(), 0);
	await rm(folder, {recursive: true, force: true});
});

function start(...args: readonly string[]): RunningFleet {
	return startFleet([process.execPath, 'dist/femto.js', ...args], {cwd: root});
}

/** Process id of the program that runs now, as its newest log line has it. */
async function pidOf(name: string): Promise<number> {
	const lines = (await readFile(join(folder, 'state', `${name}.log`), 'utf8')).trimEnd().split('\n');
	return (JSON.parse(lines.findLast((line) => line.startsWith('{')) ?? '{}') as {pid: number}).pid;
}

test('femto up --processes brings a sample to Ready with each program in a process of its own', async () => {
	await up.line(new RegExp(`^samples/counter Ready ${devices}/${devices}$`));
	await up.line(/^up: ready$/);
	const pids = await Promise.all(['apiserver', 'broker', 'bridge', 'controller'].map(pidOf));
	assert.equal(new Set(pids).size, 4);
});

test('every program is killed and started again, and what is applied then becomes Ready', {timeout: 180_000}, async () => {
	for (const name of ['apiserver', 'broker', 'bridge', 'controller']) {
		process.kill(await pidOf(name), 'SIGKILL');
		await up.line(new RegExp(`^up: ${name} ended with signal SIGKILL, starts again in 0\\.5 s; .*${name}\\.log says why$`));
	}
	await cp(join(root, 'manifests', 'samples', 'moving-average'), join(folder, 'samples', 'moving-average'), {recursive: true});
	// The API may not be back yet.
	for (let attempt = 0; ; attempt++) {
		const dev = start('dev', join(folder, 'samples'), '--kubeconfig', join(folder, 'state', 'kubeconfig'));
		const wanted = dev.line(new RegExp(`^samples/moving-average Ready ${devices}/${devices}$`)).then(() => true, () => false);
		if (await wanted) {
			assert.equal(await dev.stop(), 0);
			return;
		}
		assert(attempt < 20, dev.lines.join('\n'));
	}
});
