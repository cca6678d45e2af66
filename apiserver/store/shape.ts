import {copyJson, isObject, setOwn, type Json, type JsonObject, type MutableObject} from './json.ts';
import type {Schema} from './schema.ts';

/**
 * A copy of `value` in the shape of its schema: unknown fields dropped, defaults filled in, in the official order.
 * The paths of dropped fields are added to `dropped`. What has a wrong type is copied for validation to refuse.
 */
export function shape(schema: Schema, value: unknown, path: string, dropped: string[]): Json {
	if (Array.isArray(value)) {
		const {items} = schema;
		return items === undefined
			? copyJson(value)
			: value.map((item: unknown, index) => shape(items, item, `${path}[${index}]`, dropped));
	}
	if (typeof value !== 'object' || value === null) return copyJson(value);
	return shapeObject(schema, value, path, dropped);
}

function shapeObject(schema: Schema, value: object, path: string, dropped: string[]): JsonObject {
	const result: MutableObject = {};
	for (const [key, child] of Object.entries(value) as [string, unknown][]) {
		if (child === undefined) continue;
		const childSchema = schema.properties.get(key) ?? schema.values;
		const childPath = joinPath(path, key);
		if (childSchema === undefined) {
			if (schema.preserveUnknown) setOwn(result, key, copyJson(child));
			else dropped.push(childPath);
			continue;
		}
		// A null that the schema does not allow counts as absent.
		if (child === null && !childSchema.nullable && childSchema.type !== 'any') continue;
		setOwn(result, key, shape(childSchema, child, childPath, dropped));
	}
	for (const [key, fallback] of schema.defaults) {
		const childSchema = schema.properties.get(key);
		if (childSchema !== undefined && !Object.hasOwn(result, key)) {
			result[key] = shape(childSchema, fallback, joinPath(path, key), []);
		}
	}
	return result;
}

/** Finds the old item of a list: only those of a list with keys can be told apart. */
export function correlate({listType, listMapKeys}: Schema, old: Json | undefined): (item: Json) => Json | undefined {
	if (listType !== 'map' || !Array.isArray(old)) return () => undefined;
	const keyOf = (item: Json): string => JSON.stringify(listMapKeys.map((name) => objectOrEmpty(item)[name] ?? null));
	const byKey = new Map((old as readonly Json[]).map((item) => [keyOf(item), item]));
	return (item) => byKey.get(keyOf(item));
}

export function joinPath(path: string, key: string): string {
	return path === '' ? key : `${path}.${key}`;
}

/** Without the named property; the rest is shared. */
export function without(object: JsonObject, key: string): JsonObject {
	if (!Object.hasOwn(object, key)) return object;
	const {[key]: _, ...rest} = object;
	return rest;
}

/** A property as text: '' when absent, JSON when it is something else. */
export function textOf(object: JsonObject, key: string): string {
	const value = object[key] ?? '';
	return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Metadata of an object. */
export function metaOf(object: JsonObject): JsonObject {
	return objectOrEmpty(object['metadata']);
}

export function objectOrEmpty(value: Json | undefined): JsonObject {
	return isObject(value) ? value : {};
}
