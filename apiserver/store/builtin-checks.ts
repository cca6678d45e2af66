import {equalJson, isObject, showJson, type Json, type JsonObject} from './json.ts';
import {objectOrEmpty, textOf} from './shape.ts';
import type {FieldProblem} from './validate.ts';

/** Rules of the built-in kinds that a schema can't tell, in the official words. `previous` is absent on create. */

const dataBytesMax = 1_048_576;
const keyRule =
	"a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  " +
	"or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

export function checkConfigMap(next: JsonObject, previous: JsonObject | undefined): readonly FieldProblem[] {
	const fields = ['data', 'binaryData'] as const;
	const [texts, binaries] = fields.map((field) => objectOrEmpty(next[field]));
	const twice = Object.keys(texts ?? {}).filter((key) => Object.hasOwn(binaries ?? {}, key));
	const bytes = bytesOf(texts ?? {}, utf8Length) + bytesOf(binaries ?? {}, base64Length);
	return [
		...checkImmutable(next, previous, fields),
		...fields.flatMap((field) => checkKeys(next, field)),
		...twice.map((key) => invalid(`data[${key}]`, key, 'duplicate of key present in binaryData')),
		...(bytes > dataBytesMax ? [tooLong('[]')] : []),
	];
}

export function checkSecret(next: JsonObject, previous: JsonObject | undefined): readonly FieldProblem[] {
	const changed = previous !== undefined && previous['type'] !== next['type'];
	return [
		...(changed ? [invalid('type', next['type'] ?? '', 'field is immutable')] : []),
		...checkImmutable(next, previous, ['data']),
		...checkKeys(next, 'data'),
		...(bytesOf(objectOrEmpty(next['data']), base64Length) > dataBytesMax ? [tooLong('data')] : []),
		...checkSecretType(next),
	];
}

const requiredKeys: Readonly<Record<string, readonly string[]>> = {
	'kubernetes.io/dockercfg': ['.dockercfg'],
	'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
	'kubernetes.io/ssh-auth': ['ssh-privatekey'],
	'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

function checkSecretType(secret: JsonObject): readonly FieldProblem[] {
	const data = objectOrEmpty(secret['data']);
	const type = textOf(secret, 'type');
	if (type === 'kubernetes.io/basic-auth') {
		const keys = ['username', 'password'];
		return keys.some((key) => Object.hasOwn(data, key)) ? [] : keys.map((key) => required(`data[${key}]`));
	}
	if (type === 'kubernetes.io/service-account-token') {
		const name = 'kubernetes.io/service-account.name';
		const annotations = objectOrEmpty(objectOrEmpty(secret['metadata'])['annotations']);
		return (annotations[name] ?? '') === '' ? [required(`metadata.annotations[${name}]`)] : [];
	}
	const wanted = Object.hasOwn(requiredKeys, type) ? (requiredKeys[type] ?? []) : [];
	return wanted.flatMap((key) => {
		if (!Object.hasOwn(data, key)) return [required(`data[${key}]`)];
		if (!key.startsWith('.docker') || isJsonObject(textOf(data, key))) return [];
		return [invalid(`data[${key}]`, '<secret contents redacted>', 'must be a JSON object')];
	});
}

function isJsonObject(base64: string): boolean {
	try {
		return isObject(JSON.parse(Buffer.from(base64, 'base64').toString()));
	} catch {
		return false;
	}
}

export function checkEvent(next: JsonObject): readonly FieldProblem[] {
	const involved = objectOrEmpty(next['involvedObject']);
	const meta = objectOrEmpty(next['metadata']);
	// An object without namespace keeps its events in the namespace default.
	const expected = involved['namespace'] ?? '';
	const fits = expected === '' ? meta['namespace'] === 'default' : meta['namespace'] === expected;
	return fits ? [] : [invalid('involvedObject.namespace', expected, 'does not match event.namespace')];
}

export function checkRevision(next: JsonObject, previous: JsonObject | undefined): readonly FieldProblem[] {
	const {data, revision} = next;
	const missing = data === undefined ? [problem('FieldValueRequired', 'data', 'Required value: data is mandatory')] : [];
	const changed = data !== undefined && previous !== undefined && !equalJson(previous['data'], data);
	return [
		...missing,
		...(changed ? [invalid('data', data, 'field is immutable')] : []),
		...atLeast('revision', revision, 0, 'must be greater than or equal to 0'),
	];
}

export function checkLease(lease: JsonObject): readonly FieldProblem[] {
	const {leaseDurationSeconds, leaseTransitions} = objectOrEmpty(lease['spec']);
	return [
		...atLeast('spec.leaseDurationSeconds', leaseDurationSeconds, 1, 'must be greater than 0'),
		...atLeast('spec.leaseTransitions', leaseTransitions, 0, 'must be greater than or equal to 0'),
	];
}

function atLeast(field: string, value: Json | undefined, least: number, rule: string): readonly FieldProblem[] {
	return typeof value === 'number' && value < least ? [invalid(field, value, rule)] : [];
}

function checkImmutable(
	next: JsonObject,
	previous: JsonObject | undefined,
	fields: readonly string[],
): readonly FieldProblem[] {
	if (previous?.['immutable'] !== true) return [];
	const changed = fields.filter((field) => !equalJson(previous[field], next[field]));
	const all = next['immutable'] === true ? changed : ['immutable', ...changed];
	return all.map((field) => forbid(field, 'field is immutable when `immutable` is set'));
}

function checkKeys(object: JsonObject, field: string): readonly FieldProblem[] {
	return Object.keys(objectOrEmpty(object[field])).flatMap((key) => {
		const rule = keyProblem(key);
		return rule === undefined ? [] : [invalid(`${field}[${key}]`, key, rule)];
	});
}

function keyProblem(key: string): string | undefined {
	if (key.length > 253) return 'must be no more than 253 characters';
	if (!/^[-._a-zA-Z0-9]+$/.test(key)) return keyRule;
	if (key === '.') return "must not be '.'";
	return key.startsWith('..') ? (key === '..' ? "must not be '..'" : "must not start with '..'") : undefined;
}

function bytesOf(data: JsonObject, lengthOf: (text: string) => number): number {
	return Object.keys(data).reduce((sum, key) => sum + lengthOf(textOf(data, key)), 0);
}

function utf8Length(text: string): number {
	return Buffer.byteLength(text);
}

function base64Length(text: string): number {
	return Buffer.byteLength(text, 'base64');
}

function tooLong(field: string): FieldProblem {
	return problem('FieldValueTooLong', field, `Too long: may not be more than ${dataBytesMax} bytes`);
}

function required(field: string): FieldProblem {
	return problem('FieldValueRequired', field, 'Required value');
}

function forbid(field: string, why: string): FieldProblem {
	return problem('FieldValueForbidden', field, `Forbidden: ${why}`);
}

function invalid(field: string, value: Json, why: string): FieldProblem {
	return problem('FieldValueInvalid', field, `Invalid value: ${showJson(value)}: ${why}`);
}

function problem(reason: FieldProblem['reason'], field: string, message: string): FieldProblem {
	return {reason, field, message};
}
