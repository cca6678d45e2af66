import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {before, test} from 'node:test';
import {containerStates} from '../../protocol/schema/reasons.ts';
import {bytesToHex} from '../../protocol/crypto.ts';
import {repositoryRoot} from '../../scripts/repository.ts';
import {
	buildDevice, container, deviceCommand, deviceId, makeFolder, RunningDevice, TestFleet, type Container,
} from './host-device-support.ts';

const [timer, sensor] = [1, 3];
const confirmed = containerStates.find(({name}) => name === 'Confirmed')?.id;

/** Counts its runs in its key-value store. */
const counting = (sequence: number): Container =>
	container(timer, sequence, [`mov r1, 0`, 'mov r2, 1', `mov r3, ${sequence}`, 'call 4', 'mov r0, 0', 'exit']);

before(buildDevice);

test('A host device fetches, runs, confirms and reports a container', async (context) => {
	const fleet = await TestFleet.start(context);
	const probe = counting(1);
	await fleet.assign(1, [probe]);
	const device = new RunningDevice(context, deviceCommand(makeFolder(context), fleet.bridgePort, ['--mtu', '64']));
	await device.line(/^start id=host-1 pid=\d+ board=linux firmware=host-1 mtu=64 watchdogResets=0 accepted=0$/);
	await device.line(/^accepted generation=1$/);
	await device.line(new RegExp(`^state local=1 state=Trial digest=${probe.digest} generation=1$`));
	await device.line(new RegExp(`^state local=1 state=Confirmed digest=${probe.digest} generation=1$`));
	const report = await fleet.report(({containers}) => containers[0]?.state === confirmed);
	assert.equal(Buffer.from(report.containers[0]?.statementDigest ?? []).toString('hex'), probe.digest);
	assert.ok((report.containers[0]?.runs ?? 0) >= 1);
	assert.equal(fleet.reports[0]?.inventory?.firmware, 'host-1');
	assert.equal(fleet.reports[0]?.inventory?.mtuBytes, 64);
	assert.deepEqual(await device.assignment(), {
		id: deviceId,
		acceptedGeneration: 1,
		containers: [{localId: 1, digest: probe.digest, state: 'Confirmed', generation: 1}],
	});
	await fleet.assign(2, []);
	await device.line(/^gone local=1$/);
	assert.deepEqual(await device.end('SIGTERM'), [0, null]);
});

test('A host device that was killed keeps its generation, and asks for nothing', async (context) => {
	const fleet = await TestFleet.start(context);
	const command = deviceCommand(makeFolder(context), fleet.bridgePort);
	const probe = counting(1);
	await fleet.assign(1, [probe]);
	const first = new RunningDevice(context, command);
	await first.line(/state=Confirmed/);
	const assignment = await first.assignment();
	const {boot} = await fleet.report(({containers}) => containers[0]?.state === confirmed);
	assert.deepEqual(await first.end('SIGKILL'), [null, 'SIGKILL']);
	const {requests} = fleet;

	const second = new RunningDevice(context, command);
	await second.line(/^start .* accepted=1$/);
	await second.line(/^state local=1 state=Confirmed .* generation=1$/);
	assert.deepEqual(await second.assignment(), assignment);
	const again = await fleet.report((report) => report.boot === boot + 1);
	assert.equal(again.acceptedGeneration, 1);
	assert.equal(fleet.requests, requests);

	await fleet.assign(2, [counting(2)]);
	await second.line(new RegExp(`^state local=1 state=Confirmed digest=${counting(2).digest} generation=2$`));
	await second.end('SIGTERM');
});

test('A host device that is killed again and again while it fetches has the container in the end', async (context) => {
	const fleet = await TestFleet.start(context);
	const command = deviceCommand(makeFolder(context), fleet.bridgePort);
	await fleet.assign(1, [counting(1)]);
	for (let patience = 1; patience <= 64; patience *= 2) {
		const device = new RunningDevice(context, command);
		const enough = fleet.requests + patience;
		const isConfirmed = device.line(/state=Confirmed/).then(() => true);
		// Killed before that, it ends without the line.
		isConfirmed.catch(() => {});
		let isDone = false;
		while (fleet.requests < enough && !isDone) {
			isDone = await Promise.race([isConfirmed, once(fleet.events, 'request').then(() => false)]);
		}
		await device.end('SIGKILL');
	}
	const device = new RunningDevice(context, command);
	await device.line(/state=Confirmed/);
	await device.end('SIGTERM');
});

test('A host device calls the sensor hook at its rate, with the samples of the file', async (context) => {
	const fleet = await TestFleet.start(context);
	const folder = makeFolder(context);
	const samples = join(folder, 'samples');
	writeFileSync(samples, '# value\n-5\n');
	// Publishes the four bytes of the sample that stand at offset 12 of the context.
	const lines = ['add r1, 12', 'mov r2, 4', 'mov r3, 0', 'call 5', 'mov r0, 0', 'exit'];
	await fleet.assign(1, [container(sensor, 1, lines)]);
	const published = once(fleet.events, `f/${deviceId}/m/1`);
	const options = ['--sensor-hz', '50', '--sensor-file', samples];
	const device = new RunningDevice(context, deviceCommand(folder, fleet.bridgePort, options));
	const [payload] = (await published) as [Uint8Array];
	assert.equal(Buffer.from(payload).readInt32LE(0), -5);
	await device.end('SIGTERM');
});

test('The watchdog resets a host device that hangs, and the device keeps what it has accepted', async (context) => {
	const fleet = await TestFleet.start(context);
	const options = ['--hang-channel', '9', '--watchdog', '1'];
	const device = new RunningDevice(context, deviceCommand(makeFolder(context), fleet.bridgePort, options));
	const [, pid] = await device.line(/^start .* pid=(\d+) .* watchdogResets=0 accepted=0$/);
	const lines = ['mov r1, 9', 'mov r2, r10', 'add r2, -8', 'call 6', 'mov r0, 0', 'exit'];
	await fleet.assign(1, [container(timer, 1, lines)]);
	await device.line(/^reset cause=watchdog$/);
	const [, pidAfter] = await device.line(/^start .* pid=(\d+) .* watchdogResets=1 accepted=1$/);
	assert.equal(pidAfter, pid);
	await device.end('SIGKILL');
});

test('A version that hangs is taken back with the third reset by the watchdog, without a download', async (context) => {
	const fleet = await TestFleet.start(context);
	const options = ['--hang-channel', '9', '--watchdog', '1'];
	const device = new RunningDevice(context, deviceCommand(makeFolder(context), fleet.bridgePort, options));
	const good = counting(1);
	await fleet.assign(1, [good]);
	await device.line(/state=Confirmed/);
	const lines = ['mov r1, 9', 'mov r2, r10', 'add r2, -8', 'call 6', 'mov r0, 0', 'exit'];
	await fleet.assign(2, [container(timer, 2, lines)]);
	await device.line(/^start .* watchdogResets=2 accepted=2$/);
	const {requests} = fleet;
	await device.line(/^start .* watchdogResets=3 accepted=2$/);
	const report = await fleet.report(({refusals}) => refusals.some(({localId, reason}) => localId === 1 && reason === 22));
	assert.equal(bytesToHex(report.containers[0]?.statementDigest ?? new Uint8Array(0)), good.digest);
	assert.equal(fleet.requests, requests);
	await device.end('SIGTERM');
});

test('A host device refuses a flash that another one uses, and one of another size', async (context) => {
	const fleet = await TestFleet.start(context);
	const folder = makeFolder(context);
	const command = deviceCommand(folder, fleet.bridgePort);
	const device = new RunningDevice(context, command);
	await device.line(/^start /);
	const errorOf = (options: readonly string[]): string => {
		const [file = '', ...args] = [...command, ...options];
		const {status, stderr} = spawnSync(file, args, {encoding: 'utf8'});
		assert.equal(status, 1);
		return stderr;
	};
	assert.match(errorOf([]), /^femto-device: Cannot open flash .*: another device uses it\n$/);
	await device.end('SIGTERM');
	assert.match(errorOf(['--flash-units', '8']), /^femto-device: Cannot use flash .*: its size is not that of 8 units of 4096 bytes\n$/);
	assert.match(errorOf(['--mtu', '63']), /^femto-device: Cannot use --mtu 63: an integer from 64 to 255 required\n$/);
});

test('femto device derives the key, runs the device, and passes signals and exit code on', async (context) => {
	const fleet = await TestFleet.start(context);
	const folder = makeFolder(context);
	const probe = counting(1);
	await fleet.assign(1, [probe]);
	const device = new RunningDevice(context, [
		process.execPath, join(repositoryRoot, 'cli', 'main.ts'), 'device', '--id', deviceId, '--keys', join(folder, 'keys'),
		'--state', join(folder, 'state'), '--bridge', `127.0.0.1:${fleet.bridgePort}`,
	]);
	await device.line(new RegExp(`^state local=1 state=Confirmed digest=${probe.digest} generation=1$`));
	assert.match(JSON.stringify(await device.assignment()), /"acceptedGeneration":1/);
	const keyFile = join(folder, 'state', 'device.key');
	assert.equal(readFileSync(keyFile, 'utf8'), `${readFileSync(join(folder, 'key'), 'utf8')}\n`);
	assert.equal(statSync(keyFile).mode & 0o777, 0o600);
	assert.deepEqual(await device.end('SIGTERM'), [0, null]);
});

test('The reference of the port names each option that --help lists, and no other', () => {
	const [program = ''] = deviceCommand('', 0);
	const {stdout} = spawnSync(program, ['--help'], {encoding: 'utf8'});
	const listed = Array.from(stdout.matchAll(/^ {2}(--[a-z-]+)/gm), ([, option]) => option);
	const reference = readFileSync(join(repositoryRoot, 'docs', 'reference', 'host-port.md'), 'utf8');
	const documented = Array.from(reference.matchAll(/^\| `(--[a-z-]+)/gm), ([, option]) => option);
	assert.ok(listed.length > 10);
	assert.deepEqual(documented, listed);
});
