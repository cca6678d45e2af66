import {checkProgram} from '../../protocol/image/pack.ts';
import type {Program, ProgramHook} from '../../protocol/image/program.ts';
import {failure, success, type Result} from '../../protocol/result.ts';
import {hooks as knownHooks} from '../../protocol/schema/hooks.ts';
import {imageReasons, regions} from '../../protocol/schema/image.ts';
import {
	elf, ElfRefusal, parseElf, relocationsOf, type ElfFile, type ElfRelocation, type ElfSection, type ElfSymbol,
} from './elf-file.ts';
import {addressOf, hasContent, placeData, type Layout} from './elf-layout.ts';
import {readParameters} from './elf-parameters.ts';
import {stackDepth} from './stack-depth.ts';

const hookPrefix = 'femto/';
const opcodeWide = 0x18;
const opcodeCall = 0x85;

/**
 * Reads an object that a compiler made for BPF: functions in sections `femto/<hook>`, variables in `.rodata*`,
 * `.data*`, `.bss*`, parameters in `femto.parameters`. Returns a program ready for packImage, with every address
 * resolved, or one sentence that names the section, symbol or offset that it refuses.
 */
export function readObject(bytes: Uint8Array): Result<Program> {
	try {
		const program = readProgram(parseElf(bytes));
		const reason = checkProgram(program);
		const summary = imageReasons.find(({name}) => name === reason)?.summary;
		return summary === undefined ? success(program) : failure(`Cannot pack the object: ${summary}`);
	} catch (error) {
		if (error instanceof ElfRefusal) {
			return failure(error.message);
		}
		throw error;
	}
}

function readProgram(file: ElfFile): Program {
	const functions = hookSections(file);
	const layout = placeData(file);
	functions.forEach(({section}) => refuseLocalCalls(file, section));
	const texts = functions.map(({section}) => relocateText(file, section, layout));
	let offset = 0;
	const hooks = functions.map(({id, section}): ProgramHook => {
		const hook = {id, offset};
		offset += section.size / 8;
		return hook;
	});
	return {
		hooks,
		text: new Uint8Array(Buffer.concat(texts)),
		rodata: fill(file, layout, regions.rodata),
		data: fill(file, layout, regions.data),
		bssSize: layout.bssSize,
		// Each function begins with an empty frame.
		stackSize: Math.max(...texts.map(stackDepth)),
		parameters: readParameters(file),
	};
}

interface HookSection {
	readonly id: number;
	readonly section: ElfSection;
}

/** The functions of hooks in rising order of their ids. */
function hookSections(file: ElfFile): readonly HookSection[] {
	const known = knownHooks.map(({name}) => hookPrefix + name).join(', ');
	const found = file.sections.filter(({name, size}) => name.startsWith(hookPrefix) && size > 0).map((section) => {
		const hook = knownHooks.find(({name}) => hookPrefix + name === section.name);
		if (hook === undefined) {
			throw new ElfRefusal(`Cannot use section ${section.name}: hooks are ${known}`);
		}
		checkFunction(file, section);
		return {id: hook.id, section};
	});
	if (found.length === 0) {
		throw new ElfRefusal(`Cannot find a hook: the object has none of the sections ${known}`);
	}
	const sorted = found.toSorted((left, right) => left.id - right.id);
	const twice = sorted.find(({id}, index) => id === sorted[index + 1]?.id);
	if (twice !== undefined) {
		throw new ElfRefusal(`Cannot use section ${twice.section.name}: there are two of that name`);
	}
	return sorted;
}

/** One function per hook section, from its first byte on. */
function checkFunction(file: ElfFile, section: ElfSection): void {
	if ((section.flags & elf.flagExecute) === 0 || section.bytes.length % 8 !== 0) {
		throw new ElfRefusal(`Cannot use section ${section.name}: ${section.size} bytes are not instructions`);
	}
	const functions = file.symbols.filter((symbol) =>
		symbol.section === section.index && symbol.type === elf.symbolFunction);
	const other = functions.find(({value}) => value !== 0) ?? functions[1];
	if (other !== undefined) {
		throw new ElfRefusal(
			`Cannot use section ${section.name}: function ${other.name} at offset ${other.value} is not the only one`);
	}
}

/** Compilers call functions of one section without a relocation, so the instructions are looked at, too. */
function refuseLocalCalls(file: ElfFile, section: ElfSection): void {
	for (const {offset, type, symbol} of relocationsOf(file, section)) {
		if (type === elf.relocateCall) {
			throw new ElfRefusal(callRefusal(file, section, symbol, offset));
		}
	}
	const view = viewOf(section.bytes);
	for (let at = 0; at < section.bytes.length; at += 8) {
		if (view.getUint8(at) === opcodeCall && view.getUint8(at + 1) >> 4 === 1) {
			const target = at + 8 + view.getInt32(at + 4, true) * 8;
			const symbol = file.symbols.find(({section: index, type, value}) =>
				index === section.index && type === elf.symbolFunction && value === target);
			throw new ElfRefusal(localCall(section, symbol?.name ?? `at offset ${target}`, at));
		}
	}
}

/** A static function is named by its section and the immediate of the call: offset in instructions, less one. */
function callRefusal(file: ElfFile, section: ElfSection, symbol: ElfSymbol, offset: number): string {
	if (symbol.section === elf.indexUndefined) {
		return `Cannot call ${symbol.name} from section ${section.name} at offset ${offset}: `
			+ 'it is not defined; helpers are called by number';
	}
	if (symbol.type !== elf.symbolSection || offset + 8 > section.bytes.length) {
		return localCall(section, symbol.name, offset);
	}
	const target = (viewOf(section.bytes).getInt32(offset + 4, true) + 1) * 8;
	const named = file.symbols.find(({section: index, type, value}) =>
		index === symbol.section && type === elf.symbolFunction && value === target);
	return localCall(section, named?.name ?? symbol.name, offset);
}

function localCall(section: ElfSection, name: string, offset: number): string {
	return `Cannot call ${name} from section ${section.name} at offset ${offset}: `
		+ 'local calls are not supported yet: mark the function static inline';
}

/** Content of one region with the addresses inside it resolved. */
function fill(file: ElfFile, layout: Layout, region: number): Uint8Array {
	const bytes = new Uint8Array(region === regions.data ? layout.dataSize : layout.rodataSize);
	const view = viewOf(bytes);
	const initialised = layout.placed.filter((placed) => placed.region === region && hasContent(placed.section));
	for (const {section, offset} of initialised) {
		bytes.set(section.bytes, offset);
		for (const relocation of relocationsOf(file, section)) {
			const {type} = relocation;
			const size = type === elf.relocateAbsolute64 ? 8 : 4;
			if ((type !== elf.relocateAbsolute64 && type !== elf.relocateAbsolute32)
				|| relocation.offset + size > section.bytes.length) {
				throw new ElfRefusal(refusedRelocation(section, relocation));
			}
			const at = offset + relocation.offset;
			view.setUint32(at, addressOf(layout, section, relocation, view.getInt32(at, true)), true);
		}
	}
	return bytes;
}

function relocateText(file: ElfFile, section: ElfSection, layout: Layout): Uint8Array {
	const bytes = section.bytes.slice();
	const view = viewOf(bytes);
	for (const relocation of relocationsOf(file, section)) {
		const {offset, type} = relocation;
		const fits = offset % 8 === 0 && offset + 16 <= bytes.length;
		if (type !== elf.relocate64 || !fits || view.getUint8(offset) !== opcodeWide) {
			throw new ElfRefusal(refusedRelocation(section, relocation));
		}
		view.setUint32(offset + 4, addressOf(layout, section, relocation, view.getInt32(offset + 4, true)), true);
		view.setUint32(offset + 12, 0, true);
	}
	return bytes;
}

function refusedRelocation(section: ElfSection, {offset, type, symbol}: ElfRelocation): string {
	return `Cannot resolve ${symbol.name} in section ${section.name} at offset ${offset}: relocation type ${type}`;
}

function viewOf(bytes: Uint8Array): DataView {
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
