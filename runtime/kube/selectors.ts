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

const labelKey = String.raw`[^\s=!<>(),]+`;
const absent = String.raw`!\s*(?<absentKey>${labelKey})`;
const compared = String.raw`\s*(?<comparison>==|=|!=|<|>)\s*(?<value>[^\s=!<>(),]*)`;
const listed = String.raw`\s+(?<set>in|notin)\s*\((?<values>[^()]*)\)`;
const clause = new RegExp(String.raw`^\s*(?:${absent}|(?<key>${labelKey})(?:${compared}|${listed})?)\s*(?:,|$)`);

/**
 * Reads the full grammar of label selectors: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`, `a>1`, `a<1`,
 * separated by commas. The error is one phrase, worded as the official server does.
 */
export function parseSelector(text: string): Result<readonly Requirement[]> {
	const requirements: Requirement[] = [];
	for (let rest = text.trim(); rest !== '';) {
		const match = clause.exec(rest);
		if (match?.groups === undefined)
			return failure(`unable to parse requirement: found '${rest}', expected: a label selector`);
		const requirement = readClause(match.groups);
		if (!requirement.ok) return requirement;
		requirements.push(requirement.value);
		const more = rest.slice(match[0].length).trim();
		if (more === '' && match[0].trimEnd().endsWith(',')) {
			return failure("unable to parse requirement: found '', expected: identifier after ','");
		}
		rest = more;
	}
	return success(requirements);
}

function readClause(groups: Readonly<Record<string, string | undefined>>): Result<Requirement> {
	const {absentKey, comparison, value = '', set, values = ''} = groups;
	const key = absentKey ?? groups['key'] ?? '';
	if (!isQualifiedName(key))
		return failure(`unable to parse requirement: <nil>: Invalid value: "${key}": name part must be valid`);
	if (absentKey !== undefined) return success({key, operator: 'doesNotExist'});
	if (set !== undefined) return readSet(key, set === 'in' ? 'in' : 'notIn', values);
	if (comparison === undefined) return success({key, operator: 'exists'});
	if (comparison === '<' || comparison === '>') return readBound(key, comparison, value);
	if (!isLabelValue(value)) return badValue(key, value);
	return success({key, operator: comparison === '!=' ? 'notIn' : 'in', values: [value]});
}

function readSet(key: string, operator: 'in' | 'notIn', text: string): Result<Requirement> {
	const values = text.split(',').map((value) => value.trim());
	const bad = values.find((value) => !isLabelValue(value));
	return bad === undefined ? success({key, operator, values}) : badValue(key, bad);
}

function readBound(key: string, comparison: '<' | '>', text: string): Result<Requirement> {
	if (!/^-?\d+$/.test(text)) {
		return failure(
			`unable to parse requirement: values[0][${key}]: Invalid value: "${text}": ` +
				"for 'Gt', 'Lt' operators, the value must be an integer",
		);
	}
	return success({key, operator: comparison === '<' ? 'less' : 'greater', value: Number(text)});
}

function badValue(key: string, value: string): Result<Requirement> {
	return failure(
		`unable to parse requirement: values[0][${key}]: Invalid value: "${value}": a valid label must be an empty string or ` +
			"consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
	);
}

function success<Value>(value: Value): Result<Value> {
	return {ok: true, value};
}

function failure<Value>(error: string): Result<Value> {
	return {ok: false, error};
}
