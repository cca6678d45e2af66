import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {buildBoards, whyBoardIsMissing, type BoardName} from '../../support/boards.ts';
import type {Child} from '../loop/child.ts';
import {acceptedGeneration, hasConfirmedAll, isAllReady} from '../loop/views.ts';
import {BoardsSite} from './boards-site.ts';

const boards: readonly BoardName[] = ['mps2-an385', 'mps2-an386', 'mps2-an500', 'mps2-an505'];
const generations = {'counter': 1, 'moving-average': 1, 'responder': 1};
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
});
