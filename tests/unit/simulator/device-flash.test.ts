import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Flash, FlashError, type FlashOperation} from '../../../simulator/flash.ts';

const geometry = {unitBytes: 1024, unitCount: 3};

function contentOf(flash: Flash): Buffer {
	const target = Buffer.alloc(3072);
	flash.read(0, target);
	return target;
}

test('a new flash reads erased and takes no memory', () => {
	const flash = new Flash(geometry);
	assert.ok(contentOf(flash).every((byte) => byte === 0xff));
	assert.equal(flash.residentBytes, 0);
});

test('programmed bytes are read back at any alignment, across pages', () => {
	const flash = new Flash(geometry);
	const data = Uint8Array.from({length: 64}, (_, index) => index);
	flash.program(256 - 32, data);
	const target = new Uint8Array(9);
	flash.read(256 - 3, target);
	assert.deepEqual([...target], [29, 30, 31, 32, 33, 34, 35, 36, 37]);
});

test('a write unit can be programmed once after each erase of its unit', () => {
	const flash = new Flash(geometry);
	const erasedBytes = new Uint8Array(8).fill(0xff);
	flash.program(1024, erasedBytes);
	assert.throws(() => flash.program(1024, erasedBytes), FlashError);
	flash.erase(0);
	assert.throws(() => flash.program(1024, erasedBytes), FlashError);
	flash.erase(1);
	flash.program(1024, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
	assert.equal(contentOf(flash)[1031], 8);
});

const refused: readonly {readonly name: string; readonly run: (flash: Flash) => void}[] = [
	{name: 'a program that does not begin at a multiple of 8', run: (flash) => flash.program(4, new Uint8Array(8))},
	{name: 'a program of a length that is no multiple of 8', run: (flash) => flash.program(8, new Uint8Array(12))},
	{name: 'a program of nothing', run: (flash) => flash.program(8, new Uint8Array(0))},
	{name: 'a program that leaves its erase unit', run: (flash) => flash.program(1016, new Uint8Array(16))},
	{name: 'a program behind the end', run: (flash) => flash.program(3072, new Uint8Array(8))},
	{name: 'a read across the end', run: (flash) => flash.read(3070, new Uint8Array(4))},
	{name: 'an erase of a unit that is not there', run: (flash) => flash.erase(3)},
];

for (const {name, run} of refused) {
	test(`${name} is refused and changes nothing`, () => {
		const flash = new Flash(geometry);
		assert.throws(() => run(flash), FlashError);
		assert.ok(contentOf(flash).every((byte) => byte === 0xff));
	});
}

test('a geometry outside the bounds is refused', () => {
	assert.throws(() => new Flash({unitBytes: 1000, unitCount: 3}), RangeError);
	assert.throws(() => new Flash({unitBytes: 1024, unitCount: 1}), RangeError);
	assert.throws(() => new Flash({unitBytes: 1024, unitCount: 33}), RangeError);
});

test('a fork has the same content, and neither sees what the other writes', () => {
	const original = new Flash(geometry);
	original.program(0, new Uint8Array(8).fill(1));
	const fork = original.fork();
	assert.deepEqual(contentOf(fork), contentOf(original));
	fork.program(8, new Uint8Array(8).fill(2));
	original.program(8, new Uint8Array(8).fill(3));
	assert.deepEqual([contentOf(fork)[8], contentOf(original)[8]], [2, 3]);
	assert.throws(() => fork.program(0, new Uint8Array(8)), FlashError);
	fork.erase(0);
	assert.equal(contentOf(original)[0], 1);
});

test('an observer is told every change in order, with bytes of its own', () => {
	const flash = new Flash(geometry);
	const seen: FlashOperation[] = [];
	flash.observe((operation) => seen.push(operation));
	const data = new Uint8Array(8).fill(7);
	flash.program(16, data);
	data.fill(0);
	flash.erase(2);
	assert.deepEqual(seen, [
		{kind: 'program', address: 16, bytes: new Uint8Array(8).fill(7)},
		{kind: 'erase', unit: 2},
	]);
});
