import {messages} from '../../protocol/schema/messages.ts';
import type {Field, FieldType, StructSchema} from '../../protocol/schema/types.ts';
import {banner, pascalCase, type GeneratedFile} from './files.ts';
import {checkSchema, maxSize} from './message-sizes.ts';

/** Types and codec of every message for TypeScript. */
export function generate(): GeneratedFile[] {
	const schemas: readonly StructSchema[] = messages;
	schemas.forEach(checkSchema);
	const content = [
		`// ${banner('messages.ts', 'protocol/schema/messages.ts')}`,
		"import {decodeMessage, encodeMessage} from '../cbor/codec.ts';",
		"import type {DecodeError} from '../cbor/errors.ts';",
		"import type {Result} from '../result.ts';",
		...schemas.flatMap(structLines),
		'',
	].join('\n');
	return [{path: 'protocol/generated/messages.ts', content}];
}

function structLines(schema: StructSchema): string[] {
	const name = pascalCase(schema.name);
	const fields = schema.fields.filter(({type}) => type.kind !== 'constant');
	return [
		'',
		`/** ${schema.summary}. At most ${Math.min(maxSize(schema), schema.maxBytes ?? Infinity)} bytes. */`,
		`export interface ${name} {`,
		...fields.flatMap(fieldLines),
		'}',
		'',
		`export function encode${name}(value: ${name}): Uint8Array {`,
		`\treturn encodeMessage('${schema.name}', value);`,
		'}',
		'',
		`export function decode${name}(bytes: Uint8Array): Result<${name}, DecodeError> {`,
		`\treturn decodeMessage('${schema.name}', bytes) as Result<${name}, DecodeError>;`,
		'}',
	];
}

function fieldLines(field: Field): string[] {
	const mark = field.optional === true ? '?' : '';
	return [`\t/** ${field.summary} */`, `\treadonly ${field.name}${mark}: ${typeName(field.type)};`];
}

function typeName(type: FieldType): string {
	switch (type.kind) {
		case 'uint':
		case 'int':
			return 'number';
		case 'bytes':
			return 'Uint8Array';
		case 'text':
			return 'string';
		case 'struct':
		case 'wrapped':
			return pascalCase(type.name);
		case 'list':
			return `readonly ${typeName(type.of)}[]`;
		case 'constant':
			return 'never';
		default:
			throw type satisfies never;
	}
}
