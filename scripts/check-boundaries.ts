// Checks who imports whom, in TypeScript and in C, against scripts/boundaries/table.ts. Prints one line a violation.
import {checkC} from './boundaries/c.ts';
import {checkTypeScript} from './boundaries/typescript.ts';
import type {Sources} from './boundaries/typescript.ts';
import {listFiles, readRepositoryFile} from './repository.ts';

/** All violations in `sources`, by default in the repository. */
export function checkBoundaries(sources: Sources = readSources()): string[] {
	return [...checkTypeScript(sources), ...checkC(sources)];
}

function readSources(): Sources {
	const paths = listFiles().filter((path) => /\.(ts|tsx|mjs|c|h)$/.test(path));
	return new Map(paths.map((path) => [path, readRepositoryFile(path)]));
}

if (import.meta.main) {
	const violations = checkBoundaries();
	for (const violation of violations) console.error(violation);
	if (violations.length > 0) process.exit(1);
}
