import {encode, rfc8949EncodeOptions} from 'cborg';
import {hexToBytes} from '@noble/hashes/utils.js';
import {failure, success, type Result} from '../result.ts';
import {messages} from '../schema/messages.ts';
import type {Field, FieldType, StructSchema} from '../schema/types.ts';
import {decodeErrors, type DecodeError} from './errors.ts';
import {encodeConstant, Reader, Refusal} from './reader.ts';

/** A decoded struct: field names to numbers, text, bytes, structs and lists. The generated types say which. */
export type StructValue = {readonly [name: string]: unknown};

const schemas: ReadonlyMap<string, StructSchema> = new Map(messages.map((schema) => [schema.name, schema]));

/**
 * Deterministic encoding (RFC 8949, 4.2.1) of one message.
 * @throws RangeError naming the field, the value and the rule, when the value breaks the schema: a bug of the caller.
 */
export function encodeMessage(name: string, value: object): Uint8Array {
	const schema = schemaOf(name);
	const bytes = encodeStruct(schema, value as StructValue, name);
	if (schema.maxBytes !== undefined && bytes.length > schema.maxBytes) {
		throw new RangeError(`Cannot encode ${name}: ${bytes.length} bytes, at most ${schema.maxBytes} required`);
	}
	return bytes;
}

/** Decodes one message and nothing else; bad bytes are a value, never an exception. */
export function decodeMessage(name: string, bytes: Uint8Array): Result<StructValue, DecodeError> {
	const schema = schemaOf(name);
	const path: string[] = [];
	try {
		if (schema.maxBytes !== undefined && bytes.length > schema.maxBytes) {
			throw new Refusal('size');
		}
		return success(decodeWhole(schema, bytes, path));
	} catch (error) {
		if (error instanceof Refusal) {
			return failure(describe(error, path));
		}
		throw error;
	}
}

function describe({reason}: Refusal, path: readonly string[]): DecodeError {
	const where = path.join('.').replaceAll('.[', '[');
	const phrase = decodeErrors.find(({name}) => name === reason)?.phrase ?? reason;
	return {name: reason, path: where, message: where === '' ? phrase : `${where}: ${phrase}`};
}

function schemaOf(name: string): StructSchema {
	const schema = schemas.get(name);
	if (schema === undefined) {
		throw new TypeError(`Cannot find struct ${name}: the schema has none of that name`);
	}
	return schema;
}

function decodeWhole(schema: StructSchema, bytes: Uint8Array, path: string[]): StructValue {
	const reader = new Reader(bytes);
	const value = decodeStruct(schema, reader, path);
	if (!reader.done) {
		throw new Refusal('trailing');
	}
	return value;
}

function decodeStruct(schema: StructSchema, reader: Reader, path: string[]): StructValue {
	if (schema.tag !== undefined) {
		reader.tag(schema.tag);
	}
	return schema.layout === 'map' ? decodeMap(schema, reader, path) : decodeArray(schema, reader, path);
}

function decodeArray(schema: StructSchema, reader: Reader, path: string[]): StructValue {
	reader.count('array', schema.fields.length, schema.fields.length);
	const value: Record<string, unknown> = {};
	for (const field of schema.fields) {
		decodeField(field, value, reader, path);
	}
	return value;
}

function decodeMap(schema: StructSchema, reader: Reader, path: string[]): StructValue {
	const value: Record<string, unknown> = {};
	const found = new Set<Field>();
	let previous: number | undefined;
	for (let count = reader.count('map', 0, 64); count > 0; count--) {
		const key = reader.int(-0x8000_0000, 0x7fff_ffff);
		if (previous !== undefined && !precedes(previous, key)) {
			throw new Refusal('key');
		}
		previous = key;
		const field = schema.fields.find((candidate) => candidate.key === key);
		if (field !== undefined) {
			decodeField(field, value, reader, path);
			found.add(field);
		} else if (schema.unknownKeys === 'skip') {
			reader.skip();
		} else {
			throw new Refusal('key');
		}
	}
	const missing = schema.fields.find((field) => field.optional !== true && !found.has(field));
	if (missing !== undefined) {
		path.push(missing.name);
		throw new Refusal('missing');
	}
	return value;
}

/** Order of encoded keys: 0, 1, … then −1, −2, … (RFC 8949, 4.2.1). */
export function precedes(first: number, second: number): boolean {
	if (first < 0 !== second < 0) {
		return second < 0;
	}
	return first < 0 ? second < first : first < second;
}

function decodeField(field: Field, into: Record<string, unknown>, reader: Reader, path: string[]): void {
	path.push(field.name);
	const value = decodeValue(field.type, reader, path);
	if (field.type.kind !== 'constant') {
		into[field.name] = value;
	}
	path.pop();
}

function decodeValue(type: FieldType, reader: Reader, path: string[]): unknown {
	switch (type.kind) {
		case 'uint':
			return reader.uint(type.max);
		case 'int':
			return reader.int(type.min, type.max);
		case 'bytes':
			return reader.bytes(type.min, type.max);
		case 'text':
			return reader.text(type.min, type.max);
		case 'constant':
			return reader.constant(encodeConstant(type.value));
		case 'struct':
			return decodeStruct(schemaOf(type.name), reader, path);
		case 'wrapped':
			return decodeWhole(schemaOf(type.name), reader.bytes(0, Infinity), path);
		case 'list':
			return decodeList(type, reader, path);
		default:
			throw type satisfies never;
	}
}

function decodeList(type: FieldType & {kind: 'list'}, reader: Reader, path: string[]): unknown[] {
	const values: unknown[] = [];
	const count = reader.count('array', type.min ?? 0, type.max);
	for (let index = 0; index < count; index++) {
		path.push(`[${index}]`);
		values.push(decodeValue(type.of, reader, path));
		path.pop();
	}
	return values;
}

function encodeStruct(schema: StructSchema, value: StructValue, path: string): Uint8Array {
	const body = encode(structToCbor(schema, value, path), rfc8949EncodeOptions);
	if (schema.tag === undefined) {
		return body;
	}
	const head = schema.tag < 24 ? [0xc0 + schema.tag] : [0xd8, schema.tag];
	return Uint8Array.of(...head, ...body);
}

function structToCbor(schema: StructSchema, value: StructValue, path: string): unknown {
	const present = schema.fields.filter((field) => field.optional !== true || value[field.name] !== undefined);
	const entries = present.map((field) => [field.key, valueToCbor(field.type, value[field.name], `${path}.${field.name}`)]);
	return schema.layout === 'map' ? new Map(entries as [number, unknown][]) : entries.map(([, item]) => item);
}

function valueToCbor(type: FieldType, value: unknown, path: string): unknown {
	switch (type.kind) {
		case 'constant':
			return constantToCbor(type);
		case 'struct':
			return structToCbor(schemaOf(type.name), value as StructValue, path);
		case 'wrapped':
			return encodeStruct(schemaOf(type.name), value as StructValue, path);
		case 'list':
			return listToCbor(type, value, path);
		default:
			check(type, value, path);
			return value;
	}
}

function constantToCbor({value}: FieldType & {kind: 'constant'}): unknown {
	if ('hex' in value) {
		return hexToBytes(value.hex);
	}
	return 'int' in value ? value.int : 'nil' in value ? null : new Map();
}

function listToCbor(type: FieldType & {kind: 'list'}, value: unknown, path: string): unknown[] {
	if (!Array.isArray(value) || value.length < (type.min ?? 0) || value.length > type.max) {
		throw new RangeError(`Cannot encode ${path}: ${type.min ?? 0} to ${type.max} items required`);
	}
	return value.map((item, index) => valueToCbor(type.of, item, `${path}[${index}]`));
}

function check(type: FieldType & {kind: 'uint' | 'int' | 'bytes' | 'text'}, value: unknown, path: string): void {
	if (type.kind === 'uint' || type.kind === 'int') {
		const min = type.kind === 'uint' ? 0 : type.min;
		if (!Number.isInteger(value) || (value as number) < min || (value as number) > type.max) {
			throw new RangeError(`Cannot encode ${path}: ${String(value)}, an integer from ${min} to ${type.max} required`);
		}
		return;
	}
	const isRight = type.kind === 'bytes' ? value instanceof Uint8Array : typeof value === 'string' && /^[\x20-\x7e]*$/.test(value);
	const {length} = value as {length: number};
	if (!isRight || length < type.min || length > type.max) {
		const what = type.kind === 'bytes' ? 'bytes' : 'printable ASCII characters';
		throw new RangeError(`Cannot encode ${path}: ${String(value)}, ${type.min} to ${type.max} ${what} required`);
	}
}
