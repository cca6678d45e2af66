import assert from 'node:assert/strict';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {startFleet, type RunningFleet} from '../../scripts/running-fleet.ts';
import {freePort} from '../../cli/up/free-port.ts';
import {bridgeCommand, controllerCommand, type Site} from './loop/programs.ts';
import {makeKeys, makeSources} from './loop/sources.ts';

/** Time for a program to end, several times what it needs. */
const timeout = 30_000;

let site: Site;

before(async () => {
	const folder = await mkdtemp(join(tmpdir(), 'femto-e2e-'));
	site = {folder, broker: 'femto', brokerPort: await freePort(), bridgePort: await freePort()};
	makeKeys(join(folder, 'keys'), 1);
	await makeSources(join(folder, 'apply'), join(folder, 'keys'));
});

after(() => rm(site.folder, {recursive: true}));

/** Runs `act` on a program, which is dead afterwards. */
async function withProgram(command: readonly string[], act: (program: RunningFleet) => Promise<void>): Promise<void> {
	const program = startFleet(command, {cwd: site.folder});
	try {
		await act(program);
	} finally {
		await program.stop();
	}
}

test('a controller waits for a broker that is not there, and ends when it is told to', {timeout}, () =>
	withProgram(controllerCommand(site), async (controller) => {
		await controller.line(/controller runs/);
		await controller.line(/connection to the broker failed/);
		await controller.line(/FemtoContainer samples\/counter created/);
		assert.equal(await controller.stop(), 0);
	}));

test('a controller that cannot apply its path says so in one line and ends', {timeout}, () =>
	withProgram([...controllerCommand(site), '--apply', join(site.folder, 'nowhere')], async (controller) => {
		assert.equal(await controller.exited, 1);
		const plain = controller.lines.filter((line) => !line.startsWith('{'));
		assert.deepEqual(plain, [`femto: Cannot apply ${join(site.folder, 'nowhere')}: no such file or folder`]);
	}));

test('a second controller on the same state does not start', {timeout}, () =>
	withProgram(controllerCommand(site), async (controller) => {
		await controller.line(/controller runs/);
		await withProgram(controllerCommand(site), async (second) => {
			assert.equal(await second.exited, 1);
			assert.match(second.lines.join('\n'), /^femto: Cannot (open|use) state folder .*process .*uses it/);
		});
	}));

test('a bridge waits for a broker that is not there, and ends when it is told to', {timeout}, () =>
	withProgram(bridgeCommand(site), async (bridge) => {
		await bridge.line(/bridge listens/);
		assert.equal(await bridge.stop(), 0);
	}));
