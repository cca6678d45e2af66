import assert from 'node:assert/strict';
import {spawn, spawnSync, type ChildProcess} from 'node:child_process';
import {EventEmitter, once} from 'node:events';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {connect, createServer, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {before, describe, test, type TestContext} from 'node:test';
import {readFleetKey} from '../../../cli/keys/key-file.ts';
import {bytesToHex, deviceKey, publicKeyOf} from '../../../protocol/crypto.ts';
import {encodeFactoryBlock, type FactoryBlock} from '../../../protocol/factory-block.ts';
import type {Report} from '../../../protocol/generated/messages.ts';
import {containerStates} from '../../../protocol/schema/reasons.ts';
import {encodeFrame} from '../../../protocol/serial/frame.ts';
import {seededRandom} from '../../../runtime/random.ts';
import {makeFirmware} from '../../../scripts/make-firmware.ts';
import {repositoryRoot} from '../../../scripts/repository.ts';
import {LinksBench, makeFolder} from '../../integration/bridge/serial-support.ts';
import {container, deviceId, fleetSecret, rootSecretKey, TestFleet, type Container} from '../../integration/host-device-support.ts';
import {Child} from '../loop/child.ts';
import {freePort} from '../../../cli/up/free-port.ts';
import {bridgeCommand, brokerCommand, controllerCommand, runsLine, type Site} from '../loop/programs.ts';
import {makeKeys, makeSources} from '../loop/sources.ts';
import {isAllReady} from '../loop/views.ts';

const image = join(repositoryRoot, 'build', 'boards', 'nrf51.elf');
const factoryAddress = '0x2e000';
const confirmed = containerStates.find(({name}) => name === 'Confirmed')?.id;
const missing = ['qemu-system-arm', 'arm-none-eabi-gcc'].find((program) => spawnSync(program, ['--version']).status !== 0);
const skip = missing === undefined ? false : `${missing} is not installed`;

/** Counts its runs in its key-value store. */
const counting = (sequence: number): Container =>
	container(1, sequence, ['mov r1, 0', 'mov r2, 1', `mov r3, ${sequence}`, 'call 4', 'mov r0, 0', 'exit']);

const isConfirmed = (wanted: Container) => ({containers: [first]}: Report): boolean =>
	first?.state === confirmed && bytesToHex(first?.statementDigest ?? new Uint8Array(0)) === wanted.digest;

const identityOfTestFleet: FactoryBlock = {
	id: deviceId, deviceKey: deviceKey(fleetSecret, deviceId, 0), rootKey: publicKeyOf(rootSecretKey),
};

/** Resolves at the first of both, and leaves no listener behind. */
async function eitherOf(events: EventEmitter, first: string, second: string): Promise<void> {
	const rest = new AbortController();
	const {signal} = rest;
	await Promise.race([first, second].map((event) => once(events, event, {signal}).catch(() => undefined)));
	rest.abort();
}

/** A micro:bit; `reset` is what its button does. */
class Microbit {
	readonly #process: ChildProcess;
	readonly #qmp: string;

	/** Its files are in `folder`, its UART leads to `socket`. */
	constructor(context: TestContext, folder: string, socket: string, identity = identityOfTestFleet) {
		const factory = join(folder, 'factory');
		this.#qmp = join(folder, 'qmp');
		writeFileSync(factory, encodeFactoryBlock(identity));
		this.#process = spawn('qemu-system-arm', [
			'-M', 'microbit', '-kernel', image, '-device', `loader,file=${factory},addr=${factoryAddress},force-raw=on`,
			'-display', 'none', '-monitor', 'none', '-qmp', `unix:${this.#qmp},server=on,wait=off`,
			'-chardev', `socket,id=uart,path=${socket},reconnect=1`, '-serial', 'chardev:uart',
		], {stdio: ['ignore', 'inherit', 'inherit']});
		context.after(async () => {
			const gone = once(this.#process, 'exit');
			this.#process.kill('SIGKILL');
			await gone;
		});
	}

	async reset(): Promise<void> {
		const socket = connect({path: this.#qmp});
		const lines = createInterface({input: socket})[Symbol.asyncIterator]();
		for (const execute of ['', 'qmp_capabilities', 'system_reset']) {
			if (execute !== '') socket.write(`${JSON.stringify({execute})}\n`);
			await lines.next();
		}
		socket.destroy();
	}
}

/** A line from a board at `boardPath` to the bridge at `bridgePath`; `disturb` adds octets to what the board receives. */
async function openLine(context: TestContext, boardPath: string, bridgePath: string): Promise<{disturb: (octets: Uint8Array) => void}> {
	const boards: Socket[] = [];
	const server = createServer((board) => {
		boards.push(board);
		const bridge = connect({path: bridgePath});
		board.on('error', () => {}).on('close', () => bridge.destroy()).pipe(bridge);
		bridge.on('error', () => {}).pipe(board);
	});
	server.listen(boardPath);
	await once(server, 'listening');
	context.after(() => void server.close());
	return {disturb: (octets) => boards.forEach((board) => board.write(octets))};
}

describe('an nRF51 with 16 KiB of RAM on a serial link', {skip, timeout: 300_000}, () => {
	before(() => makeFirmware('nrf51'));

	async function plugIn(context: TestContext): Promise<{fleet: TestFleet; bench: LinksBench; board: Microbit; link: string}> {
		const folder = makeFolder(context);
		const path = join(folder, 'gw.sock');
		const bench = await LinksBench.open(context, [`unix:${path},server=on`]);
		const fleet = await TestFleet.start(context, bench.port);
		await bench.tells(`serial link is up unix:${path}`);
		return {fleet, bench, board: new Microbit(context, folder, path), link: `unix:${path}`};
	}

	test('it enrols, installs a container, and goes on to the next version', async (t) => {
		const {fleet, bench, link} = await plugIn(t);
		await fleet.assign(1, [counting(1)]);
		await fleet.report(isConfirmed(counting(1)));
		const inventory = fleet.reports.find((report) => report.inventory !== undefined)?.inventory;
		assert.deepEqual([inventory?.firmware, inventory?.board, inventory?.mtuBytes], ['nrf51-1', 'nrf51', 128]);
		await fleet.assign(2, [counting(2)]);
		await fleet.report(isConfirmed(counting(2)));
		const counts = bench.links.counters()[link];
		assert.deepEqual([counts?.refused_crc_wrong, counts?.refused_cobs_broken, counts?.dropped_queue_full], [0, 0, 0]);
	});

	test('the samples are installed by the programs, with the bridge on its line, and become Ready', async (t) => {
		const folder = mkdtempSync(join(tmpdir(), 'femto-nrf51-'));
		const programs: Child[] = [];
		t.after(async () => {
			await Promise.all(programs.map((program) => program.kill()));
			rmSync(folder, {recursive: true});
		});
		const keys = join(folder, 'keys');
		makeKeys(keys, 1);
		await makeSources(join(folder, 'apply'), keys);
		const site: Site = {folder, broker: 'femto', brokerPort: await freePort(), bridgePort: await freePort()};
		const changes = new EventEmitter();
		const socket = join(folder, 'gw.sock');
		const run = async (name: string, command: readonly string[], runs: RegExp): Promise<Child> => {
			const child = new Child(command, {log: join(folder, `${name}.log`), onChange: () => changes.emit('change')});
			programs.push(child);
			while (!child.lines.some((line) => runs.test(line))) await once(changes, 'change');
			return child;
		};
		await run('broker', brokerCommand(site), runsLine.broker);
		await run('bridge', [...bridgeCommand(site), '--serial', `unix:${socket},server=on`], /"msg":"serial link is up"/);
		const controller = await run('controller', controllerCommand(site), /"msg":"subscribed"/);
		new Microbit(t, folder, socket, {
			id: 'microbit', deviceKey: deviceKey(readFleetKey(keys, 'fleet.secret'), 'microbit', 0), rootKey: readFleetKey(keys, 'root.pub'),
		});
		const generations = {'counter': 1, 'moving-average': 1, 'responder': 1};
		while (!isAllReady(controller.lines, generations, 1)) await once(changes, 'change');
	});

	test('after a reset it runs what is in its flash, and asks for nothing', async (t) => {
		const {fleet, board} = await plugIn(t);
		await fleet.assign(1, [counting(1)]);
		const {boot} = await fleet.report(isConfirmed(counting(1)));
		const {requests} = fleet;
		await board.reset();
		const again = await fleet.report((report) => report.boot === boot + 1);
		assert.equal(again.acceptedGeneration, 1);
		await fleet.report((report) => report.boot === boot + 1 && isConfirmed(counting(1))(report));
		assert.equal(fleet.requests, requests);
	});

	test('resets at random moments of an install do not hinder it in the end', async (t) => {
		const {fleet, board} = await plugIn(t);
		const random = seededRandom(7);
		await fleet.assign(1, [counting(1)]);
		for (let count = 0; count < 6; count++) {
			const enough = fleet.requests + 1 + (random.uint32() % 6);
			while (fleet.requests < enough && !fleet.reports.some(isConfirmed(counting(1)))) {
				await eitherOf(fleet.events, 'request', 'report');
			}
			await board.reset();
		}
		const boot = fleet.reports.at(-1)?.boot ?? 0;
		await fleet.report((report) => report.boot >= boot && isConfirmed(counting(1))(report));
	});

	test('garbage, half frames and a flood on its line while a container runs are passed over', async (t) => {
		const folder = makeFolder(t);
		const path = join(folder, 'gw.sock');
		const bench = await LinksBench.open(t, [`unix:${path},server=on`]);
		const fleet = await TestFleet.start(t, bench.port);
		await bench.tells(`serial link is up unix:${path}`);
		const line = await openLine(t, join(folder, 'line.sock'), path);
		new Microbit(t, folder, join(folder, 'line.sock'));
		await fleet.assign(1, [counting(1)]);
		await fleet.report(isConfirmed(counting(1)));
		const random = seededRandom(3);
		const frame = encodeFrame(random.bytes(100));
		for (let count = 0; count < 200; count++) {
			line.disturb(random.bytes(1 + (random.uint32() % 500)));
			line.disturb(frame.subarray(0, random.uint32() % frame.length));
			line.disturb(encodeFrame(random.bytes(1 + (random.uint32() % 255))));
		}
		await fleet.assign(2, [counting(2)]);
		await fleet.report(isConfirmed(counting(2)));
	});
});
