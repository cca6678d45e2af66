import {
	mqttSnFlagMasks, mqttSnLongLengthMark, mqttSnMessages, mqttSnProtocolId, mqttSnQosBits, mqttSnReturnCodes,
	mqttSnTopicIdTypes, predefinedTopics,
} from '../../protocol/schema/mqttsn.ts';
import type {MqttSnFieldSchema, MqttSnMessageSchema} from '../../protocol/schema/mqttsn.ts';
import {banner, type GeneratedFile} from './files.ts';

/** C constants of MQTT-SN: plain macros, because the firmware reads them out of bytes. */
export function generate(): GeneratedFile[] {
	const blocks = [
		head(),
		typeConstants(),
		...mqttSnMessages.map(fieldConstants).filter((block) => block !== ''),
		flagConstants(),
		returnCodeConstants(),
		topicConstants(),
		'#endif\n',
	];
	return [{path: 'agent-firmware/generated/mqttsn_packets.h', content: blocks.join('\n')}];
}

function head(): string {
	return [
		`/* ${banner('mqttsn.ts', 'protocol/schema/mqttsn.ts')} */`,
		'#ifndef MQTTSN_PACKETS_H',
		'#define MQTTSN_PACKETS_H',
		'',
		'/*',
		' * MQTT-SN 1.2. A message is a header, then a body. Header: Length (one octet, or 0x01 and two',
		' * octets, most significant first; counts the whole message), then MsgType. Every _AT is an offset',
		' * in the body, every _MIN and _MAX a number of body bytes; no _MAX means that the last field',
		' * takes the rest. 16-bit fields have the most significant octet first.',
		' */',
		define('HEADER_BYTES', '2u'),
		define('LONG_HEADER_BYTES', '4u'),
		define('LONG_LENGTH_MARK', hex(mqttSnLongLengthMark)),
		define('SHORT_LENGTH_MAX', '255u'),
		define('PROTOCOL_ID', hex(mqttSnProtocolId)),
		define('CLIENT_ID_MAX', '23u'),
		'',
	].join('\n');
}

function typeConstants(): string {
	const lines = mqttSnMessages.map((message) =>
		`${define(message.name.toUpperCase(), hex(message.code))} /* ${message.clause}, ${message.direction} */`);
	return ['/* MsgType (5.2.2) */', ...lines, ''].join('\n');
}

function fieldConstants(message: MqttSnMessageSchema): string {
	const prefix = message.name.toUpperCase();
	const lines: string[] = [];
	let offset = 0;
	let minimum = 0;
	let variable = false;
	for (const field of message.fields) {
		if (field.type === 'message') {
			continue;
		}
		lines.push(define(`${prefix}_${upperSnake(field.name)}_AT`, `${offset}u`));
		const size = fixedSize(field);
		offset += size;
		variable ||= size === 0;
		minimum = field.optional ? minimum : offset + leastBytes(field);
	}
	lines.push(define(`${prefix}_BODY_MIN`, `${message.emptyForm ? 0 : minimum}u`));
	if (!variable) {
		lines.push(define(`${prefix}_BODY_MAX`, `${offset}u`));
	}
	return [`/* ${prefix} (${message.clause}) */`, ...lines, ''].join('\n');
}

function fixedSize(field: MqttSnFieldSchema): number {
	switch (field.type) {
		case 'flags':
		case 'u8':
			return 1;
		case 'u16':
			return 2;
		case 'text':
		case 'bytes':
		case 'topic':
		case 'message':
			return 0;
	}
}

function leastBytes(field: MqttSnFieldSchema): number {
	return field.type === 'topic' ? 1 : field.minCharacters ?? 0;
}

function flagConstants(): string {
	const masks = Object.entries(mqttSnFlagMasks).map(([name, mask]) => define(`FLAG_${upperSnake(name)}`, hex(mask)));
	const qos = Object.entries(mqttSnQosBits).map(([name, bits]) =>
		define(`FLAG_QOS_${name.replace('-', 'MINUS_')}`, hex(bits << 5)));
	const types = Object.entries(mqttSnTopicIdTypes).map(([name, bits]) =>
		define(`TOPIC_${name.toUpperCase()}`, hex(bits)));
	return ['/* Flags (5.3.4); masks, then values in place */', ...masks, ...qos, ...types, ''].join('\n');
}

function returnCodeConstants(): string {
	const lines = Object.entries(mqttSnReturnCodes).map(([name, code]) =>
		define(`RETURN_${upperSnake(name)}`, hex(code)));
	return ['/* ReturnCode (5.3.10) */', ...lines, ''].join('\n');
}

function topicConstants(): string {
	const lines = predefinedTopics.flatMap(({id, name, suffix}) => [
		`#define PROTO_TOPIC_${name.toUpperCase()}_ID ${id}u`,
		`#define PROTO_TOPIC_${name.toUpperCase()}_SUFFIX "${suffix}"`,
	]);
	return [
		'/* Topics f/<device>/<suffix> and their predefined ids */',
		'#define PROTO_TOPIC_PREFIX "f/"',
		`#define PROTO_TOPIC_COUNT ${predefinedTopics.length}u`,
		...lines,
		'',
	].join('\n');
}

function define(name: string, value: string): string {
	return `#define MQSN_${name} ${value}`;
}

function hex(value: number): string {
	return `0x${value.toString(16).padStart(2, '0')}u`;
}

function upperSnake(camel: string): string {
	return camel.replace(/([A-Z])/g, '_$1').toUpperCase();
}
