import {isDeepStrictEqual} from 'node:util';
import {textDifferences, type TextDifference} from './differences.ts';
import type {Step} from './kubectl.ts';
import type {CaseResult} from './suite.ts';

export interface Comparison {
	/** Commands of which text or exit code differ without being listed; empty when all is well. */
	readonly unexplained: readonly string[];
	/** Entries of the table that explained something. */
	readonly used: ReadonlySet<TextDifference>;
}

/** Compares what both servers made kubectl say, command by command. */
export function compareTranscripts(official: readonly CaseResult[], embedded: readonly CaseResult[]): Comparison {
	const used = new Set<TextDifference>();
	const unexplained: string[] = [];
	for (const [index, {name, transcript}] of embedded.entries()) {
		for (const [left, right] of pairs(official[index]?.transcript ?? [], transcript)) {
			if (isDeepStrictEqual(left, right)) continue;
			const known = findKnown(name, (left ?? right)?.command ?? '');
			if (known === undefined) unexplained.push(`${name}\n${describe('official', left)}\n${describe('embedded', right)}`);
			else used.add(known);
		}
	}
	return {unexplained, used};
}

/** By the command: one server may be asked more than the other. */
function pairs(official: readonly Step[], embedded: readonly Step[]): readonly (readonly [Step | undefined, Step | undefined])[] {
	const [left, right] = [byCommand(official), byCommand(embedded)];
	return [...new Set([...left.keys(), ...right.keys()])].map((key) => [left.get(key), right.get(key)]);
}

function byCommand(transcript: readonly Step[]): ReadonlyMap<string, Step> {
	const times = new Map<string, number>();
	return new Map(transcript.map((step) => {
		const time = (times.get(step.command) ?? 0) + 1;
		times.set(step.command, time);
		return [`${time} ${step.command}`, step];
	}));
}

function findKnown(name: string, command: string): TextDifference | undefined {
	return textDifferences.find(({covers}) => covers.some(([where, what]) => where.test(name) && what.test(command)));
}

function describe(server: string, step: Step | undefined): string {
	if (step === undefined) return `  ${server}: was not asked`;
	const {command, code, stdout, stderr} = step;
	return `  ${server}: kubectl ${command}: exit code ${code}\n${`${stdout}${stderr}`.trimEnd().replaceAll(/^/gm, '    ')}`;
}
