import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {FlashError, type Flash} from '../../../simulator/flash.ts';
import {openFlashFile} from '../../../simulator/flash-file.ts';

const geometry = {unitBytes: 512, unitCount: 2};
const folder = mkdtempSync(join(tmpdir(), 'femto-flash-'));
after(() => rmSync(folder, {recursive: true}));

function read(flash: Flash, address: number, size: number): number[] {
	const target = new Uint8Array(size);
	flash.read(address, target);
	return [...target];
}

test('what was programmed is there when the file is opened again, and stays programmed', () => {
	const path = join(folder, 'kept.flash');
	const first = openFlashFile(path, geometry);
	first.flash.program(520, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 0xff));
	first.close();
	const second = openFlashFile(path, geometry);
	assert.deepEqual(read(second.flash, 512, 16), [...Array<number>(8).fill(0xff), 1, 2, 3, 4, 5, 6, 7, 0xff]);
	assert.throws(() => second.flash.program(520, new Uint8Array(8)), FlashError);
	second.close();
});

test('an erased unit is erased after opening, the other unit is not', () => {
	const path = join(folder, 'erased.flash');
	const first = openFlashFile(path, geometry);
	first.flash.program(0, new Uint8Array(8).fill(7));
	first.flash.program(512, new Uint8Array(8).fill(9));
	first.flash.erase(1);
	first.close();
	const second = openFlashFile(path, geometry);
	assert.deepEqual(read(second.flash, 0, 8), Array(8).fill(7));
	assert.deepEqual(read(second.flash, 512, 8), Array(8).fill(0xff));
	second.flash.program(512, new Uint8Array(8).fill(1));
	second.close();
});

test('a file that is longer than the flash is refused and left as it is', () => {
	const path = join(folder, 'long.flash');
	writeFileSync(path, new Uint8Array(1025));
	assert.throws(() => openFlashFile(path, geometry), /Cannot use flash file .*: 1025 bytes, must be at most 1024/);
	assert.equal(statSync(path).size, 1025);
});
