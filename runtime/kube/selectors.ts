import type {Result} from '../../protocol/result.ts';
import type {LabelSelector} from './types.ts';

/** One requirement of a selector; all of them must hold. `greater` and `less` compare integers. */
export type Requirement =
	| {readonly key: string; readonly operator: 'in' | 'notIn'; readonly values: readonly string[]}
	| {readonly key: string; readonly operator: 'exists' | 'doesNotExist'}
	| {readonly key: string; readonly operator: 'greater' | 'less'; readonly value: number};

export type Labels = Readonly<Record<string, string>>;

/** Whether labels satisfy every requirement. `notIn` also holds where the label is absent, as in Kubernetes. */
export function matchesRequirements(requirements: readonly Requirement[], labels: Labels | undefined): boolean {
	return requirements.every((requirement) => matchesRequirement(requirement, ownLabel(labels, requirement.key)));
}

function ownLabel(labels: Labels | undefined, key: string): string | undefined {
	return labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
}

function matchesRequirement(requirement: Requirement, value: string | undefined): boolean {
	switch (requirement.operator) {
		case 'in':
			return value !== undefined && requirement.values.includes(value);
		case 'notIn':
			return value === undefined || !requirement.values.includes(value);
		case 'exists':
			return value !== undefined;
		case 'doesNotExist':
			return value === undefined;
		case 'greater':
			return value !== undefined && /^-?\d+$/.test(value) && Number(value) > requirement.value;
		case 'less':
			return value !== undefined && /^-?\d+$/.test(value) && Number(value) < requirement.value;
	}
}

/** Whether labels satisfy a `metav1.LabelSelector`. An empty selector matches everything. */
export function matchesSelector(selector: LabelSelector, labels: Labels | undefined): boolean {
	return matchesRequirements(requirementsOf(selector), labels);
}

export function requirementsOf(selector: LabelSelector): readonly Requirement[] {
	const equal = Object.entries(selector.matchLabels ?? {}).map(
		([key, value]) => ({key, operator: 'in', values: [value]}) as const,
	);
	const expressions = (selector.matchExpressions ?? []).map(({key, operator, values = []}): Requirement => {
		switch (operator) {
			case 'In':
				return {key, operator: 'in', values};
			case 'NotIn':
				return {key, operator: 'notIn', values};
			case 'Exists':
				return {key, operator: 'exists'};
			case 'DoesNotExist':
				return {key, operator: 'doesNotExist'};
		}
	});
	return [...equal, ...expressions];
}

/** The selector as `labelSelector` of a request takes it; '' for an empty one. */
export function formatSelector(selector: LabelSelector): string {
	return requirementsOf(selector).map(formatRequirement).join(',');
}

function formatRequirement(requirement: Requirement): string {
	const {key} = requirement;
	switch (requirement.operator) {
		case 'in':
			return requirement.values.length === 1
				? `${key}=${requirement.values[0]}`
				: `${key} in (${requirement.values.join(',')})`;
		case 'notIn':
			return `${key} notin (${requirement.values.join(',')})`;
		case 'exists':
			return key;
		case 'doesNotExist':
			return `!${key}`;
		case 'greater':
			return `${key}>${requirement.value}`;
		case 'less':
			return `${key}<${requirement.value}`;
	}
}

const labelName = /^([a-z0-9A-Z]([-a-z0-9A-Z_.]*[a-z0-9A-Z])?)$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Key of a label, annotation or finalizer: `name` or `prefix/name`. */
export function isQualifiedName(key: string): boolean {
	const parts = key.split('/');
	const [name = ''] = parts.slice(-1);
	const [prefix] = parts.slice(0, -1);
	if (parts.length > 2 || name.length > 63 || !labelName.test(name)) return false;
	return prefix === undefined || (prefix.length <= 253 && subdomain.test(prefix));
}

export function isLabelValue(value: string): boolean {
	return value === '' || (value.length <= 63 && labelName.test(value));
}

const nameRule =
	"must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
	"character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
	"'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

/** The rule that a key breaks which is no qualified name, in the official words. */
export function qualifiedNameRule(key: string): string {
	if (key.split('/').length <= 2) return `name part ${nameRule}`;
	return `a valid label key ${nameRule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`;
}

export const labelValueRule =
	"a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end " +
	"with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
	"'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** Operators and marks, or a word; '' ends the text. */
const token = /\s*(==|!=|[=!(),<>]|[^\s=!(),<>]+|$)/gy;
const marks: ReadonlySet<string> = new Set(['', '==', '!=', '=', '!', '(', ')', ',', '<', '>']);
const operators: Readonly<Record<string, Comparison>> = {
	'in': 'in', 'notin': 'notIn', '=': 'in', '==': 'in', '!=': 'notIn', '>': 'greater', '<': 'less',
};
type Comparison = 'in' | 'notIn' | 'greater' | 'less';

/**
 * Reads the full grammar of label selectors: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`, `a>1`, `a<1`,
 * separated by commas. The error is one phrase, worded as the official server does.
 */
export function parseSelector(text: string): Result<readonly Requirement[]> {
	try {
		return {ok: true, value: readSelector(Array.from(text.matchAll(token), ([, found = '']) => found))};
	} catch (error) {
		if (error instanceof SelectorError) return {ok: false, error: error.message};
		throw error;
	}
}

class SelectorError extends Error {}

/** `tokens` ends with ''. */
function readSelector(tokens: readonly string[]): readonly Requirement[] {
	const requirements: Requirement[] = [];
	const rest = tokens.values();
	let next = rest.next().value ?? '';
	const take = (): string => {
		const taken = next;
		next = rest.next().value ?? '';
		return taken;
	};
	while (next !== '') {
		if (marks.has(next) && next !== '!')
			throw new SelectorError(`found '${next}', expected: !, identifier, or 'end of string'`);
		requirements.push(readRequirement(take, () => next));
		const separator = take();
		if (separator !== '' && separator !== ',')
			throw new SelectorError(`found '${separator}', expected: ',' or 'end of string'`);
		if (separator === ',' && marks.has(next) && next !== '!')
			throw new SelectorError(`found '${next}', expected: identifier after ','`);
	}
	return requirements;
}

function readRequirement(take: () => string, peek: () => string): Requirement {
	const isAbsent = peek() === '!' && take() === '!';
	const key = take();
	if (marks.has(key)) fail(`found '${key}', expected: identifier`);
	if (!isQualifiedName(key)) fail(`<nil>: Invalid value: "${key}": ${qualifiedNameRule(key)}`);
	if (isAbsent) return {key, operator: 'doesNotExist'};
	if (peek() === '' || peek() === ',') return {key, operator: 'exists'};
	const sign = take();
	const operator = Object.hasOwn(operators, sign) ? operators[sign] : undefined;
	if (operator === undefined) return fail(`found '${sign}', expected: in, notin, =, ==, !=, gt, lt`);
	const values = sign === 'in' || sign === 'notin' ? readValues(take, peek) : [readValue(take, peek)];
	return makeRequirement(key, operator, values);
}

function makeRequirement(key: string, operator: Comparison, values: readonly string[]): Requirement {
	const [value = ''] = values;
	if (operator === 'greater' || operator === 'less') {
		if (!/^[-+]?\d+$/.test(value)) {
			fail(`values[0]: Invalid value: "${value}": for 'Gt', 'Lt' operators, the value must be an integer`);
		}
		return {key, operator, value: Number(value)};
	}
	const bad = values.findIndex((item) => !isLabelValue(item));
	if (bad >= 0) fail(`values[${bad}][${key}]: Invalid value: "${values[bad]}": ${labelValueRule}`);
	return {key, operator, values};
}

function readValue(take: () => string, peek: () => string): string {
	if (peek() === '' || peek() === ',') return '';
	const value = take();
	return marks.has(value) ? fail(`found '${value}', expected: identifier`) : value;
}

/** `(a,b)`; nothing between two marks is the empty value. */
function readValues(take: () => string, peek: () => string): readonly string[] {
	const open = take();
	if (open !== '(') fail(`found '${open}' expected: '('`);
	const values: string[] = [];
	for (let mark = ','; mark === ','; ) {
		values.push(peek() === ',' || peek() === ')' ? '' : takeWord(take));
		mark = take();
		if (mark !== ',' && mark !== ')') fail(`found '${mark}', expected: ',' or ')'`);
	}
	return [...new Set(values)].toSorted();
}

function takeWord(take: () => string): string {
	const word = take();
	return marks.has(word) ? fail(`found '${word}', expected: ',', or identifier`) : word;
}

function fail(why: string): never {
	throw new SelectorError(`unable to parse requirement: ${why}`);
}
