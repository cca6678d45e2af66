import type {ProgramParameter} from '../../protocol/image/program.ts';
import {ElfRefusal, type ElfFile} from './elf-file.ts';

const sectionName = 'femto.parameters';
const nameSize = 24;
const entrySize = 36;

/** Parameters of section femto.parameters: {char name[24]; int32_t default, min, max} each, in their order. */
export function readParameters(file: ElfFile): readonly ProgramParameter[] {
	const sections = file.sections.filter(({name, size}) => name === sectionName && size > 0);
	const [section] = sections;
	if (section === undefined) {
		return [];
	}
	if (sections.length > 1 || section.bytes.length % entrySize !== 0) {
		throw new ElfRefusal(`Cannot read section ${sectionName}: it is not one table of entries of ${entrySize} bytes`);
	}
	const list = Array.from({length: section.bytes.length / entrySize}, (_, index) =>
		readParameter(section.bytes.subarray(index * entrySize, (index + 1) * entrySize), index));
	checkNumbers(file, section.index, list);
	return list;
}

function readParameter(entry: Uint8Array, index: number): ProgramParameter {
	const end = entry.indexOf(0);
	if (end < 0 || end >= nameSize) {
		throw new ElfRefusal(`Cannot read parameter ${index} in section ${sectionName}: its name exceeds 23 characters`);
	}
	const view = new DataView(entry.buffer, entry.byteOffset, entry.byteLength);
	const name = new TextDecoder().decode(entry.subarray(0, end));
	const [initial, min, max] = [0, 4, 8].map((at) => view.getInt32(nameSize + at, true)) as [number, number, number];
	if (min > initial || initial > max) {
		throw new ElfRefusal(`Cannot use parameter ${name}: default ${initial} is not within ${min} to ${max}`);
	}
	return {name, default: initial, min, max};
}

/** The variable of an entry, femto_parameter_<number>, must stand at the place that its number says. */
function checkNumbers(file: ElfFile, section: number, list: readonly ProgramParameter[]): void {
	for (const {name, section: index, value} of file.symbols) {
		const number = index === section ? /^femto_parameter_(\d+)$/.exec(name)?.[1] : undefined;
		if (number !== undefined && Number(number) * entrySize !== value) {
			const place = value / entrySize;
			const label = list[place]?.name ?? name;
			throw new ElfRefusal(`Cannot use parameter ${label}: its number is ${number}, but its place is ${place}`);
		}
	}
}
