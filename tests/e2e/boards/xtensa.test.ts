import assert from 'node:assert/strict';
import {EventEmitter, once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, describe, test, type TestContext} from 'node:test';
import {boardImage, buildBoards, makeBoardFlash, startBoard, whyBoardIsMissing} from '../../support/boards.ts';
import {Debugger, readSymbols} from '../../support/gdb.ts';
import type {Child} from '../loop/child.ts';
import {acceptedGeneration, hasConfirmedAll, isAllReady} from '../loop/views.ts';
import {BoardsSite} from './boards-site.ts';

const board = 'xtensa-lx60';
const generations = {'counter': 1, 'moving-average': 1, 'responder': 1};
/** What the start-up code writes to the whole stack. */
const stackPaint = 0xa5;
const skip = whyBoardIsMissing(board) ?? false;

describe('an Xtensa board behind a bridge', {skip, timeout: 600_000}, () => {
	let site: BoardsSite;
	let running: Child;

	before(async () => {
		buildBoards([board]);
		site = await BoardsSite.start();
	});

	after(() => site.end());

	test('it enrols, installs the samples and becomes Ready', async () => {
		running = await site.plugIn(board);
		assert.equal(running.lines[0], 'start id=xtensa-lx60 board=xtensa-lx60 firmware=xtensa-1 boot=1 reset=other accepted=0');
		await site.until(() => isAllReady(site.controllerLines, generations, 1), 'Ready on the board');
		await site.until(() => hasConfirmedAll(running.lines), 'the board to confirm');
	});

	test('its stack was never deeper than three quarters of its size', async (t) => {
		const start = addressOf('xt_stack_start');
		const size = addressOf('xt_stack_end') - start;
		const gdb = await Debugger.attach(site.debuggerOf(board));
		const stack = await gdb.readMemory(start, size);
		await gdb.detach();
		const used = size - stack.findIndex((byte) => byte !== stackPaint);
		t.diagnostic(`${used} of ${size} bytes`);
		assert.ok(used > 1024 && used < size * 0.75, `used ${used} of ${size} bytes`);
	});

	test('after a power cut it runs what is in its flash, without anybody to ask', async () => {
		await site.unplugBridge();
		const accepted = acceptedGeneration(running.lines) ?? 0;
		await running.kill();
		running = await site.powerUp(board);
		const start = `start id=xtensa-lx60 board=xtensa-lx60 firmware=xtensa-1 boot=2 reset=other accepted=${accepted}`;
		assert.equal(running.lines[0], start);
		await site.until(() => hasConfirmedAll(running.lines), 'the board to hold its containers');
		assert.ok(running.lines.every((line) => !line.startsWith('link ')));
	});
});

describe('an Xtensa board whose program is broken', {skip, timeout: 120_000}, () => {
	before(() => buildBoards([board]));

	test('a loop that hangs is ended by the watchdog, and the next start says so', async (context) => {
		const {lines, until, poke} = await startAlone(context);
		await poke('femto_poll', [0x06, 0xff, 0xff]); // a jump to itself
		await until('reset by the watchdog: cause=00000004 ');
		await until('start id=alone board=xtensa-lx60 firmware=xtensa-1 boot=2 reset=watchdog ');
		assert.equal(lines.length, 3);
	});

	test('an instruction that there is not resets at once, and counts as the watchdog', async (context) => {
		const {until, poke} = await startAlone(context);
		await poke('femto_poll', [0, 0, 0]);
		await until('reset by a fault: cause=00000000 ');
		await until('start id=alone board=xtensa-lx60 firmware=xtensa-1 boot=2 reset=watchdog ');
	});

	test('a stack that overflows meets the end of memory', async (context) => {
		const {until, poke} = await startAlone(context);
		// addi a1, a1, -64; s32i.n a0, a1, 0; jump back
		await poke('femto_poll', [0x12, 0xc1, 0xc0, 0x09, 0x01, 0xc6, 0xfd, 0xff]);
		await until('reset by a fault: cause=00000018 '); // no memory is mapped there
		await until('start id=alone board=xtensa-lx60 firmware=xtensa-1 boot=2 reset=watchdog ');
	});
});

interface Alone {
	readonly lines: readonly string[];
	/** Resolves when the console has a line that begins so. */
	readonly until: (begin: string) => Promise<void>;
	/** Overwrites the first instructions of a function. */
	readonly poke: (name: string, bytes: readonly number[]) => Promise<void>;
}

/** A board without a gateway, which boots and goes on calling. */
async function startAlone(context: TestContext): Promise<Alone> {
	const folder = mkdtempSync(join(tmpdir(), 'femto-xtensa-'));
	const [flashFile, socket] = [join(folder, 'flash'), join(folder, 'gdb')];
	const key = new Uint8Array(32).fill(1);
	await makeBoardFlash(board, flashFile, {id: 'alone', deviceKey: key, rootKey: key, bridgePort: 9});
	const events = new EventEmitter();
	const child = startBoard({
		board, flashFile, log: join(folder, 'log'), onChange: () => events.emit('change'),
		extra: ['-gdb', `unix:${socket},server=on,wait=off`],
	});
	context.after(async () => {
		await child.kill();
		rmSync(folder, {recursive: true});
	});
	const until = async (begin: string): Promise<void> => {
		while (!child.lines.some((line) => line.startsWith(begin))) {
			assert.equal(child.exit, undefined, child.lines.join('\n'));
			await once(events, 'change', {signal: AbortSignal.timeout(60_000)});
		}
	};
	await until('start ');
	const poke: Alone['poke'] = (name, bytes) => patch(socket, name, Uint8Array.from(bytes));
	return {lines: child.lines, until, poke};
}

/** Overwrites the first instructions of a function of a board that runs, and lets it run on. */
async function patch(socket: string, name: string, bytes: Uint8Array): Promise<void> {
	const gdb = await Debugger.attach(socket);
	await gdb.writeMemory(addressOf(name), bytes);
	await gdb.detach();
}

/** Where a function or variable of the image is. */
function addressOf(name: string): number {
	return readSymbols(boardImage(board)).get(name) ?? assert.fail(`Cannot find ${name} in the image`);
}
