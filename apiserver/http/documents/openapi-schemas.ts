import {isObject, type Json, type JsonObject} from '../../store/json.ts';
import type {Kind} from '../../store/kind.ts';
import {definitionName, described, isBuiltin, metaDefinition, reference} from './names.ts';
import {builtinDescriptions} from './openapi-builtins.ts';
import {typeMeta} from './openapi-meta.ts';

/** Schemas of a kind and of its list, by name of definition. */
export function schemasOf(kind: Kind): Readonly<Record<string, object>> {
	return {
		[definitionName(kind, kind.kind)]: objectSchema(kind),
		[definitionName(kind, kind.listKind)]: listSchema(kind),
	};
}

/** What an operation, a schema or a document calls the kind by. */
export function groupVersionKind({group, version}: Kind, kind: string): object {
	return {group, version, kind};
}

function objectSchema(kind: Kind): object {
	const builtin = isBuiltin(kind);
	const path = builtin ? kind.kind : undefined;
	const schema = publishSchema(kind.openApi, path);
	const properties = isObject(schema['properties']) ? schema['properties'] : {};
	const metadata = described(metaDefinition('ObjectMeta'), 'Name, labels and what else every object carries.');
	return {
		...schema,
		properties: {...properties, ...typeMeta, metadata},
		'x-kubernetes-group-version-kind': [groupVersionKind(kind, kind.kind)],
		...selectableFields(kind),
	};
}

/** Of definitions only: nobody declares those of the official kinds. */
function selectableFields(kind: Kind): object {
	if (isBuiltin(kind) || kind.selectableFields.length === 0) return {};
	return {'x-kubernetes-selectable-fields': kind.selectableFields.map((fieldPath) => ({fieldPath}))};
}

function listSchema(kind: Kind): object {
	return {
		'description': `${kind.listKind} is a list of ${kind.kind}.`,
		'type': 'object',
		'required': ['items'],
		'properties': {
			...typeMeta,
			metadata: described(metaDefinition('ListMeta'), 'Version of the list, and where it goes on.'),
			items: {description: `The ${kind.plural}.`, type: 'array', items: reference(definitionName(kind, kind.kind))},
		},
		'x-kubernetes-group-version-kind': [groupVersionKind(kind, kind.listKind)],
	};
}

/** Rules of the store that the official server keeps in code and does not publish for its own kinds. */
const unpublished = new Set(['minimum', 'maximum', 'nullable', 'x-kubernetes-preserve-unknown-fields']);

/**
 * The schema as it is published. That of a definition is its own, where int-or-string is spelled out. `builtinPath` is
 * where in a built-in kind the schema stands, `Event.series.count`: there descriptions are filled in.
 */
function publishSchema(schema: JsonObject, builtinPath?: string): JsonObject {
	const builtin = builtinPath !== undefined;
	const kept = Object.entries(schema).filter(([keyword]) => !builtin || !unpublished.has(keyword));
	const description = builtin ? builtinDescriptions[builtinPath] : undefined;
	return {
		...(description === undefined ? {} : {description}),
		...(builtin && schema['type'] === 'integer' ? {format: schema['maximum'] === 2147483647 ? 'int32' : 'int64'} : {}),
		...(schema['x-kubernetes-int-or-string'] === true ? {anyOf: [{type: 'integer'}, {type: 'string'}]} : {}),
		...Object.fromEntries(kept.map(([keyword, value]) => [keyword, publishKeyword(keyword, value, builtinPath)])),
	};
}

function publishKeyword(keyword: string, value: Json, builtinPath: string | undefined): Json {
	if (!isObject(value)) return value;
	switch (keyword) {
		case 'items':
		case 'additionalProperties':
			return publishSchema(value, builtinPath === undefined ? undefined : `${builtinPath}[]`);
		case 'properties':
			return Object.fromEntries(
				Object.entries(value).map(([name, child]) => {
					const path = builtinPath === undefined ? undefined : `${builtinPath}.${name}`;
					return [name, isObject(child) ? publishSchema(child, path) : child];
				}),
			);
		default:
			return value;
	}
}
