import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {repositoryRoot} from '../repository.ts';
import {flashOf, parts, ramOf, type Part, type Sizes} from './parts.ts';

/** Bytes of flash and of RAM, per board and part. */
export type Budget = Readonly<Record<string, Readonly<Record<Part, readonly [flash: number, ram: number]>>>>;

/** How far above its budget a part may be. */
const tolerance = 1.02;

export function readBudget(): Budget {
	return JSON.parse(readFileSync(join(repositoryRoot, 'agent-firmware', 'size-budget.json'), 'utf8')) as Budget;
}

/** One sentence for each part of `board` that is too big. */
export function whatIsTooBig(budget: Budget, board: string, sizes: Sizes): string[] {
	const allowed = budget[board];
	if (allowed === undefined) return [`Cannot judge ${board}: agent-firmware/size-budget.json must name it`];
	return parts.flatMap((part) => {
		const [flash, ram] = allowed[part];
		const found = [['flash', flashOf(sizes[part]), flash], ['RAM', ramOf(sizes[part]), ram]] as const;
		return found.filter(([, is, may]) => is > may * tolerance)
			.map(([kind, is, may]) => `${board}, ${part}: ${is} bytes of ${kind}, at most ${may} and 2 % are allowed`);
	});
}
