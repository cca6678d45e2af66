import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {repositoryRoot} from '../../../scripts/repository.ts';

/** A code block of shell, and what stands behind `sh` on its fence. */
export interface Block {
	readonly section: string;
	readonly mark: string;
	readonly script: string;
}

/** The blocks of a document that a reader types, in order. */
export function readBlocks(path: string): readonly Block[] {
	const text = readFileSync(join(repositoryRoot, path), 'utf8');
	return text.split(/^## /m).slice(1).flatMap((part) => {
		const section = part.slice(0, part.indexOf('\n'));
		const found = part.matchAll(/^```sh ?(.*)\n([\s\S]*?)^```$/gm);
		return Array.from(found, ([, mark = '', script = '']) => ({section, mark, script}));
	});
}
