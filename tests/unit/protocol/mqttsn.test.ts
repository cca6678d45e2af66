import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {decode, encode} from '../../../protocol/mqttsn/codec.ts';
import {shortTopicId, shortTopicName} from '../../../protocol/mqttsn/packet.ts';
import type {MqttSnPacket} from '../../../protocol/mqttsn/packet.ts';
import {mqttSnMessages} from '../../../protocol/schema/mqttsn.ts';
import type {MqttSnFieldSchema, MqttSnMessageSchema} from '../../../protocol/schema/mqttsn.ts';
import invalid from '../../vectors/mqttsn/invalid.json' with {type: 'json'};
import valid from '../../vectors/mqttsn/valid.json' with {type: 'json'};

test('the table holds the 28 messages of MQTT-SN 1.2, each code once', () => {
	assert.equal(new Set(mqttSnMessages.map((message) => message.code)).size, 28);
	assert.equal(new Set(mqttSnMessages.map((message) => message.name)).size, 28);
});

test('every message has a valid vector', () => {
	const seen = new Set(valid.map((vector) => vector.value.type));
	assert.deepEqual(mqttSnMessages.map((message) => message.name).filter((name) => !seen.has(name)), []);
});

for (const vector of valid) {
	test(`decode() reads ${vector.name} (${vector.from})`, () => {
		assert.deepEqual(decode(bytesOf(vector.hex)), {ok: true, value: withBytes(vector.value)});
	});
	if (!('oneWay' in vector)) {
		test(`encode() writes ${vector.name} (${vector.from})`, () => {
			assert.equal(hexOf(encode(withBytes(vector.value) as unknown as MqttSnPacket)), vector.hex);
		});
	}
}

for (const vector of invalid) {
	test(`decode() refuses ${vector.name} (${vector.from})`, () => {
		assert.deepEqual(decode(bytesOf(vector.hex)), {ok: false, error: vector.error});
	});
}

test('encode() and decode() are inverse for every message of the table', () => {
	for (const schema of mqttSnMessages) {
		fc.assert(fc.property(packets(schema), (packet) => {
			assert.deepEqual(decode(encode(packet)), {ok: true, value: packet});
		}), {numRuns: 50, seed: 1});
	}
});

test('decode() never throws, and what it reads can be written and read again', () => {
	fc.assert(fc.property(fc.uint8Array({maxLength: 80}), fc.boolean(), (bytes, repair) => {
		if (repair && bytes.length > 1) {
			bytes[0] = bytes.length;
		}
		const first = decode(bytes);
		if (first.ok) {
			assert.deepEqual(decode(encode(first.value)), first);
		}
	}), {numRuns: 3000, seed: 1});
});

test('encode() takes the long Length exactly from 256 octets on', () => {
	for (let size = 240; size <= 260; size++) {
		const bytes = encode({type: 'willmsg', willMsg: new Uint8Array(size)});
		assert.equal(bytes.length, size + 2 <= 255 ? size + 2 : size + 4);
		assert.equal(bytes[0], size + 2 <= 255 ? size + 2 : 1);
		const back = decode(bytes);
		assert.ok(back.ok && back.value.type === 'willmsg' && back.value.willMsg.length === size);
	}
});

test('encode() refuses what Length can not say', () => {
	assert.throws(() => encode({type: 'willmsg', willMsg: new Uint8Array(65_532)}), RangeError);
	const inner = Uint8Array.of(2, 0x17);
	assert.throws(() => encode({type: 'encapsulation', ctrl: 0, nodeId: new Uint8Array(253), message: inner}), RangeError);
});

test('encode() refuses numbers and texts that do not fit their field', () => {
	assert.throws(() => encode({type: 'unsuback', msgId: 65_536}), RangeError);
	assert.throws(() => encode({type: 'connack', returnCode: -1}), RangeError);
	assert.throws(() => encode({type: 'pingreq', clientId: 'a'.repeat(24)}), RangeError);
	assert.throws(() => encode({type: 'register', topicId: 1, msgId: 1, topicName: ''}), RangeError);
});

test('decode() copies bytes, so that the datagram may be used again', () => {
	const bytes = bytesOf('0509627965');
	const packet = decode(bytes);
	bytes.fill(0);
	assert.ok(packet.ok && packet.value.type === 'willmsg');
	assert.equal(hexOf(packet.value.willMsg), '627965');
});

test('shortTopicName() and shortTopicId() are inverse', () => {
	assert.equal(shortTopicName(0x6162), 'ab');
	assert.equal(shortTopicId('ab'), 0x6162);
	assert.equal(shortTopicName(0x6100), undefined);
	assert.equal(shortTopicId('abc'), undefined);
	assert.equal(shortTopicId('é'), undefined);
});

function packets(schema: MqttSnMessageSchema): fc.Arbitrary<MqttSnPacket> {
	const shape: Record<string, fc.Arbitrary<unknown>> = {type: fc.constant(schema.name)};
	for (const flag of schema.flags) {
		shape[flag] = flag === 'qos' ? fc.constantFrom(...(schema.name === 'publish' ? [-1, 0, 1, 2] : [0, 1, 2]))
			: flag === 'topicIdType' ? fc.constantFrom('normal', 'predefined', 'short')
				: fc.boolean();
	}
	const optional = schema.fields.filter((field) => 'optional' in field);
	for (const field of schema.fields.filter(({type}) => type !== 'flags')) {
		shape[field.name] = fieldValues(field);
	}
	const requiredKeys = Object.keys(shape).filter((key) => !optional.some(({name}) => name === key));
	return fc.record(shape, {requiredKeys, noNullPrototype: true})
		.map((packet) => consistent(packet) as unknown as MqttSnPacket);
}

function fieldValues(field: MqttSnFieldSchema): fc.Arbitrary<unknown> {
	switch (field.type) {
		case 'u8':
			return fc.nat(0xff);
		case 'u16':
			return fc.integer({min: 1, max: 0xffff});
		case 'bytes':
			return fc.uint8Array({minLength: 1, maxLength: 200});
		case 'message':
			return fc.uint8Array({minLength: 2, maxLength: 300});
		default:
			return fc.string({unit: 'grapheme-composite', minLength: 1, maxLength: 8})
				.map((text) => Array.from(text.replaceAll('\0', '0')).slice(0, 23).join(''));
	}
}

/** Fields that hang together: no message id without acknowledgement, an id where no name is. */
function consistent(packet: Record<string, unknown>): Record<string, unknown> {
	const unacknowledged = packet['type'] === 'publish' && (packet['qos'] === 0 || packet['qos'] === -1);
	return {
		...packet,
		...(unacknowledged ? {msgId: 0} : {}),
		...('topic' in packet && packet['topicIdType'] !== 'normal' ? {topic: String(packet['topic']).length} : {}),
	};
}

function withBytes(value: object): Record<string, unknown> {
	return Object.fromEntries(Object.entries(value).map(([key, member]: [string, unknown]) =>
		[key, typeof member === 'object' && member !== null && 'hex' in member ? bytesOf(String(member.hex)) : member]));
}

function bytesOf(hex: string): Uint8Array {
	return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function hexOf(bytes: Uint8Array): string {
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
