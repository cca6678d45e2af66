import {messages} from '../../protocol/schema/messages.ts';
import type {FieldType, StructSchema} from '../../protocol/schema/types.ts';
import {encodeConstant} from '../../protocol/cbor/reader.ts';
import {precedes} from '../../protocol/cbor/codec.ts';

const schemas: ReadonlyMap<string, StructSchema> = new Map(messages.map((schema) => [schema.name, schema]));

export function schemaOf(name: string): StructSchema {
	const schema = schemas.get(name);
	if (schema === undefined) {
		throw new TypeError(`Cannot find struct ${name}: messages.ts has none of that name`);
	}
	return schema;
}

/** The greatest encoded size of a struct in bytes. */
export function maxSize(schema: StructSchema): number {
	const fields = schema.fields.map((field) => (field.key === undefined ? 0 : keySize(field.key)) + maxSizeOf(field.type));
	const tag = schema.tag === undefined ? 0 : headSize(schema.tag);
	return tag + headSize(schema.fields.length) + fields.reduce((sum, size) => sum + size, 0);
}

/** Refuses a schema that breaks its own rules. */
export function checkSchema(schema: StructSchema): void {
	const keys = schema.fields.flatMap(({key}) => key ?? []);
	if (keys.length !== (schema.layout === 'map' ? schema.fields.length : 0)) {
		throw new RangeError(`Cannot generate ${schema.name}: exactly the fields of maps have keys`);
	}
	const firstUnordered = keys.findIndex((key, index) => index > 0 && !precedes(keys[index - 1] ?? 0, key));
	if (firstUnordered !== -1) {
		throw new RangeError(`Cannot generate ${schema.name}: key ${keys[firstUnordered]} is out of encoded order`);
	}
	if (schema.budgetBytes !== undefined && maxSize(schema) > schema.budgetBytes) {
		throw new RangeError(`Cannot generate ${schema.name}: up to ${maxSize(schema)} bytes, at most ${schema.budgetBytes} required`);
	}
}

function headSize(argument: number): number {
	return argument < 24 ? 1 : argument < 0x100 ? 2 : argument < 0x1_0000 ? 3 : argument < 0x1_0000_0000 ? 5 : 9;
}

function keySize(key: number): number {
	return headSize(key < 0 ? -1 - key : key);
}

function maxSizeOf(type: FieldType): number {
	switch (type.kind) {
		case 'uint':
			return headSize(type.max);
		case 'int':
			return headSize(Math.max(type.max, -1 - type.min));
		case 'bytes':
		case 'text':
			return headSize(type.max) + type.max;
		case 'constant':
			return encodeConstant(type.value).length;
		case 'struct':
			return maxSize(schemaOf(type.name));
		case 'wrapped':
			return headSize(maxSize(schemaOf(type.name))) + maxSize(schemaOf(type.name));
		case 'list':
			return headSize(type.max) + type.max * maxSizeOf(type.of);
		default:
			throw type satisfies never;
	}
}
