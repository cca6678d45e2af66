import {failure, success, type Result} from '../result.ts';
import type {ImageReason} from '../schema/image.ts';

/**
 * The packed coding of instructions (protocol/schema/image.ts). The C side is agent-firmware/core/vm/expand.c.
 */
const slotSize = 8;
const opcodeWide = 0x18;
const escape = 0;

const fieldRegisters = 1;
const fieldOffset = 2;
const fieldImm = 4;
const fieldWide = 8;
const fieldAll = fieldRegisters | fieldOffset | fieldImm;

/** Packs a text of whole instructions; any 8 bytes come back as they were. */
export function packText(text: Uint8Array): Uint8Array {
	const out: number[] = [];
	const view = new DataView(text.buffer, text.byteOffset, text.byteLength);
	for (let at = 0; at < text.length; ) {
		at += packInstruction(out, view, at);
	}
	return Uint8Array.from(out);
}

/** Expands to exactly `count` instructions of 8 bytes. */
export function unpackText(packed: Uint8Array, count: number): Result<Uint8Array, ImageReason> {
	const text = new Uint8Array(count * slotSize);
	const view = new DataView(text.buffer);
	const reader: Reader = {bytes: packed, position: 0};
	for (let at = 0; at < text.length; ) {
		const size = unpackInstruction(reader, view, at);
		if (typeof size === 'string') {
			return failure(size);
		}
		at += size;
	}
	return reader.position === packed.length ? success(text) : failure('ImageTextTrailing');
}

/** What of an instruction is packed besides its opcode. Changes together with fields_of in expand.c. */
function packedFields(opcode: number): number {
	const operand = (opcode & 0x08) !== 0 ? 0 : fieldImm;
	switch (opcode & 0x07) {
		case 0: return opcode === opcodeWide ? fieldRegisters | fieldImm | fieldWide : fieldAll;
		case 1:
		case 3: return fieldRegisters | fieldOffset;
		case 2: return fieldAll;
		case 4:
		case 7: return fieldRegisters | arithmeticFields(opcode & 0xf0, operand);
		default: return jumpFields(opcode, operand);
	}
}

function arithmeticFields(operation: number, operand: number): number {
	const negate = 0x80;
	const swap = 0xd0;
	if (operation === negate) {
		return 0;
	}
	return operation === swap ? fieldImm : operand;
}

function jumpFields(opcode: number, operand: number): number {
	switch (opcode) {
		case 0x05: return fieldOffset;
		case 0x06:
		case 0x85: return fieldImm;
		case 0x95: return 0;
		default: return fieldRegisters | fieldOffset | operand;
	}
}

/** Returns how many bytes of the text it packed. */
function packInstruction(out: number[], text: DataView, at: number): number {
	const opcode = text.getUint8(at);
	const fields = packedFields(opcode);
	if (!isCompact(text, at, fields)) {
		out.push(escape, opcode);
		pushFields(out, text, at, fieldAll);
		return slotSize;
	}
	out.push(opcode);
	pushFields(out, text, at, fields);
	return (fields & fieldWide) !== 0 ? 2 * slotSize : slotSize;
}

/** Whether the fields that the short form leaves out are zero. */
function isCompact(text: DataView, at: number, fields: number): boolean {
	if (text.getUint8(at) === escape) {
		return false;
	}
	if ((fields & fieldWide) !== 0) {
		const second = at + slotSize;
		return text.getUint16(at + 2) === 0 && second < text.byteLength && text.getUint32(second) === 0;
	}
	return ((fields & fieldRegisters) !== 0 || text.getUint8(at + 1) === 0)
		&& ((fields & fieldOffset) !== 0 || text.getUint16(at + 2) === 0)
		&& ((fields & fieldImm) !== 0 || text.getUint32(at + 4) === 0);
}

function pushFields(out: number[], text: DataView, at: number, fields: number): void {
	if ((fields & fieldRegisters) !== 0) {
		out.push(text.getUint8(at + 1));
	}
	if ((fields & fieldOffset) !== 0) {
		pushNumber(out, text.getInt16(at + 2, true));
	}
	if ((fields & fieldImm) !== 0) {
		pushNumber(out, text.getInt32(at + 4, true));
	}
	if ((fields & fieldWide) !== 0) {
		pushNumber(out, text.getInt32(at + slotSize + 4, true));
	}
}

function pushNumber(out: number[], value: number): void {
	let rest = ((value << 1) ^ (value >> 31)) >>> 0;
	while (rest > 0x7f) {
		out.push((rest & 0x7f) | 0x80);
		rest >>>= 7;
	}
	out.push(rest);
}

interface Reader {
	readonly bytes: Uint8Array;
	position: number;
}

/** Writes one instruction, or the two slots of a wide load; returns their bytes, or why it can not. */
function unpackInstruction(reader: Reader, text: DataView, at: number): number | ImageReason {
	const first = takeByte(reader);
	const escaped = first === escape;
	const opcode = escaped ? takeByte(reader) : first;
	if (opcode === undefined) {
		return 'ImageTextTruncated';
	}
	const fields = escaped ? fieldAll : packedFields(opcode);
	text.setUint8(at, opcode);
	const reason = unpackFields(reader, text, at, fields);
	if (reason !== undefined) {
		return reason;
	}
	return (fields & fieldWide) === 0 ? slotSize : unpackWide(reader, text, at + slotSize);
}

function unpackFields(reader: Reader, text: DataView, at: number, fields: number): ImageReason | undefined {
	if ((fields & fieldRegisters) !== 0) {
		const registers = takeByte(reader);
		if (registers === undefined) {
			return 'ImageTextTruncated';
		}
		text.setUint8(at + 1, registers);
	}
	const offset = (fields & fieldOffset) !== 0 ? takeNumber(reader) : 0;
	if (typeof offset === 'string') {
		return offset;
	}
	if (offset < -0x8000 || offset > 0x7fff) {
		return 'ImageTextNumber';
	}
	text.setInt16(at + 2, offset, true);
	const imm = (fields & fieldImm) !== 0 ? takeNumber(reader) : 0;
	if (typeof imm === 'string') {
		return imm;
	}
	text.setInt32(at + 4, imm, true);
	return undefined;
}

function unpackWide(reader: Reader, text: DataView, second: number): number | ImageReason {
	const high = takeNumber(reader);
	if (typeof high === 'string') {
		return high;
	}
	if (second >= text.byteLength) {
		return 'ImageTextTrailing';
	}
	text.setInt32(second + 4, high, true);
	return 2 * slotSize;
}

function takeByte(reader: Reader): number | undefined {
	const byte = reader.bytes[reader.position];
	if (byte !== undefined) {
		reader.position++;
	}
	return byte;
}

/** Zig-zag LEB128 in its shortest form, at most 32 bits. */
function takeNumber(reader: Reader): number | ImageReason {
	let sum = 0;
	for (let shift = 0; ; shift += 7) {
		const byte = takeByte(reader);
		if (byte === undefined) {
			return 'ImageTextTruncated';
		}
		// The fifth byte holds the last 4 bits; a last byte of zero adds nothing.
		if ((shift === 28 && byte > 0x0f) || (shift > 0 && byte === 0)) {
			return 'ImageTextNumber';
		}
		sum |= (byte & 0x7f) << shift;
		if (byte < 0x80) {
			return (sum >>> 1) ^ -(sum & 1);
		}
	}
}
