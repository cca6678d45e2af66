import * as schemaModule from '../../protocol/schema/messages.ts';
import {messages} from '../../protocol/schema/messages.ts';
import type {Field, StructSchema} from '../../protocol/schema/types.ts';
import {banner, snakeCase, upperSnakeCase, type GeneratedFile} from './files.ts';
import {decoderLines, nextLines} from './messages-c-decode.ts';
import {encoderLines} from './messages-c-encode.ts';
import {cType, isListed} from './messages-c-types.ts';
import {maxSize, schemaOf} from './message-sizes.ts';

/** Structs and codec of every message in C: byte strings are views, lists stay encoded until they are walked. */
export function generate(): GeneratedFile[] {
	const ordered = inOrderOfUse();
	return [
		{path: 'agent-firmware/generated/proto.h', content: header(ordered)},
		{path: 'agent-firmware/generated/proto.c', content: source(ordered)},
	];
}

/** Used structs first, as C wants them. */
function inOrderOfUse(): StructSchema[] {
	const ordered = new Set<StructSchema>();
	const visit = (schema: StructSchema): void => {
		for (const {type} of schema.fields) {
			const inner = type.kind === 'list' ? type.of : type;
			if (inner.kind === 'struct' || inner.kind === 'wrapped') {
				visit(schemaOf(inner.name));
			}
		}
		ordered.add(schema);
	};
	messages.forEach(visit);
	return [...ordered];
}

function header(schemas: readonly StructSchema[]): string {
	return [
		`/* ${banner('messages-c.ts', 'protocol/schema/messages.ts')} */`,
		'#ifndef GENERATED_PROTO_H',
		'#define GENERATED_PROTO_H',
		'',
		'#include "core/cbor/cbor.h"',
		'',
		...constantLines(),
		...schemas.flatMap(structLines),
		'',
		'#endif',
		'',
	].join('\n');
}

function constantLines(): string[] {
	const lines: string[] = [];
	for (const [name, value] of Object.entries(schemaModule)) {
		if (typeof value === 'number') {
			lines.push(`#define PROTO_${upperSnakeCase(name)} ${value}`);
		}
	}
	const bytesOf = (hex: string): string => (hex.match(/../g) ?? []).map((byte) => `0x${byte}`).join(', ');
	lines.push(`#define PROTO_VENDOR_ID {${bytesOf(schemaModule.vendorId)}}`);
	lines.push(`#define PROTO_CLASS_ID {${bytesOf(schemaModule.classId)}}`);
	return lines;
}

function structLines(schema: StructSchema): string[] {
	const name = `proto_${schema.name}`;
	const fields = schema.fields.filter(({type}) => type.kind !== 'constant');
	const next = `enum cbor_err proto_next_${schema.name}(struct cbor_list *list, struct ${name} *value);`;
	return [
		'',
		`/** ${schema.summary}. */`,
		`#define ${name.toUpperCase()}_ENCODED_MAX ${Math.min(maxSize(schema), schema.maxBytes ?? Infinity)}`,
		`struct ${name} {`,
		...(fields.length === 0 ? ['\tuint8_t unused; /**< constants take no room */'] : fields.flatMap(memberLines)),
		'};',
		'',
		`enum cbor_err proto_encode_${schema.name}(struct cbor_writer *writer, const struct ${name} *value);`,
		`enum cbor_err proto_decode_${schema.name}(const uint8_t *data, size_t size, struct ${name} *value);`,
		...(isListed(schema.name) ? [next] : []),
	];
}

function memberLines(field: Field): string[] {
	const name = snakeCase(field.name);
	const items = field.type.kind === 'list' && field.type.of.kind === 'struct' ? `; items: struct proto_${field.type.of.name}` : '';
	return [
		...(field.optional === true ? [`\tbool has_${name}; /**< whether it is there */`] : []),
		`\t${cType(field.type)} ${name}; /**< ${field.summary}${items} */`,
	];
}

function source(schemas: readonly StructSchema[]): string {
	return [
		`/* ${banner('messages-c.ts', 'protocol/schema/messages.ts')} */`,
		'#include "generated/proto.h"',
		...schemas.flatMap((schema) => [...decoderLines(schema), ...nextLines(schema), ...encoderLines(schema)]),
		'',
	].join('\n');
}
