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
	/** Equal for equal filters. */
	readonly text: string;
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
		text: JSON.stringify([kind.id, namespace, labelSelector, fieldSelector]),
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

function parseFields(kind: Kind, text: string): readonly FieldRequirement[] {
	if (text === '') return [];
	return text.split(',').map((term) => {
		const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(term.trim());
		if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
		const [, name = '', operator, value = ''] = match;
		if (name !== 'metadata.name' && name !== 'metadata.namespace' && !kind.selectableFields.includes(name)) {
			throw badRequest(`field label not supported: ${name}`);
		}
		return {path: name.split('.'), equal: operator !== '!=', value};
	});
}

function readText(object: JsonObject, path: readonly string[]): string {
	let value: Json | undefined = object;
	for (const key of path) value = isObject(value) ? value[key] : undefined;
	if (isObject(value)) return typeof value['component'] === 'string' ? value['component'] : '';
	return typeof value === 'string' ? value : '';
}
