/**
 * Assembles one instruction a line for tests and vectors. Registers r0 to r10 are 64 bits wide, w0 to w10 select the
 * 32-bit form; numbers are decimal or hexadecimal; jumps name their distance, as in `jeq r1, 5, +2`.
 *
 *   add|sub|mul|div|sdiv|mod|smod|or|and|xor|lsh|rsh|arsh|mov r1, r2    (or a number)
 *   movsx8|movsx16|movsx32 r1, r2     neg r1     le16|be32|bswap64 r1     lddw r1, 0x123456789
 *   ldxb|ldxh|ldxw|ldxdw|ldxsb|ldxsh|ldxsw r1, [r2+8]    stb|sth|stw|stdw [r1-8], 5    stxb|… [r1-8], r2
 *   jeq|jne|jset|jgt|jge|jlt|jle|jsgt|jsge|jslt|jsle r1, 5, +2    ja +2    ja32 -3    call 1    exit
 *
 * Sixteen hexadecimal digits are one instruction as it is. Throws SyntaxError for a line that is none of these.
 */
export function assemble(lines: readonly string[]): Uint8Array {
	return Uint8Array.from(lines.flatMap((line) => {
		const raw = /^[0-9a-f]{16}$/.test(line) ? [...Buffer.from(line, 'hex')] : undefined;
		const bytes = raw ?? assemblers.map((assembler) => assembler(line)).find((result) => result !== undefined);
		if (bytes === undefined) {
			throw new SyntaxError(`Cannot assemble ${JSON.stringify(line)}`);
		}
		return bytes;
	}));
}

/** More than any pattern has, so that each can name its own. */
type Groups = [string, string, string, string, string];

type Assembler = (line: string) => readonly number[] | undefined;

const operations: Readonly<Record<string, readonly [opcode: number, offset: number]>> = {
	add: [0x00, 0], sub: [0x10, 0], mul: [0x20, 0], div: [0x30, 0], sdiv: [0x30, 1], or: [0x40, 0], and: [0x50, 0],
	lsh: [0x60, 0], rsh: [0x70, 0], mod: [0x90, 0], smod: [0x90, 1], xor: [0xa0, 0], mov: [0xb0, 0], arsh: [0xc0, 0],
	movsx8: [0xb0, 8], movsx16: [0xb0, 16], movsx32: [0xb0, 32],
};

const conditions: Readonly<Record<string, number>> = {
	jeq: 0x10, jgt: 0x20, jge: 0x30, jset: 0x40, jne: 0x50, jsgt: 0x60, jsge: 0x70, jlt: 0xa0, jle: 0xb0, jslt: 0xc0,
	jsle: 0xd0,
};

const sizes: Readonly<Record<string, number>> = {w: 0x00, h: 0x08, b: 0x10, dw: 0x18};

const number = '[-+]?(?:0x[0-9a-f]+|\\d+)';
const operand = `(?:[rw]\\d+|${number})`;

const assemblers: readonly Assembler[] = [
	matching(`(\\w+) ([rw])(\\d+), (${operand})`, ([name, width, dst, source]) => {
		const operation = operations[name];
		if (operation === undefined) {
			return undefined;
		}
		const [opcode, offset] = operation;
		return withOperand(opcode | (width === 'w' ? 4 : 7), Number(dst), offset, source);
	}),
	matching(`(\\w+) ([rw])(\\d+), (${operand}), (${number})`, ([name, width, dst, source, distance]) => {
		const condition = conditions[name];
		return condition === undefined
			? undefined
			: withOperand(condition | (width === 'w' ? 6 : 5), Number(dst), Number(distance), source);
	}),
	matching('neg ([rw])(\\d+)', ([width, dst]) => instruction(width === 'w' ? 0x84 : 0x87, Number(dst), 0, 0, 0)),
	matching('(le|be|bswap)(\\d+) r(\\d+)', ([kind, width, dst]) =>
		instruction({le: 0xd4, be: 0xdc}[kind] ?? 0xd7, Number(dst), 0, 0, Number(width))),
	matching(`lddw r(\\d+), (${number})`, ([dst, value]) => {
		const wide = BigInt.asIntN(64, BigInt(value));
		return [
			...instruction(0x18, Number(dst), 0, 0, Number(BigInt.asIntN(32, wide))),
			...instruction(0, 0, 0, 0, Number(wide >> 32n)),
		];
	}),
	matching(`ldx(s?)(b|h|w|dw) r(\\d+), \\[r(\\d+)(${number})\\]`, ([sign, size, dst, src, offset]) =>
		instruction((sizes[size] ?? 0) | (sign === '' ? 0x61 : 0x81), Number(dst), Number(src), Number(offset), 0)),
	matching(`st(b|h|w|dw) \\[r(\\d+)(${number})\\], (${number})`, ([size, dst, offset, imm]) =>
		instruction((sizes[size] ?? 0) | 0x62, Number(dst), 0, Number(offset), Number(imm))),
	matching(`stx(b|h|w|dw) \\[r(\\d+)(${number})\\], r(\\d+)`, ([size, dst, offset, src]) =>
		instruction((sizes[size] ?? 0) | 0x63, Number(dst), Number(src), Number(offset), 0)),
	matching(`ja (${number})`, ([distance]) => instruction(0x05, 0, 0, Number(distance), 0)),
	matching(`ja32 (${number})`, ([distance]) => instruction(0x06, 0, 0, 0, Number(distance))),
	matching(`call (${number})`, ([helper]) => instruction(0x85, 0, 0, 0, Number(helper))),
	matching('exit', () => instruction(0x95, 0, 0, 0, 0)),
];

/** Groups of a pattern that takes the whole line; none of them is optional, so each is a string. */
function matching(pattern: string, build: (groups: Groups) => readonly number[] | undefined): Assembler {
	const expression = new RegExp(`^${pattern}$`);
	return (line) => {
		const found = expression.exec(line);
		return found === null ? undefined : build(found.slice(1) as Groups);
	};
}

function withOperand(opcode: number, dst: number, offset: number, source: string): readonly number[] {
	return /^[rw]/.test(source)
		? instruction(opcode | 8, dst, Number(source.slice(1)), offset, 0)
		: instruction(opcode, dst, 0, offset, Number(source));
}

function instruction(opcode: number, dst: number, src: number, offset: number, imm: number): readonly number[] {
	return [
		opcode, (src << 4) | dst, offset & 0xff, (offset >> 8) & 0xff,
		imm & 0xff, (imm >> 8) & 0xff, (imm >> 16) & 0xff, (imm >> 24) & 0xff,
	];
}
