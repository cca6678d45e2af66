/** Bytes of an image that belong to one file. */
export interface Piece {
	readonly kind: 'text' | 'data' | 'bss';
	/** Object file, or '' for what is in none. */
	readonly file: string;
	/** Below 0 where it takes from a whole section what a file has. */
	readonly bytes: number;
}

const memory = 'Linker script and memory map';
const zeroed = new Set(['.bss', '.stack', '.kept', '.noinit']);
const notLoaded = /^\.(?:debug|comment|ARM\.attributes|riscv\.attributes|xtensa\.info|xt\.)/;
const placed = /^\s*0x([\da-f]+)\s+0x([\da-f]+)(?:\s+(\S.*))?$/;

/**
 * What is in an image, from the map of GNU ld: everything below the memory map that is in flash or RAM. What a section
 * has beyond its pieces (gaps, the stack) is a piece without a file, so that the sum is the section.
 */
export function readMap(map: string): Piece[] {
	const start = map.indexOf(memory);
	if (start < 0) throw new SyntaxError(`Cannot read the map: it must have a part '${memory}'`);
	const pieces: Piece[] = [];
	let kind: Piece['kind'] | undefined;
	// A long name stands on a line of its own, before its numbers.
	for (const line of map.slice(start).replace(/^( ?[.*]\S+)\n(?=\s+0x)/gm, '$1 ').split('\n')) {
		const [, output, input, rest = ''] = /^(?:(\.\S+)| (\.\S+|COMMON))(.*)$/.exec(line) ?? [];
		const [, , size = '0', file = ''] = placed.exec(rest) ?? [];
		const bytes = Number.parseInt(size, 16);
		if (output !== undefined) {
			kind = notLoaded.test(output) ? undefined : kindOf(output);
			if (kind !== undefined) pieces.push({kind, file: '', bytes});
		} else if (input !== undefined && kind !== undefined && bytes > 0) {
			pieces.push({kind, file, bytes}, {kind, file: '', bytes: -bytes});
		}
	}
	return pieces;
}

function kindOf(output: string): Piece['kind'] {
	if (zeroed.has(output)) return 'bss';
	return output === '.data' ? 'data' : 'text';
}
