import {failure, success} from '../result.ts';
import type {Result} from '../result.ts';
import {mqttSnMessages} from '../schema/mqttsn.ts';
import type {MqttSnFieldSchema, MqttSnMessageSchema} from '../schema/mqttsn.ts';
import type {MqttSnDecodeError} from './error.ts';
import type {MqttSnPacket} from './packet.ts';
import {readField} from './read-field.ts';
import type {Values} from './read-field.ts';
import {writeField} from './write-field.ts';

/** Sizes of the two header forms (5.2.1). */
const shortHeader = 2;
const longHeader = 4;
const encapsulationCode = 0xfe;

const byCode = new Map<number, MqttSnMessageSchema>(mqttSnMessages.map((message) => [message.code, message]));
const byName = new Map<string, MqttSnMessageSchema>(mqttSnMessages.map((message) => [message.name, message]));

/** Reads one datagram. Byte fields of the result are copies. Never throws. */
export function decode(bytes: Uint8Array): Result<MqttSnPacket, MqttSnDecodeError> {
	const header = readHeader(bytes);
	if (!header.ok) {
		return header;
	}
	const {start, end} = header.value;
	const schema = byCode.get(bytes[start - 1] ?? 0xff);
	if (schema === undefined) {
		return failure('type-reserved');
	}
	if (end !== bytes.length && schema.code !== encapsulationCode) {
		return failure('length-mismatch');
	}
	const values: Values = {type: schema.name};
	const error = readBody(schema, bytes, header.value, values) ?? checkIds(schema, values);
	return error === undefined ? success(values as unknown as MqttSnPacket) : failure(error);
}

/** Writes one datagram, with the short Length where it fits. Throws RangeError for what can't stand on the wire. */
export function encode(packet: MqttSnPacket): Uint8Array {
	const parts = writeBody(packet);
	const inner = packet.type === 'encapsulation' ? packet.message : undefined;
	const body = parts.reduce((sum, part) => sum + part.length, 0);
	const start = body + shortHeader <= 0xff ? shortHeader : longHeader;
	const end = start + body;
	if (end > (inner === undefined ? 0xffff : 0xff)) {
		throw new RangeError(`Cannot encode ${packet.type}: ${end} octets exceed its Length`);
	}
	const bytes = new Uint8Array(end + (inner?.length ?? 0));
	bytes.set(start === shortHeader ? [end] : [1, end >> 8, end & 0xff]);
	bytes[start - 1] = byName.get(packet.type)?.code ?? 0;
	let at = start;
	for (const part of inner === undefined ? parts : [...parts, inner]) {
		bytes.set(part, at);
		at += part.length;
	}
	return bytes;
}

function writeBody(packet: MqttSnPacket): Uint8Array[] {
	const schema = byName.get(packet.type);
	if (schema === undefined) {
		throw new RangeError(`Cannot encode ${String(packet.type)}: no such message`);
	}
	const values: Readonly<Values> = {...packet};
	if (schema.emptyForm === true && values['willTopic'] === '') {
		return [];
	}
	return schema.fields.filter((field) => field.type !== 'message').map((field) => writeField(schema, field, values));
}

interface Span {
	/** Of the body. */
	readonly start: number;
	readonly end: number;
}

function readHeader(bytes: Uint8Array): Result<Span, MqttSnDecodeError> {
	const isLong = bytes[0] === 1;
	const start = isLong ? longHeader : shortHeader;
	if (bytes.length < start) {
		return failure('header-short');
	}
	const end = isLong ? ((bytes[1] ?? 0) << 8) | (bytes[2] ?? 0) : bytes[0] ?? 0;
	if (end < start || end > bytes.length) {
		return failure('length-mismatch');
	}
	return success({start, end});
}

function readBody(
	schema: MqttSnMessageSchema,
	bytes: Uint8Array,
	span: Span,
	values: Values,
): MqttSnDecodeError | undefined {
	if (schema.emptyForm && span.start === span.end) {
		Object.assign(values, {qos: 0, retain: false, willTopic: ''});
		return undefined;
	}
	let at = span.start;
	for (const field of schema.fields) {
		if (field.optional && at === span.end) {
			continue;
		}
		const size = wireSize(field) ?? span.end - at;
		if (size > span.end - at) {
			return 'body-short';
		}
		const error = field.type === 'message'
			? readInner(bytes, span.end, values)
			: readField(schema, field, bytes.subarray(at, at + size), values);
		if (error !== undefined) {
			return error;
		}
		at += size;
	}
	return at === span.end ? undefined : 'body-long';
}

function wireSize(field: MqttSnFieldSchema): number | undefined {
	switch (field.type) {
		case 'flags':
		case 'u8':
			return 1;
		case 'u16':
			return 2;
		case 'text':
		case 'bytes':
		case 'topic':
			return undefined;
		case 'message':
			return 0;
	}
}

function readInner(bytes: Uint8Array, end: number, values: Values): MqttSnDecodeError | undefined {
	if (end === bytes.length) {
		return 'body-short';
	}
	values['message'] = new Uint8Array(bytes.subarray(end));
	return undefined;
}

/** MsgId is 0 for QoS 0 and −1 (5.4.12): what a peer sends there all the same has no meaning and is read as 0. */
function checkIds(schema: MqttSnMessageSchema, values: Values): MqttSnDecodeError | undefined {
	if (schema.name !== 'publish') {
		return undefined;
	}
	if (values['qos'] === 0 || values['qos'] === -1) {
		values['msgId'] = 0;
		return undefined;
	}
	return values['msgId'] === 0 ? 'message-id-zero' : undefined;
}
