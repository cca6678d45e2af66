/**
 * What JSON.parse keeps silent about: keys that stand twice in one object, and integers that no double holds exactly.
 * Paths are written as the official server writes fields: `spec.containers[0].name`.
 */
export interface JsonFindings {
	readonly duplicates: readonly string[];
	readonly inexact: readonly {readonly field: string; readonly text: string}[];
}

interface Level {
	/** Path of the value that is open; its member's path is made of it. */
	readonly path: string;
	/** Keys seen, for an object. */
	readonly keys: Set<string> | undefined;
	key: string;
	index: number;
}

const token = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[{}[\],:]|true|false|null/g;

/** Looks through a text that JSON.parse has accepted. */
export function inspectJson(text: string): JsonFindings {
	const duplicates: string[] = [];
	const inexact: {field: string; text: string}[] = [];
	const levels: Level[] = [];
	let isKey = false;
	for (const [found] of text.matchAll(token)) {
		const level = levels.at(-1);
		switch (found) {
			case '{':
			case '[':
				levels.push({path: pathOf(level), keys: found === '{' ? new Set() : undefined, key: '', index: 0});
				isKey = found === '{';
				break;
			case '}':
			case ']':
				levels.pop();
				isKey = false;
				break;
			case ',':
				isKey = level?.keys !== undefined;
				if (level !== undefined) level.index++;
				break;
			case ':':
				isKey = false;
				break;
			default:
				if (isKey && level?.keys !== undefined) {
					level.key = JSON.parse(found) as string;
					if (level.keys.has(level.key)) duplicates.push(pathOf(level));
					level.keys.add(level.key);
				} else if (isInexact(found)) {
					inexact.push({field: pathOf(level), text: found});
				}
		}
	}
	return {duplicates: [...new Set(duplicates)], inexact};
}

/** Path of the member that is being read. */
function pathOf(level: Level | undefined): string {
	if (level === undefined) return '';
	if (level.keys === undefined) return `${level.path}[${level.index}]`;
	return level.path === '' ? level.key : `${level.path}.${level.key}`;
}

function isInexact(text: string): boolean {
	return /^-?\d{16,}$/.test(text) && !Number.isSafeInteger(Number(text));
}
