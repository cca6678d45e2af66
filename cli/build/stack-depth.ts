const framePointer = 10;

/** Registers that hold an address in the stack, as a distance from its end; what else they hold does not matter. */
type Frame = (number | undefined)[];

/**
 * Bytes of stack that a text uses, rounded up to 8: the lowest address that is derived from r10 by moves and added
 * constants. Addresses reloaded from memory were derived before they were stored; an index added to an address is
 * taken as not negative. Code beyond that would meet a BadAccess fault when it runs, never foreign memory.
 */
export function stackDepth(text: Uint8Array): number {
	const view = new DataView(text.buffer, text.byteOffset, text.byteLength);
	const frame: Frame = new Array(16).fill(undefined);
	let lowest = 0;
	frame[framePointer] = 0;
	for (let at = 0; at + 8 <= text.length; at += 8) {
		lowest = Math.min(lowest, step(frame, view, at));
	}
	return Math.ceil(-lowest / 8) * 8;
}

/** Follows one instruction; returns the lowest distance it names. */
function step(frame: Frame, view: DataView, at: number): number {
	const opcode = view.getUint8(at);
	const dst = view.getUint8(at + 1) & 0x0f;
	const src = view.getUint8(at + 1) >> 4;
	const offset = view.getInt16(at + 2, true);
	switch (opcode & 0x07) {
		case 1: {
			const lowest = (frame[src] ?? 0) + (frame[src] === undefined ? 0 : offset);
			frame[dst] = undefined;
			return lowest;
		}
		case 2:
		case 3: return frame[dst] === undefined ? 0 : frame[dst] + offset;
		case 7: return arithmetic(frame, {opcode, dst, src, offset, imm: view.getInt32(at + 4, true)});
		case 0:
		case 4: frame[dst] = undefined; return 0;
		default:
			if (opcode === 0x85) {
				frame.fill(undefined, 0, 6);
			}
			return 0;
	}
}

interface Arithmetic {
	readonly opcode: number;
	readonly dst: number;
	readonly src: number;
	readonly offset: number;
	readonly imm: number;
}

function arithmetic(frame: Frame, {opcode, dst, src, offset, imm}: Arithmetic): number {
	if (opcode === 0xbf && offset === 0) {
		frame[dst] = frame[src];
	} else if (opcode === 0x07 && frame[dst] !== undefined) {
		frame[dst] += imm;
	} else if (opcode === 0x17 && frame[dst] !== undefined) {
		frame[dst] -= imm;
	} else if (opcode === 0x0f) {
		frame[dst] ??= frame[src];
	} else {
		frame[dst] = undefined;
	}
	return frame[dst] ?? 0;
}
