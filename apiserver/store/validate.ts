import {equalJson, getOwn, isObject, showJson, type Json, type JsonObject} from './json.ts';
import {isFormat} from './formats.ts';
import type {Schema} from './schema.ts';
import {correlate, joinPath} from './shape.ts';

/** One broken rule, worded and classified as the official server does. */
export interface FieldProblem {
	readonly reason: FieldReason;
	readonly field: string;
	/** Without the path: `Required value`, `Invalid value: 5: must …`. */
	readonly message: string;
}

export type FieldReason =
	| 'FieldValueRequired'
	| 'FieldValueInvalid'
	| 'FieldValueTypeInvalid'
	| 'FieldValueNotSupported'
	| 'FieldValueTooLong'
	| 'FieldValueTooMany'
	| 'FieldValueDuplicate'
	| 'FieldValueForbidden';

/**
 * Checks a shaped value against its schema and adds what is wrong to `problems`, in the order of the schema. What an
 * update leaves as it was is not checked again: `old` shares it with `value`.
 */
export function validate(schema: Schema, value: Json, path: string, problems: FieldProblem[], old?: Json): void {
	if ((value === null && schema.nullable) || (old !== undefined && value === old)) return;
	const add = (reason: FieldReason, message: string): void => {
		problems.push({reason, field: path === '' ? '<nil>' : path, message});
	};
	const expected = expectedType(schema, value);
	if (expected !== undefined) {
		const shown = showJson(nameOfType(value));
		add('FieldValueTypeInvalid', `Invalid value: ${shown}: ${path} in body must be of type ${expected}: ${shown}`);
		return;
	}
	if (schema.enum?.every((allowed) => !equalJson(allowed, value))) {
		add(
			'FieldValueNotSupported',
			`Unsupported value: ${showJson(value)}: supported values: ${schema.enum.map(showJson).join(', ')}`,
		);
	}
	if (typeof value === 'string') validateString(schema, value, path, add);
	else if (typeof value === 'number') validateNumber(schema, value, path, add);
	else if (Array.isArray(value)) validateArray(schema, value as readonly Json[], path, problems, old);
	else if (isObject(value)) validateObject(schema, value, path, problems, isObject(old) ? old : {});
}

type Add = (reason: FieldReason, message: string) => void;

function expectedType({type}: Schema, value: Json): string | undefined {
	switch (type) {
		case 'any':
			return undefined;
		case 'intOrString':
			return typeof value === 'string' || Number.isInteger(value) ? undefined : 'integer,string';
		case 'integer':
			return Number.isInteger(value) ? undefined : type;
		case 'array':
			return Array.isArray(value) ? undefined : type;
		case 'object':
			return isObject(value) ? undefined : type;
		case 'string':
		case 'number':
		case 'boolean':
			return typeof value === type ? undefined : type;
	}
}

function nameOfType(value: Json): string {
	if (value === null) return 'null';
	if (Array.isArray(value)) return 'array';
	return Number.isInteger(value) ? 'integer' : typeof value;
}

function validateString(schema: Schema, value: string, path: string, add: Add): void {
	const {minLength = 0, maxLength = Infinity, pattern, format} = schema;
	const shown = showJson(value);
	// Characters, not UTF-16 units; the count is only needed when units alone do not decide.
	const length = value.length > maxLength || value.length < minLength * 2 ? Array.from(value).length : value.length;
	// Of these the first one that is broken is told, as on the official server.
	if (length > maxLength) {
		add('FieldValueTooLong', `Too long: may not be more than ${maxLength} bytes`);
	} else if (length < minLength) {
		add('FieldValueInvalid', `Invalid value: ${shown}: ${path} in body should be at least ${minLength} chars long`);
	} else if (pattern !== undefined && !pattern.test(value)) {
		const source = pattern.source.replaceAll('\\/', '/');
		add('FieldValueInvalid', `Invalid value: ${shown}: ${path} in body should match '${source}'`);
	}
	if (format !== undefined && !isFormat(format, value)) {
		add('FieldValueTypeInvalid', `Invalid value: ${shown}: ${path} in body must be of type ${format}: ${shown}`);
	}
}

function validateNumber(schema: Schema, value: number, path: string, add: Add): void {
	const {minimum = -Infinity, maximum = Infinity} = schema;
	if (value < minimum)
		add('FieldValueInvalid', `Invalid value: ${value}: ${path} in body should be greater than or equal to ${minimum}`);
	if (value > maximum)
		add('FieldValueInvalid', `Invalid value: ${value}: ${path} in body should be less than or equal to ${maximum}`);
}

function validateArray(
	schema: Schema,
	value: readonly Json[],
	path: string,
	problems: FieldProblem[],
	old: Json | undefined,
): void {
	const {minItems = 0, maxItems = Infinity, items} = schema;
	if (value.length > maxItems) {
		problems.push({
			reason: 'FieldValueTooMany',
			field: path,
			message: `Too many: ${value.length}: must have at most ${maxItems} items`,
		});
		// A list that is too long is not looked at: that is what the bound is for.
		return;
	}
	if (value.length < minItems) {
		const message = `Invalid value: ${value.length}: ${path} in body should have at least ${minItems} items`;
		problems.push({reason: 'FieldValueInvalid', field: path, message});
	}
	if (items !== undefined) {
		const oldItemOf = correlate(schema, old);
		value.forEach((item, index) => {
			const oldItem = oldItemOf(item);
			if (!equalJson(item, oldItem)) validate(items, item, `${path}[${index}]`, problems, oldItem);
		});
	}
	validateKeys(schema, value, path, problems);
}

function validateKeys(schema: Schema, value: readonly Json[], path: string, problems: FieldProblem[]): void {
	if (schema.listType !== 'set' && schema.listType !== 'map') return;
	const seen = new Set<string>();
	value.forEach((item, index) => {
		const key =
			schema.listType === 'set' || !isObject(item)
				? item
				: Object.fromEntries(schema.listMapKeys.map((name) => [name, item[name] ?? null]));
		const text = showJson(key);
		if (seen.has(text))
			problems.push({reason: 'FieldValueDuplicate', field: `${path}[${index}]`, message: `Duplicate value: ${text}`});
		seen.add(text);
	});
}

function validateObject(
	schema: Schema,
	value: JsonObject,
	path: string,
	problems: FieldProblem[],
	old: JsonObject,
): void {
	const {minProperties = 0, maxProperties = Infinity} = schema;
	for (const name of schema.required) {
		if (!Object.hasOwn(value, name))
			problems.push({reason: 'FieldValueRequired', field: joinPath(path, name), message: 'Required value'});
	}
	const keys = Object.keys(value);
	if (keys.length > maxProperties) {
		problems.push({
			reason: 'FieldValueTooMany',
			field: path,
			message: `Too many: ${keys.length}: must have at most ${maxProperties} items`,
		});
		return;
	}
	if (keys.length < minProperties) {
		const message = `Invalid value: ${keys.length}: ${path} in body should have at least ${minProperties} properties`;
		problems.push({reason: 'FieldValueInvalid', field: path, message});
	}
	for (const [key, child] of Object.entries(value)) {
		const childSchema = schema.properties.get(key) ?? schema.values;
		if (childSchema !== undefined) validate(childSchema, child, joinPath(path, key), problems, getOwn(old, key));
	}
}
