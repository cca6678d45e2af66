import {posix} from 'node:path';
import {bareCode, lineOf} from './imports.ts';
import * as table from './table.ts';
import type {Sources} from './typescript.ts';

const firmware = 'agent-firmware';
const includeLine = /^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)/gm;

/** Violations of the include rules of the firmware: `path:line: what is wrong`, in order of the files. */
export function checkC(sources: Sources): string[] {
	const files = [...sources].filter(([path]) => path.startsWith(`${firmware}/`) && /\.[ch]$/.test(path));
	return files.flatMap(([path, text]) => [...checkIncludes(path, text, sources), ...checkEnvironment(path, text)]);
}

function checkIncludes(path: string, text: string, sources: Sources): string[] {
	return Array.from(text.matchAll(includeLine)).flatMap((match) => {
		const [, local, system] = match;
		const problem = system === undefined ? checkLocal(path, local ?? '', sources) : checkSystem(path, system);
		return problem === undefined ? [] : [`${path}:${lineOf(text, match.index)}: ${problem}`];
	});
}

function checkSystem(path: string, header: string): string | undefined {
	// The cryptographic library has its own headers, which only its adapter sees.
	if (partOf(path) !== 'core' || moduleOf(path) === 'crypto' || table.cSystemHeaders.has(header)) return undefined;
	return `may not include <${header}>`;
}

function checkLocal(path: string, header: string, sources: Sources): string | undefined {
	const included = resolveInclude(path, header, sources);
	const [from, to] = [partOf(path), included === undefined ? 'outside' : partOf(included)];
	const refused = `may not include "${header}"`;
	if (from === 'core') return isAllowedInCore(path, included, to) ? undefined : refused;
	if (from === 'platform') return to === 'platform' ? undefined : refused;
	if (from !== 'ports' || to !== 'core') return undefined;
	return table.cPublicHeaders.test(included ?? '') ? undefined : refused;
}

function isAllowedInCore(path: string, included: string | undefined, to: string): boolean {
	const [from, other] = [moduleOf(path), moduleOf(included ?? '')];
	if (to === 'outside') return from === 'crypto';
	if (!['core', 'platform', 'generated'].includes(to)) return false;
	const bothBelow = table.cModules.includes(from) && table.cModules.includes(other);
	return !bothBelow || from === other;
}

function checkEnvironment(path: string, text: string): string[] {
	if (partOf(path) !== 'core') return [];
	const code = bareCode(text);
	const match = table.cForbidden.exec(code);
	return match === null ? [] : [`${path}:${lineOf(code, match.index)}: may not use ${match[0].replace(/\s*\($/, '')}`];
}

/** As the compiler searches: beside the file, then in the folders that the Makefile names. */
function resolveInclude(path: string, header: string, sources: Sources): string | undefined {
	const folders = [posix.dirname(path), firmware, `${firmware}/core`, `${firmware}/platform`, `${firmware}/generated`];
	return folders.map((folder) => posix.join(folder, header)).find((candidate) => sources.has(candidate));
}

/** `core`, `platform`, `generated`, `ports`, … */
function partOf(path: string): string {
	return path.split('/')[1] ?? '';
}

/** The folder in `core/`; empty for a file that stands in `core/` itself or elsewhere. */
function moduleOf(path: string): string {
	const [, part, module, rest] = path.split('/');
	return part === 'core' && rest !== undefined ? (module ?? '') : '';
}
