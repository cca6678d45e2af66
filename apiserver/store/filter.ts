import {matchesRequirements, parseSelector, type Labels} from '../../runtime/kube/selectors.ts';
import {isObject, type Json, type JsonObject} from './json.ts';
import type {Kind} from './kind.ts';
import {badRequest} from './refusals.ts';

/** Which objects of a kind a list or watch is about. */
export interface Filter {
	readonly namespace?: string;
	/** Whether the labels and fields of an object are selected. */
	matches(object: JsonObject): boolean;
	/** Selects by label or field, so that a change can move an object in or out. */
	readonly selective: boolean;
}

export interface FilterOptions {
	readonly namespace?: string | undefined;
	readonly labelSelector?: string | undefined;
	readonly fieldSelector?: string | undefined;
}

/** @throws KubeError 400 for a selector that is malformed or names a field that can't be selected. */
export function makeFilter(kind: Kind, {namespace, labelSelector = '', fieldSelector = ''}: FilterOptions): Filter {
	const labels = parseSelector(labelSelector);
	if (!labels.ok) throw badRequest(labels.error);
	const fields = parseFields(kind, fieldSelector);
	return {
		...(namespace === undefined ? {} : {namespace}),
		selective: labels.value.length > 0 || fields.length > 0,
		matches: (object) =>
			matchesRequirements(labels.value, labelsOf(object)) &&
			fields.every(({path, equal, value}) => (readText(object, path) === value) === equal),
	};
}

/** Only strings: metadata has been validated. */
export function labelsOf(object: JsonObject): Labels | undefined {
	const {metadata} = object;
	return isObject(metadata) ? (metadata['labels'] as Labels | undefined) : undefined;
}

interface FieldRequirement {
	readonly path: readonly string[];
	readonly equal: boolean;
	readonly value: string;
}

/** Terms end at a comma, unless a backslash stands before it. */
const term = /(?:\\[\s\S]|[^\\,])+/g;
const clause = /^((?:(?!!=|=)[\s\S])*)(!=|==|=)([\s\S]*)$/;

function parseFields(kind: Kind, text: string): readonly FieldRequirement[] {
	return (text.match(term) ?? []).map((part) => {
		const match = clause.exec(part);
		if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
		const [, name = '', operator, value = ''] = match;
		if (!isSelectable(kind, name)) throw badRequest(unsupported(kind, name));
		return {path: name.split('.'), equal: operator !== '!=', value: unescape(value)};
	});
}

function isSelectable(kind: Kind, name: string): boolean {
	if (name === 'metadata.name' || (kind.namespaced && name === 'metadata.namespace')) return true;
	return kind.selectableFields.includes(name);
}

/** Kinds of the official server without fields of their own say it in other words. */
function unsupported({hasOwnFields}: Kind, name: string): string {
	return hasOwnFields
		? `field label not supported: ${name}`
		: `${JSON.stringify(name)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

function unescape(value: string): string {
	return value.replaceAll(/\\([\s\S]?)|[,=]/g, (found, escaped: string | undefined) => {
		if (escaped === undefined)
			throw badRequest(`invalid field selector: unescaped character in value: ${found.codePointAt(0)}`);
		if (!['\\', ',', '='].includes(escaped))
			throw badRequest(`invalid field selector: invalid escape sequence: ${found}`);
		return escaped;
	});
}

function readText(object: JsonObject, path: readonly string[]): string {
	let value: Json | undefined = object;
	for (const key of path) value = isObject(value) ? value[key] : undefined;
	if (isObject(value)) return typeof value['component'] === 'string' ? value['component'] : '';
	if (value === undefined || value === null) return '';
	return typeof value === 'string' ? value : JSON.stringify(value);
}
