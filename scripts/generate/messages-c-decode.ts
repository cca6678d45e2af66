import type {Field, FieldType, StructSchema} from '../../protocol/schema/types.ts';
import {snakeCase} from './files.ts';
import {cType, constantInitializer, isListed} from './messages-c-types.ts';

/** `get_x`, which reads one item, and `proto_decode_x`, which reads a whole message. */
export function decoderLines(schema: StructSchema): string[] {
	const name = schema.name;
	return [
		'',
		`static enum cbor_err get_${name}(struct cbor_reader *reader, struct proto_${name} *value)`,
		'{',
		'\tenum cbor_err err = CBOR_OK;',
		...(schema.fields.every(({type}) => type.kind === 'constant') ? ['\tvalue->unused = 0;'] : []),
		...(schema.tag === undefined ? [] : failing(`cbor_get_tag(reader, ${schema.tag})`)),
		...(schema.layout === 'map' ? mapLines(schema) : arrayLines(schema)),
		'\treturn CBOR_OK;',
		'}',
		'',
		`enum cbor_err proto_decode_${name}(const uint8_t *data, size_t size, struct proto_${name} *value)`,
		'{',
		...(schema.maxBytes === undefined ? [] : [`\tif (size > ${schema.maxBytes}) {`, '\t\treturn CBOR_SIZE;', '\t}']),
		'\tstruct cbor_reader reader = cbor_read(data, size);',
		`\tconst enum cbor_err err = get_${name}(&reader, value);`,
		'\tif (err != CBOR_OK) {',
		'\t\treturn err;',
		'\t}',
		'\treturn cbor_is_done(&reader) ? CBOR_OK : CBOR_TRAILING;',
		'}',
	];
}

/** `proto_next_x` for structs that stand in a list. */
export function nextLines({name}: StructSchema): string[] {
	if (!isListed(name)) {
		return [];
	}
	return [
		'',
		`enum cbor_err proto_next_${name}(struct cbor_list *list, struct proto_${name} *value)`,
		'{',
		'\tif (list->count == 0) {',
		'\t\treturn CBOR_END;',
		'\t}',
		'\tlist->count--;',
		`\treturn get_${name}(&list->items, value);`,
		'}',
	];
}

function failing(call: string, indent = '\t'): string[] {
	return [`${indent}err = ${call};`, `${indent}if (err != CBOR_OK) {`, `${indent}\treturn err;`, `${indent}}`];
}

function arrayLines(schema: StructSchema): string[] {
	const count = schema.fields.length;
	return [
		'\tuint32_t count = 0;',
		...failing(`cbor_get_array(reader, ${count}, ${count}, &count)`),
		...schema.fields.flatMap((field) => fieldLines(field, '\t')),
	];
}

function mapLines(schema: StructSchema): string[] {
	const required = schema.fields.reduce((mask, field, index) => (field.optional === true ? mask : mask | (1 << index)), 0);
	const optional = schema.fields.filter((field) => field.optional === true);
	return [
		'\tuint32_t found = 0;',
		'\tuint32_t count = 0;',
		'\tint64_t key = 0;',
		...optional.map((field) => `\tvalue->has_${snakeCase(field.name)} = false;`),
		...failing('cbor_get_map(reader, 64, &count)'),
		'\tfor (uint32_t index = 0; index < count; index++) {',
		...failing('cbor_get_key(reader, index == 0, key, &key)', '\t\t'),
		'\t\tswitch (key) {',
		...schema.fields.flatMap((field, index) => [
			`\t\tcase ${field.key}: {`,
			...fieldLines(field, '\t\t\t'),
			...(field.optional === true ? [`\t\t\tvalue->has_${snakeCase(field.name)} = true;`] : []),
			`\t\t\tfound |= UINT32_C(1) << ${index};`,
			'\t\t\tbreak;',
			'\t\t}',
		]),
		'\t\tdefault:',
		...(schema.unknownKeys === 'skip' ? [...failing('cbor_skip(reader)', '\t\t\t'), '\t\t\tbreak;'] : ['\t\t\treturn CBOR_KEY;']),
		'\t\t}',
		'\t}',
		`\tif ((found & UINT32_C(${required})) != UINT32_C(${required})) {`,
		'\t\treturn CBOR_MISSING;',
		'\t}',
	];
}

function fieldLines(field: Field, indent: string): string[] {
	const target = `value->${snakeCase(field.name)}`;
	const {type} = field;
	switch (type.kind) {
		case 'uint':
		case 'int':
			return scalarLines(type, target, indent);
		case 'bytes':
		case 'text':
			return failing(`cbor_get_${type.kind}(reader, ${type.min}, ${type.max}, &${target})`, indent);
		case 'struct':
			return failing(`get_${type.name}(reader, &${target})`, indent);
		case 'constant':
			return [
				`${indent}{`,
				`${indent}\tstatic const uint8_t encoded[] = {${constantInitializer(type)}};`,
				...failing('cbor_get_constant(reader, encoded, sizeof(encoded))', `${indent}\t`),
				`${indent}}`,
			];
		case 'wrapped':
			return wrappedLines(type, target, indent);
		case 'list':
			return listLines(type, target, indent);
		default:
			throw type satisfies never;
	}
}

function scalarLines(type: FieldType & {kind: 'uint' | 'int'}, target: string, indent: string): string[] {
	const [declaration, call] = type.kind === 'uint'
		? ['uint64_t number = 0;', `cbor_get_uint(reader, UINT64_C(${type.max}), &number)`]
		: ['int64_t number = 0;', `cbor_get_int(reader, ${cNumber(type.min)}, ${cNumber(type.max)}, &number)`];
	return [
		`${indent}{`,
		`${indent}\t${declaration}`,
		...failing(call, `${indent}\t`),
		`${indent}\t${target} = (${cType(type)})number;`,
		`${indent}}`,
	];
}

function cNumber(value: number): string {
	return value < 0 ? `(-INT64_C(${-value}))` : `INT64_C(${value})`;
}

function wrappedLines(type: FieldType & {kind: 'wrapped'}, target: string, indent: string): string[] {
	return [
		`${indent}{`,
		`${indent}\tstruct cbor_view inside = {NULL, 0};`,
		...failing('cbor_get_bytes(reader, 0, SIZE_MAX, &inside)', `${indent}\t`),
		`${indent}\tstruct cbor_reader inner = cbor_read(inside.data, inside.size);`,
		...failing(`get_${type.name}(&inner, &${target})`, `${indent}\t`),
		`${indent}\tif (!cbor_is_done(&inner)) {`,
		`${indent}\t\treturn CBOR_TRAILING;`,
		`${indent}\t}`,
		`${indent}}`,
	];
}

function listLines(type: FieldType & {kind: 'list'}, target: string, indent: string): string[] {
	return [
		...failing(`cbor_get_array(reader, ${type.min ?? 0}, ${type.max}, &${target}.count)`, indent),
		`${indent}${target}.items.cur = reader->cur;`,
		`${indent}for (uint32_t item = 0; item < ${target}.count; item++) {`,
		...itemLines(type.of, `${indent}\t`),
		`${indent}}`,
		`${indent}${target}.items.end = reader->cur;`,
	];
}

function itemLines(type: FieldType, indent: string): string[] {
	switch (type.kind) {
		case 'uint':
			return [`${indent}uint64_t number = 0;`, ...failing(`cbor_get_uint(reader, UINT64_C(${type.max}), &number)`, indent)];
		case 'int':
			return [
				`${indent}int64_t number = 0;`,
				...failing(`cbor_get_int(reader, ${cNumber(type.min)}, ${cNumber(type.max)}, &number)`, indent),
			];
		case 'bytes':
			return [
				`${indent}struct cbor_view view = {NULL, 0};`,
				...failing(`cbor_get_bytes(reader, ${type.min}, ${type.max}, &view)`, indent),
			];
		case 'struct':
			return [`${indent}struct proto_${type.name} inner;`, ...failing(`get_${type.name}(reader, &inner)`, indent)];
		default:
			throw new TypeError(`Cannot generate a list of ${type.kind}: the schema language has none`);
	}
}
