import {deepFreeze} from '../../runtime/kube/freeze.ts';
import {copyJson, isObject, type Json, type JsonObject} from './json.ts';
import {objectMeta} from './object-meta.ts';
import {compileRules, ruleRoot} from './rules/compile.ts';
import type {Rule, Schema, SchemaType} from './schema.ts';

/**
 * Makes a structural schema (OpenAPI v3 as in a CustomResourceDefinition) ready.
 * @throws RangeError for a keyword that the store does not know, because a rule that is not kept must not look kept, and
 * for a rule that does not compile.
 */
export function compileSchema(source: JsonObject, path = ''): Schema {
	refuseUnknownKeywords(source, path);
	const properties = new Map(
		Object.entries({...objectAt(source, 'properties'), ...embeddedProperties(source)}).map(
			([name, child]) => [name, compileSchema(asObject(child, `${path}.${name}`), `${path}.${name}`)] as const,
		),
	);
	const {additionalProperties: values, items} = source;
	const defaults = [...properties].flatMap(([name, child]) =>
		child.default === undefined ? [] : [[name, child.default] as const],
	);
	const schema = {
		...copyKeywords(source),
		type: typeOf(source, path),
		properties,
		...(isObject(values) ? {values: compileSchema(values, `${path}.*`)} : {}),
		...(isObject(items) ? {items: compileSchema(items, `${path}[]`)} : {}),
		required: [...stringsAt(source, 'required'), ...(isEmbedded(source) ? ['apiVersion', 'kind'] : [])],
		defaults,
		nullable: source['nullable'] === true,
		preserveUnknown: source['x-kubernetes-preserve-unknown-fields'] === true || values === true || isUntyped(source),
		...(typeof source['pattern'] === 'string' ? {pattern: new RegExp(source['pattern'], 'u')} : {}),
		listMapKeys: stringsAt(source, 'x-kubernetes-list-map-keys'),
		rules: [],
		hasRules: false,
		hasTransitionRules: false,
	};
	return withRules(schema, compileRules(source, schema, path, () => ruleRoot(schema, compileSchema)));
}

function withRules(schema: Schema, rules: readonly Rule[]): Schema {
	const children = [...schema.properties.values(), schema.values, schema.items].filter((child) => child !== undefined);
	return {
		...schema,
		rules,
		hasRules: rules.length > 0 || children.some((child) => child.hasRules),
		hasTransitionRules:
			rules.some(({usesOldSelf}) => usesOldSelf) || children.some((child) => child.hasTransitionRules),
	};
}

function isEmbedded(source: JsonObject): boolean {
	return source['x-kubernetes-embedded-resource'] === true;
}

/** A whole object of the API within another: its metadata is pruned and checked like any. */
function embeddedProperties(source: JsonObject): JsonObject {
	return isEmbedded(source) ? {apiVersion: {type: 'string'}, kind: {type: 'string'}, metadata: objectMeta} : {};
}

/** Nothing is said of what is in there. */
function isUntyped(source: JsonObject): boolean {
	return source['type'] === undefined && source['x-kubernetes-int-or-string'] !== true;
}

const numericKeywords = [
	'minimum',
	'maximum',
	'minLength',
	'maxLength',
	'minItems',
	'maxItems',
	'minProperties',
	'maxProperties',
] as const;
const knownKeywords = new Set<string>([
	...numericKeywords,
	'type',
	'description',
	'title',
	'example',
	'properties',
	'additionalProperties',
	'items',
	'required',
	'default',
	'nullable',
	'enum',
	'format',
	'pattern',
	'x-kubernetes-int-or-string',
	'x-kubernetes-preserve-unknown-fields',
	'x-kubernetes-embedded-resource',
	'x-kubernetes-list-type',
	'x-kubernetes-list-map-keys',
	'x-kubernetes-map-type',
	'x-kubernetes-validations',
]);

function refuseUnknownKeywords(source: JsonObject, path: string): void {
	const unknown = Object.keys(source).find((keyword) => !knownKeywords.has(keyword));
	if (unknown !== undefined)
		throw new RangeError(`Cannot read schema: keyword ${unknown} at ${path || 'the root'}, known keyword required`);
}

function typeOf(source: JsonObject, path: string): SchemaType {
	if (source['x-kubernetes-int-or-string'] === true) return 'intOrString';
	const {type} = source;
	switch (type) {
		case undefined:
			return 'any';
		case 'object':
		case 'array':
		case 'string':
		case 'integer':
		case 'number':
		case 'boolean':
			return type;
		default:
			throw new RangeError(
				`Cannot read schema: type ${JSON.stringify(type)} at ${path || 'the root'}, known type required`,
			);
	}
}

type Keywords = Pick<Schema, 'default' | 'enum' | 'format' | 'listType' | (typeof numericKeywords)[number]>;

function copyKeywords(source: JsonObject): Keywords {
	const numbers = numericKeywords.flatMap((name) =>
		typeof source[name] === 'number' ? [[name, source[name]] as const] : [],
	);
	const listType = source['x-kubernetes-list-type'];
	return {
		...(Object.fromEntries(numbers) as Partial<Record<(typeof numericKeywords)[number], number>>),
		...(source['default'] === undefined ? {} : {default: deepFreeze(copyJson(source['default']))}),
		...(Array.isArray(source['enum']) ? {enum: source['enum'] as readonly Json[]} : {}),
		...(typeof source['format'] === 'string' ? {format: source['format']} : {}),
		...(listType === 'atomic' || listType === 'set' || listType === 'map' ? {listType} : {}),
	};
}

function objectAt(source: JsonObject, key: string): JsonObject {
	const value = source[key];
	return value === undefined ? {} : asObject(value, key);
}

function asObject(value: Json, path: string): JsonObject {
	if (!isObject(value)) throw new RangeError(`Cannot read schema: ${JSON.stringify(value)} at ${path}, object required`);
	return value;
}

function stringsAt(source: JsonObject, key: string): readonly string[] {
	const value = source[key];
	return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
