import type {MqttSnFieldSchema, MqttSnMessageSchema} from '../schema/mqttsn.ts';
import {writeFlags} from './flags.ts';
import {checkText} from './text.ts';

const encoder = new TextEncoder();

type Values = Readonly<Record<string, unknown>>;

/** The octets of one field. Throws RangeError for a value that can't stand there. */
export function writeField(schema: MqttSnMessageSchema, field: MqttSnFieldSchema, values: Values): Uint8Array {
	const value = values[field.name];
	switch (field.type) {
		case 'flags':
			return Uint8Array.of(writeFlags(schema, values));
		case 'u8':
			return Uint8Array.of(checkNumber(field, value, 0xff));
		case 'u16':
			return value === undefined && field.optional ? new Uint8Array(0) : writeU16(field, value);
		case 'text':
			return value === undefined && field.optional ? new Uint8Array(0) : writeText(field, value);
		case 'topic':
			return values['topicIdType'] === 'normal'
				? writeText({...field, minCharacters: 1}, value)
				: writeU16(field, value);
		case 'bytes':
		case 'message':
			return (value as Uint8Array | undefined) ?? new Uint8Array(0);
	}
}

function writeText(field: MqttSnFieldSchema, value: unknown): Uint8Array {
	const error = typeof value === 'string' ? checkText(field, value) : 'text-invalid';
	if (error !== undefined) {
		throw new RangeError(`Cannot encode ${field.name}: ${error}`);
	}
	return encoder.encode(value as string);
}

function writeU16(field: MqttSnFieldSchema, value: unknown): Uint8Array {
	const number = checkNumber(field, value, 0xffff);
	return Uint8Array.of(number >> 8, number & 0xff);
}

function checkNumber(field: MqttSnFieldSchema, value: unknown, max: number): number {
	if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > max) {
		throw new RangeError(`Cannot encode ${field.name}: ${String(value)} is no integer from 0 to ${max}`);
	}
	return value as number;
}
