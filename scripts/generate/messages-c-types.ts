import {encodeConstant} from '../../protocol/cbor/reader.ts';
import {messages} from '../../protocol/schema/messages.ts';
import type {Field, FieldType} from '../../protocol/schema/types.ts';

/** Structs that stand in a list somewhere: they get a `_next` function. */
export function isListed(name: string): boolean {
	const fields = messages.flatMap((schema): readonly Field[] => schema.fields);
	return fields.some(({type}) => type.kind === 'list' && type.of.kind === 'struct' && type.of.name === name);
}

export function cType(type: FieldType): string {
	switch (type.kind) {
		case 'uint':
			return type.max > 0xffff_ffff ? 'uint64_t' : 'uint32_t';
		case 'int':
			return 'int32_t';
		case 'bytes':
		case 'text':
			return 'struct cbor_view';
		case 'struct':
		case 'wrapped':
			return `struct proto_${type.name}`;
		case 'list':
			return 'struct cbor_list';
		case 'constant':
			throw new TypeError('Cannot declare a constant: it takes no room');
		default:
			throw type satisfies never;
	}
}

export function constantInitializer(type: FieldType & {kind: 'constant'}): string {
	return [...encodeConstant(type.value)].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(', ');
}
