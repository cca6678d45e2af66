import {isDeepStrictEqual} from 'node:util';
import type {TopicAnswers} from './answers.ts';
import type {KnownDifference} from './differences.ts';
import type {Topic} from './scenario.ts';

/** One place where two answers to the same request differ; `undefined` stands for nothing there. */
export interface Difference {
	/** `topic / scenario / request`. */
	readonly at: string;
	/** `status`, `type`, `warnings[0]`, `body.metadata.name`, … */
	readonly field: string;
	readonly official: unknown;
	readonly ours: unknown;
}

export interface Comparison {
	/** Requests of the scenarios that were played on both. */
	readonly cases: number;
	readonly unexplained: readonly Difference[];
	/** What each known difference covers. One that covers nothing is out of date. */
	readonly explained: ReadonlyMap<KnownDifference, readonly Difference[]>;
}

type ByTopic = ReadonlyMap<Topic, TopicAnswers>;

/** Compares every answer; a difference goes to the first known one that covers it. */
export function compareServers(official: ByTopic, ours: ByTopic, known: readonly KnownDifference[]): Comparison {
	const explained = new Map<KnownDifference, Difference[]>(known.map((entry) => [entry, []]));
	const unexplained: Difference[] = [];
	let cases = 0;
	for (const [at, left, right] of pairs(official, ours)) {
		cases += 1;
		for (const {field, ...rest} of differencesOf(left, right, '')) {
			const difference = {at, field, ...rest};
			const entry = known.find((candidate) => candidate.covers.some(([where, what]) => where.test(at) && what.test(field)));
			(entry === undefined ? unexplained : explained.get(entry))?.push(difference);
		}
	}
	return {cases, unexplained, explained};
}

/** `[where, official answer, our answer]`, of every request of a scenario that both have played. */
function pairs(official: ByTopic, ours: ByTopic): readonly (readonly [string, unknown, unknown])[] {
	return [...ours].flatMap(([topic, ourTopic]) =>
		topic.scenarios.flatMap(({name}) => {
			const [left, right] = [official.get(topic)?.[name], ourTopic[name]];
			if (left === undefined || right === undefined) return [];
			const requests = [...new Set([...Object.keys(left), ...Object.keys(right)])];
			return requests.map((request) => [`${topic.name} / ${name} / ${request}`, left[request], right[request]] as const);
		}),
	);
}

type Place = Omit<Difference, 'at'>;

/** Every field that differs, the deepest that can be named. */
export function differencesOf(official: unknown, ours: unknown, field: string): readonly Place[] {
	if (isDeepStrictEqual(official, ours)) return [];
	if (Array.isArray(official) && Array.isArray(ours)) {
		const length = Math.max(official.length, ours.length);
		return Array.from({length}, (_, index) => differencesOf(official[index], ours[index], `${field}[${index}]`)).flat();
	}
	if (!isFields(official) || !isFields(ours)) return [{field, official, ours}];
	const names = new Set([...Object.keys(official), ...Object.keys(ours)]);
	return [...names].flatMap((name) => differencesOf(official[name], ours[name], field === '' ? name : `${field}.${name}`));
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** For people: one difference in four lines. */
export function formatDifference({at, field, official, ours}: Difference): string {
	const print = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 600);
	return `${at}\n  ${field}\n    official: ${print(official)}\n    ours:     ${print(ours)}`;
}
