import {isFormat} from './formats.ts';
import {isObject, type Json} from './json.ts';
import type {Schema} from './schema.ts';

/**
 * Why the official server could not decode a body into the type that it has for a built-in kind, in Go's words:
 * undefined when it could. Custom resources have no such type; what is wrong with theirs is found by validation.
 */
export function decodeProblem(schema: Schema, value: Json, path: string): string | undefined {
	if (value === null) return undefined;
	if (!fits(schema, value))
		return `json: cannot unmarshal ${jsonName(value)} into Go struct field ${path} of type ${goName(schema)}`;
	if (typeof value === 'string') return formatProblem(schema.format, value);
	if (Array.isArray(value)) {
		const {items} = schema;
		return items && firstProblem(value as readonly Json[], (item) => decodeProblem(items, item, path));
	}
	if (!isObject(value)) return undefined;
	return firstProblem(Object.entries(value), ([key, child]) => {
		const field = schema.properties.get(key);
		if (field !== undefined) return decodeProblem(field, child, `${path}.${key}`);
		return schema.values === undefined ? undefined : decodeProblem(schema.values, child, path);
	});
}

function firstProblem<T>(values: readonly T[], problemOf: (value: T) => string | undefined): string | undefined {
	for (const value of values) {
		const problem = problemOf(value);
		if (problem !== undefined) return problem;
	}
	return undefined;
}

function fits({type}: Schema, value: Json): boolean {
	switch (type) {
		case 'any':
		case 'intOrString':
			return true;
		case 'integer':
			return Number.isInteger(value);
		case 'array':
			return Array.isArray(value);
		case 'object':
			return isObject(value);
		case 'string':
		case 'number':
		case 'boolean':
			return typeof value === type;
	}
}

function jsonName(value: Json): string {
	if (Array.isArray(value)) return 'array';
	if (typeof value === 'boolean') return 'bool';
	// Go names a fraction with its value.
	return typeof value === 'number' && !Number.isInteger(value) ? `number ${value}` : typeof value;
}

function goName(schema: Schema): string {
	switch (schema.type) {
		case 'boolean':
			return 'bool';
		case 'integer':
			return 'int32';
		case 'array':
			return `[]${schema.items === undefined ? 'interface {}' : goName(schema.items)}`;
		case 'object':
			return schema.values === undefined ? 'struct' : `map[string]${goName(schema.values)}`;
		case 'string':
			return schema.format === 'byte' ? '[]uint8' : 'string';
		default:
			return schema.type;
	}
}

function formatProblem(format: string | undefined, value: string): string | undefined {
	if (format === 'byte') return base64Problem(value);
	return format === 'micro-time' && !isFormat(format, value) ? microTimeProblem(value) : undefined;
}

/** Go reads as far as its layout fits, and shows the rest. */
function microTimeProblem(value: string): string {
	const [seconds, rest] = [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.exec(value)?.[0], '.000000'];
	const [unread, wanted] = seconds === undefined ? [value, '2006'] : [value.slice(seconds.length), rest];
	return `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05.000000Z07:00": cannot parse "${unread}" as "${wanted}"`;
}

/** Go's decoder skips line ends and names the first byte that is wrong, or the length when the padding is. */
function base64Problem(text: string): string | undefined {
	const illegal = /[^A-Za-z0-9+/=\r\n]|=(?=[^=\r\n])/.exec(text)?.index;
	const plain = text.replaceAll(/[\r\n]/g, '');
	if (illegal === undefined && /^(?:[^=]{4})*(?:[^=]{2}==|[^=]{3}=)?$/.test(plain)) return undefined;
	return `illegal base64 data at input byte ${illegal ?? text.length}`;
}
