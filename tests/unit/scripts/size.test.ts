import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {boardNames, buildImages, measureImage, missingCompiler} from '../../../scripts/size/boards.ts';
import {readBudget, whatIsTooBig, type Budget} from '../../../scripts/size/budget.ts';
import {readMap} from '../../../scripts/size/map.ts';
import {partOf, parts, sizesOf} from '../../../scripts/size/parts.ts';
import {Calls} from '../../../scripts/size/spans.ts';

const map = `Discarded input sections

 .text          0x00000000       0x10 build/core/vm/run.o

Linker script and memory map

.text           0x00000000      0x100
 *(.text*)
 .text.a_function_with_a_long_name
                0x00000000       0x40 build/core/vm/run.o
                0x00000000                a_function_with_a_long_name
 .text.b        0x00000040       0x20 build/core/agent/agent.o

.bss            0x20000000       0x30
 .bss.device    0x20000000       0x28 build/ports/x/main.o

.debug_info     0x00000000       0x50
 .debug_info    0x00000000       0x50 build/core/vm/run.o
`;

test('what a map keeps is counted by its file, and what no file has is the rest of the section', () => {
	const of = (file: string): number => readMap(map).filter((piece) => piece.file.endsWith(file)).reduce((sum, {bytes}) => sum + bytes, 0);
	assert.equal(of('run.o'), 0x40);
	assert.equal(of('agent.o'), 0x20);
	assert.equal(readMap(map).reduce((sum, {bytes}) => sum + bytes, 0), 0x130);
	assert.throws(() => readMap('Discarded input sections'), /must have a part/);
});

test('a file is counted for one part', () => {
	assert.equal(partOf('x/core/vm/alu.o'), 'runtime');
	assert.equal(partOf('x/core/agent/kv.o'), 'runtime');
	assert.equal(partOf('x/core/agent/pull.o'), 'agent');
	assert.equal(partOf('x/sodium/crypto_sign/ed25519/ref10/open.o'), 'crypto');
	assert.equal(partOf('libgcc.a(_udivmoddi4.o)'), 'port');
});

test('a part may be 2 % above its budget and no more', () => {
	const budgetOf = (bytes: number): Budget => ({
		x: {...Object.fromEntries(parts.map((part) => [part, [1000, 1000]])), runtime: [bytes, 0]} as unknown as Budget[string],
	});
	assert.deepEqual(whatIsTooBig(budgetOf(63), 'x', sizesOf(map)), []);
	assert.match(whatIsTooBig(budgetOf(62), 'x', sizesOf(map)).join(), /^x, runtime: 64 bytes of flash, at most 62 and 2 %/);
	assert.match(whatIsTooBig({}, 'x', sizesOf(map)).join(), /must name it/);
});

test('a call ends where its caller goes on, or behind a jump its caller\'s caller', () => {
	const calls = new Calls([
		'00000010 <leaf>:', '  10:\t4770      \tbx\tlr', '',
		'00000020 <middle>:', '  20:\tf7ff      \tb.w\t10 <leaf>', '',
		'00000030 <top>:', '  30:\tf7ff fff0 \tbl\t20 <middle>', '  34:\tbf00      \tnop',
		'  36:\tf7ff fff0 \tbl\t10 <leaf>', '  3a:\tbf00      \tnop',
	].join('\n'));
	assert.deepEqual(calls.spanOf('leaf'), {start: 0x10, ends: [0x34, 0x3a]});
	assert.throws(() => calls.spanOf('top'), /function top and a call/);
});

const missing = missingCompiler(boardNames);
describe('images of boards', {skip: missing === undefined ? false : `${missing} is not installed`, timeout: 300_000}, () => {
	test('no part is more than 2 % beyond its budget', () => {
		buildImages(boardNames);
		const budget = readBudget();
		assert.deepEqual(boardNames.flatMap((board) => whatIsTooBig(budget, board, measureImage(board))), []);
	});
});
