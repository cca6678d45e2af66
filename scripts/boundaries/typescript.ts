import {posix} from 'node:path';
import {bareCode, lineOf, readImports} from './imports.ts';
import type {Import} from './imports.ts';
import * as table from './table.ts';

/** Path to text of everything that is checked; paths are relative to the repository, with forward slashes. */
export type Sources = ReadonlyMap<string, string>;

/** Violations of the import table, of purity, and cycles: `path:line: what is wrong`, in order of the files. */
export function checkTypeScript(sources: Sources): string[] {
	const files = [...sources].filter(([path]) => /\.(ts|tsx|mjs)$/.test(path) && !path.startsWith('node_modules/'));
	const graph = new Map<string, readonly string[]>();
	const violations: string[] = [];
	for (const [path, text] of files) {
		const found = readImports(text);
		graph.set(path, found.map((item) => target(path, item)).filter((item) => item !== undefined));
		for (const item of found) {
			const problem = checkImport(path, item);
			if (problem !== undefined) violations.push(`${path}:${item.line}: ${problem}`);
		}
		violations.push(...checkCode(path, text));
	}
	return [...violations, ...findCycles(graph)];
}

function checkImport(path: string, item: Import): string | undefined {
	if (table.unrestricted.test(path)) return undefined;
	const imported = target(path, item);
	return imported === undefined ? checkPackage(path, item) : checkFile(path, imported, item);
}

function checkPackage(path: string, {specifier, typeOnly}: Import): string | undefined {
	const isScript = path.startsWith('scripts/');
	if (table.socketModules.test(specifier) && !typeOnly && !isScript && !table.socketFiles.has(path)) {
		return `opens sockets (${specifier}); only the files named in scripts/boundaries/table.ts do`;
	}
	if (table.realWorldModules.test(specifier) && !table.realWorld.test(path)) {
		return `takes time or the process from ${specifier}; take a Clock or a parameter`;
	}
	const isNode = specifier.startsWith('node:');
	if (table.pure.test(path) && isNode && specifier !== 'node:assert') return `is pure but imports ${specifier}`;
	if (path.startsWith('protocol/') && isNode && !table.protocolModules.test(specifier)) {
		return `belongs to protocol/, which reads nothing, but imports ${specifier}`;
	}
	return undefined;
}

function checkFile(path: string, imported: string, item: Import): string | undefined {
	for (const [file, importers] of table.guarded) {
		if (file.test(imported) && !importers.test(path)) return `may not import ${imported}`;
	}
	const [from, to] = [rootOf(path), rootOf(imported)];
	if (from === to) return undefined;
	if (!isPermitted(table.imports[from]?.[to], to, imported, item) && !isComposed(path, imported)) {
		return `may not import ${imported}`;
	}
	return undefined;
}

function isPermitted(permission: table.Permission | undefined, root: string, imported: string, item: Import): boolean {
	if (permission instanceof RegExp) return permission.test(imported);
	if (permission === 'types') return item.typeOnly;
	if (permission === 'mod') return imported === `${root}/mod.ts`;
	return permission === 'all';
}

function isComposed(path: string, imported: string): boolean {
	const programs = table.composers.filter(({file}) => file.test(path)).flatMap((composer) => composer.programs);
	return programs.some((program) => imported === `${program}/mod.ts`);
}

/** What lint can't see: the real world under another name, and everything of it in pure files. */
function checkCode(path: string, text: string): string[] {
	const patterns: RegExp[] = [];
	if (!table.realWorld.test(path)) patterns.push(/\bglobalThis\b|\bnew Date\(\s*\)|\bDate\(\s*\)/g);
	if (table.pure.test(path)) patterns.push(/\bDate\b|\bMath\.random\b|\bprocess\b|\bset(Timeout|Interval|Immediate)\b/g);
	const code = bareCode(text);
	return patterns.flatMap((pattern) =>
		Array.from(code.matchAll(pattern), (match) => `${path}:${lineOf(code, match.index)}: may not use ${match[0]}`),
	);
}

/** Each cycle once, as the chain of files that closes it. */
function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
	const finished = new Set<string>();
	const cycles: string[] = [];
	const visit = (path: string, chain: readonly string[]): void => {
		const start = chain.indexOf(path);
		if (start >= 0) cycles.push(`${path}:1: imports itself: ${[...chain.slice(start), path].join(' -> ')}`);
		if (start >= 0 || finished.has(path)) return;
		for (const next of graph.get(path) ?? []) visit(next, [...chain, path]);
		finished.add(path);
	};
	for (const path of graph.keys()) visit(path, []);
	return cycles;
}

function target(path: string, {specifier}: Import): string | undefined {
	return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined;
}

function rootOf(path: string): string {
	return path.slice(0, Math.max(0, path.indexOf('/')));
}
