import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {boardImage, buildBoards, whyBoardIsMissing, type BoardName} from '../../support/boards.ts';
import {Debugger, readSymbols, register} from '../../support/gdb.ts';
import type {Child} from '../loop/child.ts';
import {acceptedGeneration, hasConfirmedAll, isAllReady} from '../loop/views.ts';
import {BoardsSite} from './boards-site.ts';

const boards: readonly BoardName[] = ['mps2-an385', 'mps2-an386', 'mps2-an500', 'mps2-an505'];
const generations = {'counter': 1, 'moving-average': 1, 'responder': 1};
const restarted = /^start .* reset=watchdog /;
/** What the start-up code writes to the whole stack. */
const stackPaint = 0xa5;
const skip = whyBoardIsMissing('mps2-an385') ?? false;

describe('four Cortex-M boards behind one bridge', {skip, timeout: 600_000}, () => {
	let site: BoardsSite;
	const running = new Map<BoardName, Child>();
	const linesOf = (board: BoardName): readonly string[] => running.get(board)?.lines ?? [];
	const hold = (board: BoardName): boolean => hasConfirmedAll(linesOf(board));

	before(async () => {
		buildBoards(boards);
		site = await BoardsSite.start();
	});

	after(() => site.end());

	test('a new board says on its console who it is', async () => {
		await Promise.all(boards.map(async (board) => running.set(board, await site.plugIn(board))));
		for (const board of boards) {
			const start = new RegExp(`^start id=${board} board=${board} firmware=mps2-1 boot=1 reset=other accepted=0$`);
			assert.match(linesOf(board)[0] ?? '', start);
		}
	});

	test('they enrol, install the samples and become Ready on all of them', async () => {
		await site.until(() => isAllReady(site.controllerLines, generations, boards.length), 'Ready on all boards');
		await site.until(() => boards.every(hold), 'all boards to confirm');
	});

	test('the stack was never deeper than three quarters of its size', async (t) => {
		for (const board of boards) {
			const start = addressOf(board, 'image_stack_start');
			const size = addressOf(board, 'image_stack_end') - start;
			const gdb = await Debugger.attach(site.debuggerOf(board));
			const stack = await gdb.readMemory(start, size);
			await gdb.detach();
			const used = size - stack.findIndex((byte) => byte !== stackPaint);
			t.diagnostic(`${board}: ${used} of ${size} bytes`);
			assert.ok(used > 1024 && used < size * 0.75, `${board} used ${used} of ${size} bytes`);
		}
	});

	test('after a power cut they run what is in the flash, without anybody to ask', async () => {
		await site.unplugBridge();
		for (const board of boards) {
			const accepted = acceptedGeneration(linesOf(board)) ?? 0;
			await running.get(board)?.kill();
			running.set(board, await site.powerUp(board));
			const start = new RegExp(`^start id=${board} .* boot=2 reset=other accepted=${accepted}$`);
			assert.match(linesOf(board)[0] ?? '', start);
		}
		await site.until(() => boards.every(hold), 'all boards to hold their containers');
		assert.ok(boards.every((board) => linesOf(board).every((line) => !line.startsWith('link '))));
	});

	test('a write outside of the memory of containers, while one runs, resets the board; one inside does not', async () => {
		for (const board of boards) {
			const gdb = await Debugger.attach(site.debuggerOf(board));
			await gdb.runTo(addressOf(board, 'mpu_close'));
			const memory = await gdb.read(register.r1);
			// The interpreter is left for a write of zeros to `address`, and returns with a fault of the container.
			const erase = async (address: number): Promise<void> => {
				await gdb.runTo(addressOf(board, 'bpf_run'));
				await gdb.write(new Map([
					[register.r0, address], [register.r1, 0], [register.r2, 4], [register.pc, addressOf(board, 'memset')],
				]));
			};
			await erase(memory);
			await gdb.runTo(addressOf(board, 'mpu_close'));
			assert.ok(!linesOf(board).some((line) => restarted.test(line)), `${board} may not write to ${memory.toString(16)}`);
			await erase(memory - 4);
			await gdb.detach();
			await site.until(() => linesOf(board).some((line) => restarted.test(line)), `${board} to be reset`);
		}
		await site.until(() => boards.every(hold), 'all boards to run again');
	});
});

/** Without the lowest bit, which of a function only says that its code is Thumb. */
function addressOf(board: BoardName, symbol: string): number {
	return (readSymbols(boardImage(board)).get(symbol) ?? assert.fail(`no ${symbol} in ${board}`)) & ~1;
}
