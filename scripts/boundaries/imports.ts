export interface Import {
	readonly specifier: string;
	readonly typeOnly: boolean;
	readonly line: number;
}

const stringsAndComments = /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
const staticImport = /^[ \t]*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'/gm;

/** The imports of a TypeScript source, types included. Reads text, so that what the compiler erases counts too. */
export function readImports(source: string): Import[] {
	const text = source.replace(stringsAndComments, (match, quoted?: string) => quoted ?? blank(match));
	return Array.from(text.matchAll(staticImport), (match) => ({
		specifier: match[2] ?? match[3] ?? '',
		typeOnly: match[1] !== undefined,
		line: lineOf(text, match.index + match[0].length),
	}));
}

/** The source without comments and without what stands in strings; lines keep their numbers. */
export function bareCode(source: string): string {
	return source.replace(stringsAndComments, blank);
}

export function lineOf(text: string, offset: number): number {
	return text.slice(0, offset).split('\n').length;
}

function blank(text: string): string {
	return text.replace(/[^\n]/g, ' ');
}
