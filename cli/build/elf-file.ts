/** What an ELF64 little-endian relocatable object for BPF holds, checked to lie within the file. */
export interface ElfFile {
	readonly sections: readonly ElfSection[];
	readonly symbols: readonly ElfSymbol[];
}

export interface ElfSection {
	readonly index: number;
	readonly name: string;
	readonly type: number;
	readonly flags: number;
	/** Bytes in memory; those of a section without content (bss) are not in the file. */
	readonly size: number;
	readonly alignment: number;
	readonly link: number;
	/** For relocations: index of the section they change. */
	readonly info: number;
	/** Empty for a section without content. */
	readonly bytes: Uint8Array;
}

export interface ElfSymbol {
	readonly name: string;
	readonly type: number;
	readonly section: number;
	readonly value: number;
}

export interface ElfRelocation {
	/** Offset in the section that is changed. */
	readonly offset: number;
	readonly type: number;
	readonly symbol: ElfSymbol;
}

/** Numbers of the ELF and BPF specifications. */
export const elf = {
	machineBpf: 247,
	sectionSymbols: 2, sectionRela: 4, sectionNoBits: 8, sectionRel: 9,
	flagWrite: 1, flagAlloc: 2, flagExecute: 4,
	symbolFunction: 2, symbolSection: 3,
	indexUndefined: 0, indexAbsolute: 0xfff1, indexCommon: 0xfff2,
	relocate64: 1, relocateAbsolute64: 2, relocateAbsolute32: 3, relocateCall: 10,
} as const;

/** Why an object can not be read; caught by readObject, which returns the message. */
export class ElfRefusal extends Error {}

/** Reads sections and symbols. Throws ElfRefusal, naming the offset, for whatever is not such an object. */
export function parseElf(bytes: Uint8Array): ElfFile {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	checkHeader(view);
	const headers = sectionHeaders(view);
	const names = headers[view.getUint16(62, true)];
	if (names === undefined) {
		throw new ElfRefusal('Cannot read ELF object: its section of names does not exist');
	}
	const sections = headers.map((header) => ({...header, name: text(names.bytes, header.nameAt, 'section name')}));
	return {sections, symbols: sections.filter(({type}) => type === elf.sectionSymbols).flatMap(readSymbols(sections))};
}

/** Relocations that change a section; refuses the kind with addends of its own, which BPF compilers do not write. */
export function relocationsOf({sections, symbols}: ElfFile, target: ElfSection): readonly ElfRelocation[] {
	return sections.filter(({type, info}) => isRelocation(type) && info === target.index).flatMap((section) => {
		if (section.type === elf.sectionRela) {
			throw new ElfRefusal(`Cannot read section ${section.name}: relocations with addends are not supported`);
		}
		return entries(section, 16).map((entry) => {
			const symbol = symbols[entry.getUint32(12, true)];
			const offset = wide(entry, 0, `section ${section.name}`);
			if (symbol === undefined) {
				throw new ElfRefusal(`Cannot read section ${section.name}: no symbol for the one at offset ${offset}`);
			}
			return {offset, type: entry.getUint32(8, true), symbol};
		});
	});
}

function isRelocation(type: number): boolean {
	return type === elf.sectionRel || type === elf.sectionRela;
}

function checkHeader(view: DataView): void {
	const problem = headerProblem(view);
	if (problem !== undefined) {
		throw new ElfRefusal(`Cannot read ELF object: ${problem}`);
	}
}

function headerProblem(view: DataView): string | undefined {
	if (view.byteLength < 64 || view.getUint32(0) !== 0x7f454c46) {
		return 'the file is not in ELF format';
	}
	if (view.getUint8(4) !== 2 || view.getUint8(5) !== 1) {
		return 'it is not 64-bit little endian: compile with -target bpfel';
	}
	if (view.getUint16(18, true) !== elf.machineBpf) {
		return `its machine is ${view.getUint16(18, true)}, not BPF: compile with -target bpfel`;
	}
	if (view.getUint16(16, true) !== 1) {
		return 'it is not relocatable: compile with -c and do not link';
	}
	return view.getUint16(58, true) === 64 ? undefined : 'its section headers are not 64 bytes long';
}

type Header = Omit<ElfSection, 'name'> & {readonly nameAt: number};

function sectionHeaders(view: DataView): readonly Header[] {
	const start = wide(view, 40, 'table of sections');
	const count = view.getUint16(60, true);
	if (start > view.byteLength || count * 64 > view.byteLength - start) {
		throw new ElfRefusal(`Cannot read ELF object: ${count} section headers at offset ${start} are beyond its end`);
	}
	return Array.from({length: count}, (_, index) =>
		sectionHeader(new DataView(view.buffer, view.byteOffset + start + index * 64, 64), view, index));
}

function sectionHeader(header: DataView, file: DataView, index: number): Header {
	const type = header.getUint32(4, true);
	const offset = wide(header, 24, `section ${index}`);
	const size = wide(header, 32, `section ${index}`);
	const inFile = type === elf.sectionNoBits || index === 0 ? 0 : size;
	if (inFile > 0 && (inFile > file.byteLength || offset > file.byteLength - inFile)) {
		throw new ElfRefusal(`Cannot read section ${index}: ${size} bytes at offset ${offset} are beyond the file's end`);
	}
	const start = inFile === 0 ? 0 : offset;
	return {
		index, type, size,
		nameAt: header.getUint32(0, true),
		flags: wide(header, 8, `section ${index}`),
		alignment: wide(header, 48, `section ${index}`),
		link: header.getUint32(40, true),
		info: header.getUint32(44, true),
		bytes: new Uint8Array(file.buffer, file.byteOffset + start, inFile),
	};
}

function readSymbols(sections: readonly ElfSection[]): (table: ElfSection) => readonly ElfSymbol[] {
	return (table) => entries(table, 24).map((entry) => {
		const type = entry.getUint8(4) & 0x0f;
		const section = entry.getUint16(6, true);
		const ofSection = type === elf.symbolSection ? sections[section]?.name : undefined;
		const names = sections[table.link]?.bytes ?? new Uint8Array();
		const name = ofSection ?? text(names, entry.getUint32(0, true), 'symbol name');
		return {name, type, section, value: wide(entry, 8, `symbol ${name}`)};
	});
}

function entries(section: ElfSection, size: number): readonly DataView[] {
	const {bytes, name} = section;
	if (bytes.length % size !== 0) {
		throw new ElfRefusal(`Cannot read section ${name}: ${bytes.length} bytes are no multiple of ${size}`);
	}
	return Array.from({length: bytes.length / size}, (_, index) =>
		new DataView(bytes.buffer, bytes.byteOffset + index * size, size));
}

/** A 64-bit number; what does not fit a double can't be an offset or size of a file that was read. */
function wide(view: DataView, at: number, what: string): number {
	const value = view.getBigUint64(at, true);
	if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
		throw new ElfRefusal(`Cannot read ${what}: the number ${value} is too large`);
	}
	return Number(value);
}

function text(names: Uint8Array, at: number, what: string): string {
	const end = names.indexOf(0, at);
	if (at >= names.length || end < 0) {
		throw new ElfRefusal(`Cannot read ELF object: ${what} at offset ${at} is outside its table`);
	}
	return new TextDecoder().decode(names.subarray(at, end));
}
