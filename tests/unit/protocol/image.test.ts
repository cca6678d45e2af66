import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {packText, unpackText} from '../../../protocol/image/coding.ts';
import {packImage} from '../../../protocol/image/pack.ts';
import type {Program} from '../../../protocol/image/program.ts';
import {unpackImage} from '../../../protocol/image/unpack.ts';
import {failure, success} from '../../../protocol/result.ts';
import type {ImageReason} from '../../../protocol/schema/image.ts';
import {faultName, refusalName} from '../../../protocol/schema/verifier.ts';
import {assemble} from '../../../scripts/bpf-assembler.ts';
import {readVectors} from '../../../scripts/vectors-to-c.ts';

// The image of agent-firmware/tests/vm/image.c, so that both sides are held to one example.
const program: Program = {
	hooks: [{id: 1, offset: 0}, {id: 2, offset: 3}],
	text: assemble(['1801000001000000', '0000000080ffffff', 'exit', 'mov r0, 4', 'exit']),
	rodata: Uint8Array.of(0xaa, 0xbb, 0xcc),
	data: Uint8Array.of(0xdd, 0xee),
	bssSize: 4,
	stackSize: 16,
	parameters: [{name: 'n', default: 5, min: -3, max: 9}, {name: 'm2', default: 0, min: 0, max: 0}],
};
const image = hex('464d544f010202000500 0a00 0300 0200 0400 1000 0100 0000 0200 0300 01 6e 05000000 fdffffff 09000000'
	+ '02 6d32 00000000 00000000 00000000 18 01 02 ff01 95 b7 00 08 95 aabbcc ddee');

test('a program packs to the bytes that the firmware reads', () => {
	assert.deepEqual(packImage(program), success(image));
});

test('an image unpacks to its program', () => {
	assert.deepEqual(unpackImage(image), success(program));
});

test('any text comes back from its packed form', () => {
	const slot = fc.tuple(fc.nat(255), fc.nat(255), fc.constantFrom(0, 1, 0x7fff, 0x8000), fc.constantFrom(0, 1, 2 ** 31))
		.map(([opcode, registers, offset, imm]) => {
			const bytes = new DataView(new ArrayBuffer(8));
			bytes.setUint8(0, opcode);
			bytes.setUint8(1, registers);
			bytes.setUint16(2, offset, true);
			bytes.setUint32(4, imm, true);
			return [...new Uint8Array(bytes.buffer)];
		});
	fc.assert(fc.property(fc.array(slot, {maxLength: 20}), (slots) => {
		const text = Uint8Array.from(slots.flat());
		assert.deepEqual(unpackText(packText(text), slots.length), success(text));
	}), {numRuns: 500});
});

test('the text of each vector comes back from its packed form', () => {
	for (const {asm, name} of readVectors()) {
		const text = assemble(asm);
		assert.deepEqual(unpackText(packText(text), text.length / 8), success(text), name);
	}
});

test('every shorter image is truncated', () => {
	for (let size = 0; size < image.length; size++) {
		assert.deepEqual(unpackImage(image.subarray(0, size)), failure('ImageTruncated'));
	}
});

test('an image with changed bits is refused or read, and never throws', () => {
	fc.assert(fc.property(fc.array(fc.nat(image.length * 8 - 1), {minLength: 1, maxLength: 4}), (bits) => {
		const changed = image.slice();
		for (const bit of bits) {
			changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
		}
		const result = unpackImage(changed);
		assert.equal(result.ok ? packImage(result.value).ok : typeof result.error === 'string', true);
	}), {numRuns: 2000});
});

// Offsets: hooks at 20, parameters at 28, text at 57. The rows of image.c, whose reasons must be the same.
const changes: Readonly<Record<string, readonly [at: number, bytes: string, reason: ImageReason]>> = {
	'wrong magic': [0, '47', 'ImageMagic'],
	'an unknown format': [4, '02', 'ImageFormat'],
	'no hook': [5, '00', 'ImageHookCount'],
	'17 hooks': [5, '11', 'ImageHookCount'],
	'17 parameters': [6, '11', 'ImageParameterCount'],
	'a reserved byte': [7, '01', 'ImageReserved'],
	'no text': [8, '0000', 'ImageTextSize'],
	'one slot less': [8, '0400', 'ImageTextTrailing'],
	'one slot more': [8, '0600', 'ImageTextTruncated'],
	'packed text one byte shorter': [10, '0900', 'ImageTrailing'],
	'data beyond the end': [14, 'fbff', 'ImageTruncated'],
	'data and bss beyond 65535': [16, 'feff', 'ImageDataSize'],
	'a stack of 520': [18, '0802', 'ImageStackSize'],
	'a stack of 12': [18, '0c00', 'ImageStackSize'],
	'hook 0': [20, '0000', 'ImageHookOrder'],
	'one hook twice': [20, '0200', 'ImageHookOrder'],
	'a hook behind the text': [26, '0500', 'ImageHookOffset'],
	'an empty name': [28, '00', 'ImageParameterName'],
	'a name beyond the end': [28, 'ff', 'ImageTruncated'],
	'a name of 24 characters': [28, '18', 'ImageParameterName'],
	'a name with a digit first': [29, '31', 'ImageParameterName'],
	'a default below min': [30, 'fcffffff', 'ImageParameterRange'],
	'a number of more than 32 bits': [57, '0700ffffffff1f959595', 'ImageTextNumber'],
	'a number with a needless byte': [57, '07008000', 'ImageTextNumber'],
	'an offset above 16 bits': [57, '05808004959595959595', 'ImageTextNumber'],
	'an offset below 16 bits': [57, '05818004959595959595', 'ImageTextNumber'],
	'a wide load that is cut': [57, '95959595180002ffff03', 'ImageTextTrailing'],
	'text that ends in a number': [57, '959595950700ffffffff', 'ImageTextTruncated'],
};

for (const [name, [at, bytes, reason]] of Object.entries(changes)) {
	test(`an image with ${name} is refused as ${reason}`, () => {
		const changed = image.slice();
		changed.set(hex(bytes), at);
		assert.deepEqual(unpackImage(changed), failure(reason));
	});
}

const programs: Readonly<Record<string, readonly [change: Partial<Program>, reason: ImageReason]>> = {
	'without hooks': [{hooks: []}, 'ImageHookCount'],
	'with hooks in falling order': [{hooks: [{id: 2, offset: 0}, {id: 1, offset: 3}]}, 'ImageHookOrder'],
	'with a hook behind its text': [{hooks: [{id: 1, offset: 5}]}, 'ImageHookOffset'],
	'with half an instruction': [{text: new Uint8Array(12)}, 'ImageTextSize'],
	'with 65,536 instructions': [{text: new Uint8Array(8 * 65_536)}, 'ImageTextSize'],
	'with text that packs to more than 65,535 bytes': [{text: new Uint8Array(8 * 20_000).fill(255)}, 'ImageTextSize'],
	'with too much data': [{data: new Uint8Array(65_532)}, 'ImageDataSize'],
	'with too much rodata': [{rodata: new Uint8Array(65_536)}, 'ImageDataSize'],
	'with a stack of 4 bytes': [{stackSize: 4}, 'ImageStackSize'],
	'with a name of 24 characters': [{parameters: [parameter('a'.repeat(24))]}, 'ImageParameterName'],
	'with one name twice': [{parameters: [parameter('a'), parameter('a')]}, 'ImageParameterTwice'],
	'with a default above max': [{parameters: [{...parameter('a'), max: -1}]}, 'ImageParameterRange'],
	'with a max of more than 32 bits': [{parameters: [{...parameter('a'), max: 2 ** 31}]}, 'ImageParameterRange'],
	'with 17 parameters': [{parameters: Array.from({length: 17}, (_, at) => parameter(`p${at}`))}, 'ImageParameterCount'],
};

for (const [name, [change, reason]] of Object.entries(programs)) {
	test(`a program ${name} is not packed: ${reason}`, () => {
		assert.deepEqual(packImage({...program, ...change}), failure(reason));
	});
}

test('codes of reports have names', () => {
	assert.equal(refusalName(12), 'JumpIntoWide');
	assert.equal(refusalName(67), 'ImageFormat');
	assert.equal(refusalName(255), undefined);
	assert.equal(faultName(3), 'BudgetExhausted');
	assert.equal(faultName(0), undefined);
});

function parameter(name: string): Program['parameters'][number] {
	return {name, default: 0, min: 0, max: 1};
}

function hex(digits: string): Uint8Array {
	return new Uint8Array(Buffer.from(digits.replaceAll(' ', ''), 'hex'));
}
