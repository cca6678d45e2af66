import {failure, success, type Result} from '../../../protocol/result.ts';

/** Finds the first value that a path leads to; undefined where it leads nowhere. */
export type JsonPath = (root: unknown) => unknown;

type Step =
	| {readonly kind: 'field'; readonly name: string}
	| {readonly kind: 'index'; readonly index: number}
	| {readonly kind: 'all'}
	| {readonly kind: 'filter'; readonly path: JsonPath; readonly holds: (found: unknown) => boolean};

type Matched = readonly (string | undefined)[];

const operators = {
	'==': (left: Scalar, right: Scalar) => left === right,
	'!=': (left: Scalar, right: Scalar) => left !== right,
	'<': (left: Scalar, right: Scalar) => left < right,
	'>': (left: Scalar, right: Scalar) => left > right,
	'<=': (left: Scalar, right: Scalar) => left <= right,
	'>=': (left: Scalar, right: Scalar) => left >= right,
} as const;
type Scalar = string | number | boolean;

const literal = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?|true|false`;
/** What a path may be made of; each is tried where the one before it ended. */
const grammar: readonly (readonly [RegExp, (groups: Matched) => Step | undefined])[] = [
	[/\.\*|\[\*\]/y, () => ({kind: 'all'})],
	[/\.((?:\\.|[^\s.,[\]$@{}()\\])+)/y, ([, name = '']) => ({kind: 'field', name: name.replaceAll(/\\(.)/g, '$1')})],
	[/\['([^']*)'\]/y, ([, name = '']) => ({kind: 'field', name})],
	[/\[(-?\d+)\]/y, ([, index]) => ({kind: 'index', index: Number(index)})],
	[
		new RegExp(String.raw`\[\?\(\s*@([^=!<>()]*?)\s*(?:(==|!=|<=|>=|<|>)\s*(${literal})\s*)?\)\]`, 'y'),
		([, path = '', operator, value]) => readFilter(path, operator as keyof typeof operators | undefined, value),
	],
];

/**
 * Reads the JSONPath of a printer column: `.field`, `['field']`, `[0]`, `[-1]`, `[*]` and `[?(@.type=="Ready")]` with
 * == != < > <= >= or, without a comparison, for what is there. Slices, unions, `..` and calls are refused.
 */
export function parseJsonPath(text: string): Result<JsonPath> {
	if (!text.startsWith('.')) return failure(`JSONPath ${JSON.stringify(text)} must begin with a dot`);
	const steps = readSteps(text);
	if (typeof steps === 'number') {
		const rest = JSON.stringify(text.slice(steps));
		return failure(`JSONPath ${JSON.stringify(text)} must consist of fields, indexes and filters, not ${rest}`);
	}
	return success(compile(steps));
}

/** The steps, or the place where the text stops being a path. */
function readSteps(text: string): readonly Step[] | number {
	const steps: Step[] = [];
	for (let at = 0; at < text.length;) {
		const found = readStep(text, at);
		if (found === undefined) return at;
		steps.push(found.step);
		at = found.end;
	}
	return steps;
}

function readStep(text: string, at: number): {readonly step: Step; readonly end: number} | undefined {
	for (const [pattern, make] of grammar) {
		pattern.lastIndex = at;
		const match = pattern.exec(text);
		const step = match === null ? undefined : make(match);
		if (match !== null && step !== undefined) return {step, end: at + match[0].length};
	}
	return undefined;
}

function readFilter(path: string, operator?: keyof typeof operators, value?: string): Step | undefined {
	const steps = readSteps(path);
	if (typeof steps === 'number') return undefined;
	const right = value === undefined ? undefined : readLiteral(value);
	if (operator === undefined || right === undefined) {
		return {kind: 'filter', path: compile(steps), holds: (found) => found !== undefined};
	}
	const compare = operators[operator];
	const holds = (left: unknown): boolean => typeof left === typeof right && compare(left as Scalar, right);
	return {kind: 'filter', path: compile(steps), holds};
}

function readLiteral(text: string): Scalar {
	if (text === 'true' || text === 'false') return text === 'true';
	return /^["']/.test(text) ? text.slice(1, -1).replaceAll(/\\(.)/g, '$1') : Number(text);
}

/** From the last step to the first, so that each knows what comes after it. */
function compile(steps: readonly Step[]): JsonPath {
	return steps.reduceRight<JsonPath>((next, step) => follow(step, next), (value) => value);
}

function follow(step: Step, next: JsonPath): JsonPath {
	switch (step.kind) {
		case 'field': {
			const {name} = step;
			// JSON inherits from Object alone: any other name needs no look at whose property it is, which is slow.
			const isOwn = name in Object.prototype ? (map: object) => Object.hasOwn(map, name) : () => true;
			return (value) => (isMap(value) && isOwn(value) ? next(value[name]) : undefined);
		}
		case 'index':
			return (value) => (Array.isArray(value) ? next(value.at(step.index)) : undefined);
		case 'all':
			return (value) => firstOf(Array.isArray(value) ? value : isMap(value) ? Object.values(value) : [], next);
		case 'filter': {
			const {path, holds} = step;
			const keep: JsonPath = (value) => (holds(path(value)) ? next(value) : undefined);
			return (value) => (Array.isArray(value) ? firstOf(value, keep) : undefined);
		}
	}
}

function firstOf(values: readonly unknown[], find: JsonPath): unknown {
	for (const value of values) {
		const found = find(value);
		if (found !== undefined) return found;
	}
	return undefined;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
