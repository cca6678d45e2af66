import {regions} from '../../protocol/schema/image.ts';
import {elf, ElfRefusal, type ElfFile, type ElfRelocation, type ElfSection} from './elf-file.ts';

export interface Placed {
	readonly section: ElfSection;
	readonly region: number;
	/** Offset of the section in its region. */
	readonly offset: number;
}

export interface Layout {
	readonly placed: readonly Placed[];
	readonly bssSize: number;
	/** Bytes of initialised data: where the zeros begin. */
	readonly dataSize: number;
	readonly rodataSize: number;
}

/** Lays .rodata* into its region, .data* and then what is zero into that of data, each at its own alignment. */
export function placeData({sections}: ElfFile): Layout {
	const kept = sections.filter(({flags, size}) => (flags & elf.flagAlloc) !== 0 && size > 0);
	const named = (prefix: string) => kept.filter(({name}) => name === prefix || name.startsWith(`${prefix}.`));
	const rodata = place(named('.rodata'), regions.rodata, 0);
	const variables = [...named('.data'), ...named('.bss')];
	const data = place(variables.filter(hasContent), regions.data, 0);
	const bss = place(variables.filter((section) => !hasContent(section)), regions.data, data.end);
	return {
		placed: [...rodata.placed, ...data.placed, ...bss.placed],
		bssSize: bss.end - data.end,
		dataSize: data.end,
		rodataSize: rodata.end,
	};
}

/** False for zeros that the file does not hold (bss). */
export function hasContent({type}: ElfSection): boolean {
	return type !== elf.sectionNoBits;
}

function place(list: readonly ElfSection[], region: number, start: number): {placed: readonly Placed[]; end: number} {
	let end = start;
	const placed = list.map((section) => {
		const alignment = Math.max(1, section.alignment);
		const offset = Math.ceil(end / alignment) * alignment;
		end = offset + section.size;
		if (end > 0xffff) {
			throw new ElfRefusal(`Cannot place section ${section.name}: its region would exceed 65535 bytes`);
		}
		return {section, region, offset};
	});
	return {placed, end};
}

/** Address of a symbol plus the addend that stands in the bytes; both must stay within the symbol's section. */
export function addressOf(
	layout: Layout, from: ElfSection, {offset, symbol}: ElfRelocation, addend: number,
): number {
	const where = `Cannot resolve ${symbol.name} in section ${from.name} at offset ${offset}`;
	if (symbol.section === elf.indexUndefined) {
		throw new ElfRefusal(`${where}: it is not defined`);
	}
	if (symbol.section === elf.indexCommon) {
		throw new ElfRefusal(`${where}: it is a common variable: compile with -fno-common`);
	}
	const target = layout.placed.find(({section}) => section.index === symbol.section);
	if (target === undefined) {
		throw new ElfRefusal(`${where}: a container has addresses of .rodata, .data and .bss only`);
	}
	const inside = symbol.value + addend;
	if (inside < 0 || inside > target.section.size) {
		throw new ElfRefusal(`${where}: ${inside} is outside the ${target.section.size} bytes of ${target.section.name}`);
	}
	return target.region * 2 ** 28 + target.offset + inside;
}
