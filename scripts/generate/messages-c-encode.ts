import type {Field, StructSchema} from '../../protocol/schema/types.ts';
import {snakeCase} from './files.ts';
import {constantInitializer} from './messages-c-types.ts';

/** `put_x`, which writes one item, and `proto_encode_x`, which says whether it had room. */
export function encoderLines(schema: StructSchema): string[] {
	const name = schema.name;
	const isUnused = schema.fields.every(({type}) => type.kind === 'constant');
	return [
		'',
		`static void put_${name}(struct cbor_writer *writer, const struct proto_${name} *value)`,
		'{',
		...(isUnused ? ['\t(void)value;'] : []),
		...(schema.tag === undefined ? [] : [`\tcbor_put_tag(writer, ${schema.tag});`]),
		...(schema.layout === 'map' ? mapLines(schema) : [`\tcbor_put_array(writer, ${schema.fields.length});`]),
		...schema.fields.flatMap(fieldLines),
		'}',
		'',
		`enum cbor_err proto_encode_${name}(struct cbor_writer *writer, const struct proto_${name} *value)`,
		'{',
		`\tput_${name}(writer, value);`,
		'\treturn cbor_written(writer);',
		'}',
	];
}

function mapLines(schema: StructSchema): string[] {
	const optional = schema.fields.filter((field) => field.optional === true);
	const required = schema.fields.length - optional.length;
	const terms = [`UINT32_C(${required})`, ...optional.map((field) => `(value->has_${snakeCase(field.name)} ? 1U : 0U)`)];
	return [`\tcbor_put_map(writer, ${terms.join(' + ')});`];
}

function fieldLines(field: Field): string[] {
	const key = field.key === undefined ? [] : [`cbor_put_int(writer, ${field.key});`];
	const lines = [...key, ...valueLines(field)];
	if (field.optional !== true) {
		return lines.map((line) => `\t${line}`);
	}
	return [`\tif (value->has_${snakeCase(field.name)}) {`, ...lines.map((line) => `\t\t${line}`), '\t}'];
}

function valueLines({name, type}: Field): string[] {
	const source = `value->${snakeCase(name)}`;
	switch (type.kind) {
		case 'uint':
		case 'int':
		case 'bytes':
		case 'text':
			return [`cbor_put_${type.kind}(writer, ${source});`];
		case 'struct':
			return [`put_${type.name}(writer, &${source});`];
		case 'list':
			return [`cbor_put_list(writer, &${source});`];
		case 'constant':
			return [
				'{',
				`\tstatic const uint8_t encoded[] = {${constantInitializer(type)}};`,
				'\tcbor_put_raw(writer, encoded, sizeof(encoded));',
				'}',
			];
		case 'wrapped':
			return [
				'{',
				'\tstruct cbor_writer probe = cbor_measure();',
				`\tput_${type.name}(&probe, &${source});`,
				'\tcbor_put_bytes_head(writer, probe.size);',
				`\tput_${type.name}(writer, &${source});`,
				'}',
			];
		default:
			throw type satisfies never;
	}
}
