import {isDeepStrictEqual} from 'node:util';
import {textDifferences} from './differences.ts';
import type {Step} from './kubectl.ts';
import type {CaseResult} from './suite.ts';

/** Commands of which the two servers' texts or exit codes differ without being listed; empty when all is well. */
export function unexplained(official: readonly CaseResult[], embedded: readonly CaseResult[]): readonly string[] {
	return embedded.flatMap(({name, transcript}, index) => {
		const other = official[index]?.transcript ?? [];
		const length = Math.max(transcript.length, other.length);
		return Array.from({length}, (_, step) => [other[step], transcript[step]] as const)
			.filter(([left, right]) => !isDeepStrictEqual(left, right) && !isKnown(name, (left ?? right)?.command ?? ''))
			.map(([left, right]) => `${name}\n${describe('official', left)}\n${describe('embedded', right)}`);
	});
}

function isKnown(name: string, command: string): boolean {
	return textDifferences.some(({covers}) => covers.some(([where, what]) => where.test(name) && what.test(command)));
}

function describe(server: string, step: Step | undefined): string {
	if (step === undefined) return `  ${server}: nothing`;
	const {command, code, stdout, stderr} = step;
	return `  ${server}: kubectl ${command}: exit code ${code}\n${`${stdout}${stderr}`.trimEnd().replaceAll(/^/gm, '    ')}`;
}
