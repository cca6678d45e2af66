import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';
import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {before, describe, test, type TestContext} from 'node:test';
import {makeFirmware} from '../../../scripts/make-firmware.ts';
import {repositoryRoot} from '../../../scripts/repository.ts';
import {makeBoardFlash, startBoard, whyBoardIsMissing, type BoardName} from '../../support/boards.ts';
import type {Child} from '../loop/child.ts';

const firmware = join(repositoryRoot, 'agent-firmware');
const skip = whyBoardIsMissing('rvvirt') ?? whyBoardIsMissing('mps2-an386') ?? false;
const key = new Uint8Array(32).fill(1);
const keyText = `${'01'.repeat(32)}\n`;

/** MQTT-SN CONNECT of a client `example`: length, type, flags, protocol, keep-alive, id. */
const connect = /^..04..01....6578616d706c65$/;

describe('the agent as a library', {skip, timeout: 600_000}, () => {
	before(() => makeFirmware('examples'));

	test('it compiles for five cores and for this one, all warnings errors', () => makeFirmware('check-library'));

	test('CMake builds it without Node', {skip: isMissing('cmake')}, (context) => {
		const folder = makeFolder(context);
		run('cmake', ['-S', firmware, '-B', folder, '-DCMAKE_C_FLAGS=-Os -Werror']);
		run('cmake', ['--build', folder, '-j2']);
		assert.ok(statSync(join(folder, 'libfemto.a')).size > 0);
	});

	test('the smallest firmwares have 80 lines of code at most', () => {
		for (const name of ['host', 'mps2', 'rvvirt']) {
			const text = readFileSync(join(firmware, 'examples', 'minimal', `${name}.c`), 'utf8');
			assert.ok(text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('/*')).length <= 80, name);
		}
	});

	for (const board of ['mps2-an386', 'rvvirt'] as const) {
		test(`the smallest firmware for ${board} connects to its gateway`, async (context) => {
			const gateway = await openGateway(context);
			await startExample(context, board, gateway.address().port);
			await expectConnect(gateway);
		});
	}

	test('the smallest firmware for Linux connects to its gateway', async (context) => {
		const gateway = await openGateway(context);
		const folder = makeFolder(context);
		writeFileSync(join(folder, 'key'), keyText);
		const child = spawn(join(repositoryRoot, 'build', 'examples', 'minimal-host'), [
			'example', `127.0.0.1:${gateway.address().port}`, join(folder, 'key'), join(folder, 'key'), join(folder, 'flash'),
		]);
		context.after(() => child.kill());
		await expectConnect(gateway);
	});
});

function run(program: string, args: readonly string[]): void {
	const {status, stdout, stderr} = spawnSync(program, args, {encoding: 'utf8', timeout: 300_000});
	assert.equal(status, 0, `${stdout}${stderr}`);
}

function isMissing(program: string): string | false {
	return spawnSync(program, ['--version']).status === 0 ? false : `${program} is not installed`;
}

/** A folder that lives as long as the test; what uses it is ended by `end` first. */
function makeFolder(context: TestContext, end: () => unknown = () => undefined): string {
	const folder = mkdtempSync(join(tmpdir(), 'femto-library-'));
	context.after(async () => {
		await end();
		rmSync(folder, {recursive: true});
	});
	return folder;
}

async function openGateway(context: TestContext): Promise<Socket> {
	const gateway = createSocket('udp4').bind(0, '127.0.0.1');
	context.after(() => gateway.close());
	await once(gateway, 'listening');
	return gateway;
}

async function expectConnect(gateway: Socket): Promise<void> {
	const [datagram] = (await once(gateway, 'message', {signal: AbortSignal.timeout(60_000)})) as [Buffer];
	assert.match(datagram.toString('hex'), connect);
}

async function startExample(context: TestContext, board: BoardName, bridgePort: number): Promise<void> {
	const children: Child[] = [];
	const folder = makeFolder(context, () => Promise.all(children.map(async (child) => child.kill())));
	const flashFile = join(folder, 'flash');
	await makeBoardFlash(board, flashFile, {id: 'example', deviceKey: key, rootKey: key, bridgePort});
	const image = join(repositoryRoot, 'build', 'examples', `minimal-${board}.elf`);
	children.push(startBoard({board, image, flashFile, log: join(folder, 'log'), onChange: () => undefined}));
}
