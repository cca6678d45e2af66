import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {banner, type GeneratedFile} from './files.ts';

const source = 'agent-firmware/ports/sim/sim.h';

/** What the linker exports by itself: agent-firmware/Makefile. */
const exportedObjects = ['readonly memory: WebAssembly.Memory;', 'readonly __heap_base: WebAssembly.Global;'];

interface Declaration {
	readonly direction: 'EXPORT' | 'IMPORT';
	readonly result: string;
	readonly name: string;
	readonly parameters: readonly {readonly type: string; readonly name: string}[];
	readonly comment: string;
}

/** What the host of the simulated device must know, from the C header that the device is compiled with. */
export function generate(): GeneratedFile[] {
	const header = readFileSync(join(import.meta.dirname, '../..', source), 'utf8');
	return [{path: 'simulator/generated/sim.ts', content: renderSim(header)}];
}

/** TypeScript of one `sim.h`; SyntaxError when a declaration has a type that does not cross. */
export function renderSim(header: string): string {
	const declarations = parseDeclarations(header);
	const exported = declarations.filter(({direction}) => direction === 'EXPORT');
	const imported = declarations.filter(({direction}) => direction === 'IMPORT');
	if (exported.length === 0 || imported.length === 0) {
		throw new SyntaxError(`Cannot generate sim.ts: no declarations in ${source}`);
	}
	return [
		`// ${banner('sim.ts', source)}`,
		'',
		'/** Functions of the module. Unsigned results arrive signed: `>>> 0`. */',
		...renderInterface('SimExports', exportedObjects, exported),
		'',
		'/** Functions the module calls. Unsigned parameters arrive signed: `>>> 0`. */',
		...renderInterface('SimImports', [], imported),
		'',
		'/** Names of `SimImports`: the module may import nothing else. */',
		`export const simImports = [${imported.map(({name}) => `'${name}'`).join(', ')}] as const;`,
		'',
		"/** Fields at the start of a device's memory, in bytes. */",
		'export const simFields = {',
		...renderFields(header),
		'} as const;',
		'',
		'/** Values of the parameter `field` of `sim_container`. */',
		'export const simContainerFields = {',
		...renderConstants(header),
		'} as const;',
		'',
	].join('\n');
}

function parseDeclarations(header: string): Declaration[] {
	const pattern = /(?:\/\*((?:(?!\*\/)[^])*)\*\/\n)?SIM_(EXPORT|IMPORT)\(\s*([^,]+),\s*(\w+),\s*\(([^)]*)\)\);/g;
	return [...header.matchAll(pattern)].map(([, comment = '', direction, result = '', name = '', parameters = '']) => ({
		direction: direction === 'EXPORT' ? 'EXPORT' : 'IMPORT',
		result: crossing(result.trim(), name),
		name,
		parameters: parseParameters(parameters, name),
		comment: comment.replaceAll(/\s*\n \* ?/g, ' ').trim(),
	}));
}

function parseParameters(text: string, owner: string): Declaration['parameters'] {
	if (text.trim() === 'void') return [];
	return text.split(',').map((parameter) => {
		const [, type = '', name = ''] = /^(.*?)(\w+)$/.exec(parameter.trim()) ?? [];
		return {type: crossing(type.trim(), owner), name};
	});
}

/** Addresses are numbers, too. A 64-bit integer would arrive as a BigInt and is refused. */
function crossing(type: string, owner: string): string {
	if (type === 'void') return 'void';
	if (['uint32_t', 'int32_t', 'double'].includes(type) || type.endsWith('*')) return 'number';
	throw new SyntaxError(`Cannot generate sim.ts: type ${type} of ${owner} does not cross`);
}

function renderInterface(name: string, first: readonly string[], declarations: readonly Declaration[]): string[] {
	const members = declarations.flatMap(({name: member, parameters, result, comment}) => {
		const list = parameters.map((parameter) => `${parameter.name}: ${parameter.type}`).join(', ');
		return [...(comment === '' ? [] : [`\t/** ${comment} */`]), `\t${member}(${list}): ${result};`];
	});
	return [`export interface ${name} {`, ...first.map((line) => `\t${line}`), ...members, '}'];
}

function renderConstants(header: string): string[] {
	const constants = [...header.matchAll(/^#define SIM_CONTAINER_(\w+) (\d+)$/gm)];
	return constants.map(([, name = '', value]) => `\t${camelCase(name)}: ${value},`);
}

function renderFields(header: string): string[] {
	const fields = [...header.matchAll(/FIELD\((\w+), (\d+)\)/g)];
	let offset = 0;
	return fields.map(([, name = '', size]) => {
		const line = `\t${camelCase(name)}: {offset: ${offset}, bytes: ${size}},`;
		offset += Number(size);
		return line;
	});
}

function camelCase(name: string): string {
	return name.toLowerCase().replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
