import type {MqttSnFieldSchema, MqttSnMessageSchema} from '../schema/mqttsn.ts';
import type {MqttSnDecodeError} from './error.ts';
import {readFlags} from './flags.ts';
import {checkText} from './text.ts';

const decoder = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

export type Values = Record<string, unknown>;

/** Reads the octets of one field into `values`. */
export function readField(
	schema: MqttSnMessageSchema,
	field: MqttSnFieldSchema,
	bytes: Uint8Array,
	values: Values,
): MqttSnDecodeError | undefined {
	switch (field.type) {
		case 'flags':
			return readFlags(schema, bytes[0] ?? 0, values);
		case 'u8':
			values[field.name] = bytes[0];
			return undefined;
		case 'u16':
			values[field.name] = readU16(bytes);
			return undefined;
		case 'text':
			return readText(field, bytes, values);
		case 'topic':
			return readTopic(field, bytes, values);
		case 'bytes':
		case 'message':
			values[field.name] = new Uint8Array(bytes);
			return undefined;
	}
}

function readText(field: MqttSnFieldSchema, bytes: Uint8Array, values: Values): MqttSnDecodeError | undefined {
	let text: string;
	try {
		text = decoder.decode(bytes);
	} catch {
		return 'text-invalid';
	}
	values[field.name] = text;
	return checkText(field, text);
}

function readTopic(field: MqttSnFieldSchema, bytes: Uint8Array, values: Values): MqttSnDecodeError | undefined {
	if (values['topicIdType'] === 'normal') {
		return readText({...field, minCharacters: 1}, bytes, values);
	}
	values[field.name] = readU16(bytes);
	return bytes.length < 2 ? 'body-short' : bytes.length > 2 ? 'body-long' : undefined;
}

function readU16(bytes: Uint8Array): number {
	return ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
}
