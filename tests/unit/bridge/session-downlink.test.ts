import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {SessionOutput} from '../../../bridge/session/state.ts';
import {encode} from '../../../protocol/mqttsn/codec.ts';
import type {MqttSnPacketOf} from '../../../protocol/mqttsn/packet.ts';
import {shortTopicId} from '../../../protocol/mqttsn/packet.ts';
import {commands, counts, Drive, sent} from './session-drive.ts';

test('a message goes to the device by the id it subscribed with, and the broker hears of it only afterwards', () => {
	const drive = Drive.active();
	drive.subscribe(5);
	const outputs = drive.message({messageId: 7, retain: true});
	assert.deepEqual(publishOf(outputs), {
		type: 'publish', dup: false, qos: 1, retain: true, topicIdType: 'predefined', topicId: 5, msgId: 1,
		data: Uint8Array.of(1),
	});
	assert.deepEqual(commands(outputs), []);
	const acknowledged = drive.acknowledge();
	assert.deepEqual(commands(acknowledged), [{kind: 'acknowledge', messageId: 7}]);
	assert.deepEqual(counts(acknowledged), ['downlink_delivered_qos1']);
	assert.equal(drive.last?.counted, 'ack_accepted');
});

test('a name of two characters keeps the normal id it was subscribed with', () => {
	const drive = Drive.active();
	drive.subscribe('xy');
	const {topicIdType, topicId} = publishOf(drive.message({topic: 'xy', qos: 0}));
	assert.deepEqual({topicIdType, topicId}, {topicIdType: 'normal', topicId: 1});
});

test('a short subscription is served by its two characters', () => {
	const drive = Drive.active();
	const topic = shortTopicId('xy') ?? 0;
	const token = drive.session.nextToken;
	drive.packet({type: 'subscribe', dup: false, qos: 0, topicIdType: 'short', msgId: 1, topic});
	drive.link({kind: 'subscribed', token, granted: 0});
	const {topicIdType, topicId} = publishOf(drive.message({topic: 'xy', qos: 0}));
	assert.deepEqual({topicIdType, topicId}, {topicIdType: 'short', topicId: topic});
});

test('what a broker kept from before is told by predefined id', () => {
	const drive = new Drive();
	drive.link({kind: 'up', sessionPresent: true});
	assert.equal(publishOf(drive.message({topic: 'f/node/d'})).topicIdType, 'predefined');
});

test('a match of a wildcard is registered first, and nothing overtakes it', () => {
	const drive = Drive.active();
	drive.subscribe('a/#');
	const first = drive.message({topic: 'a/b', messageId: 1});
	assert.deepEqual(sent(first), [{type: 'register', topicId: 1, msgId: 1, topicName: 'a/b'}]);
	assert.deepEqual(drive.message({topic: 'a/b', qos: 0, payload: Uint8Array.of(2)}), []);
	assert.deepEqual(publishOf(drive.acknowledge()).data, Uint8Array.of(1));
	assert.deepEqual(publishOf(drive.acknowledge()).data, Uint8Array.of(2));
});

test('one message with QoS 1 is in flight at a time, in the order of the broker', () => {
	const drive = Drive.active();
	drive.subscribe(5);
	drive.message({payload: Uint8Array.of(1), messageId: 1});
	assert.deepEqual(drive.message({payload: Uint8Array.of(2), messageId: 2}), []);
	assert.deepEqual(drive.message({payload: Uint8Array.of(3), messageId: 3}), []);
	assert.deepEqual(publishOf(drive.acknowledge()).data, Uint8Array.of(2));
	assert.deepEqual(publishOf(drive.acknowledge()).data, Uint8Array.of(3));
	assert.deepEqual(sent(drive.acknowledge()), []);
});

test('an unacknowledged message is sent again after 1, 2, 4 and 8 s with DUP, then the device is lost', () => {
	const drive = Drive.active({duration: 0});
	drive.subscribe(5);
	drive.message({});
	for (const seconds of [1, 2, 4, 8]) {
		const waitMs = (drive.last?.deadlineMs ?? 0) - drive.nowMs;
		assert.ok(waitMs >= seconds * 750 && waitMs <= seconds * 1250, `${waitMs} ms`);
		assert.deepEqual(drive.tickAt(drive.nowMs + waitMs - 1), []);
		assert.equal(publishOf(drive.tickAt(drive.nowMs + 1)).dup, true);
		assert.deepEqual(counts(drive.last?.outputs ?? []), ['downlink_retried']);
	}
	const outputs = drive.tickAt(drive.last?.deadlineMs ?? 0);
	assert.deepEqual(counts(outputs), ['sessions_lost']);
	assert.deepEqual(commands(outputs), []);
});

test('acknowledgements that fit nothing in flight change nothing', () => {
	const drive = Drive.active();
	drive.subscribe(5);
	drive.message({});
	const before = drive.session.flight;
	for (const packet of [
		{type: 'puback', topicId: 5, msgId: 2, returnCode: 0},
		{type: 'regack', topicId: 5, msgId: 1, returnCode: 0},
		{type: 'puback', topicId: 9, msgId: 0, returnCode: 2},
	] as const) {
		assert.deepEqual(drive.packet(packet), []);
		assert.equal(drive.last?.counted, 'ack_unexpected');
		assert.equal(drive.session.flight, before);
	}
});

test('an id the device does not know is registered, and the message comes again by name', () => {
	const drive = Drive.active();
	drive.subscribe(5);
	drive.message({messageId: 7});
	const outputs = drive.acknowledge(2);
	assert.equal(drive.last?.counted, 'ack_refused');
	assert.deepEqual(sent(outputs), [{type: 'register', topicId: 1, msgId: 2, topicName: 'f/node/i'}]);
	assert.equal(publishOf(drive.acknowledge()).topicIdType, 'normal');
	const refused = drive.acknowledge(2);
	assert.deepEqual(counts(refused), ['downlink_refused']);
	assert.deepEqual(commands(refused), [{kind: 'acknowledge', messageId: 7}]);
});

test('a refused REGISTER drops the message and unsubscribes the name', () => {
	const drive = Drive.active();
	drive.subscribe('a/b');
	drive.connect();
	drive.message({topic: 'a/b', messageId: 7});
	const outputs = drive.acknowledge(3);
	assert.deepEqual(commands(outputs).map(({kind}) => kind), ['unsubscribe', 'acknowledge']);
	assert.deepEqual(counts(drive.message({topic: 'a/b'})), ['downlink_refused']);
});

test('congestion at the device leaves the message in flight', () => {
	const drive = Drive.active();
	drive.subscribe(5);
	drive.message({});
	assert.deepEqual(drive.acknowledge(1), []);
	assert.equal(publishOf(drive.tickAt(drive.last?.deadlineMs ?? 0)).dup, true);
});

test('what exceeds the MTU is never sent, and the broker may forget it', () => {
	const drive = Drive.active({config: {mtuBytes: 64}});
	drive.subscribe(5);
	assert.equal(publishOf(drive.message({payload: new Uint8Array(57), qos: 0})).data.length, 57);
	const outputs = drive.message({payload: new Uint8Array(58), messageId: 7});
	assert.deepEqual(sent(outputs), []);
	assert.deepEqual(counts(outputs), ['downlink_too_long']);
	assert.deepEqual(commands(outputs), [{kind: 'acknowledge', messageId: 7}]);
});

test('a broker can not make the bridge fail with a payload or a topic that MQTT-SN can not carry', () => {
	const drive = Drive.active({config: {mtuBytes: 0xffff, queueBytes: 0xffff}});
	drive.subscribe('#');
	assert.deepEqual(counts(drive.message({payload: new Uint8Array(65_527), qos: 0})), ['downlink_too_long']);
	assert.deepEqual(counts(drive.message({topic: 'a\0b', qos: 0})), ['downlink_refused']);
});

test('the MTU is exact on both sides of the long Length', () => {
	for (let mtuBytes = 250; mtuBytes <= 262; mtuBytes++) {
		const drive = Drive.active({config: {mtuBytes}});
		drive.subscribe(5);
		for (let size = 230; size <= 262; size++) {
			const [packet] = sent(drive.message({payload: new Uint8Array(size), qos: 0}));
			const bytes = encode({
				type: 'publish', dup: false, qos: 0, retain: false, topicIdType: 'predefined', topicId: 5, msgId: 0,
				data: new Uint8Array(size),
			});
			assert.equal(packet !== undefined, bytes.length <= mtuBytes, `${size} in ${mtuBytes}`);
		}
	}
});

test('a name too long to register drops its message', () => {
	const drive = Drive.active({config: {mtuBytes: 64}});
	drive.subscribe('#');
	assert.equal(sent(drive.message({topic: 'a'.repeat(58), qos: 0})).length, 1);
	drive.acknowledge();
	assert.deepEqual(counts(drive.message({topic: 'b'.repeat(59), qos: 0})), ['downlink_too_long']);
});

test('the fleet\'s topics do not reach a foreign client through its wildcard', () => {
	const drive = Drive.active({clientId: 'Foreign'});
	drive.subscribe('#');
	assert.deepEqual(counts(drive.message({topic: 'f/node/d', qos: 0})), ['downlink_refused']);
	assert.equal(sent(drive.message({topic: 'a', qos: 0})).length, 1);
});

test('a sleeper is sent its buffer one by one, then PINGRESP', () => {
	const drive = asleep();
	drive.message({payload: Uint8Array.of(1), messageId: 1});
	drive.message({payload: Uint8Array.of(2), qos: 0});
	drive.message({payload: Uint8Array.of(3), messageId: 3});
	assert.deepEqual(publishOf(drive.packet({type: 'pingreq', clientId: 'node'})).data, Uint8Array.of(1));
	assert.deepEqual(sent(drive.acknowledge()).map(dataOf), [2, 3]);
	assert.deepEqual(sent(drive.acknowledge()), [{type: 'pingresp'}]);
	assert.equal(drive.session.phase.state, 'asleep');
});

test('a PINGREQ repeated while the buffer is sent starts nothing anew', () => {
	const drive = asleep();
	drive.message({});
	drive.packet({type: 'pingreq', clientId: 'node'});
	assert.deepEqual(drive.packet({type: 'pingreq', clientId: 'node'}), []);
	assert.equal(drive.last?.counted, 'pingreq_awake');
});

test('a sleeper that stops answering sleeps on with its message, which comes again with DUP', () => {
	const drive = asleep();
	drive.message({messageId: 7});
	drive.packet({type: 'pingreq', clientId: 'node'});
	for (let tries = 0; tries < 5; tries++) {
		drive.tickAt(drive.last?.deadlineMs ?? 0);
	}
	assert.equal(drive.session.phase.state, 'asleep');
	assert.equal(publishOf(drive.packet({type: 'pingreq', clientId: 'node'})).dup, true);
	assert.deepEqual(commands(drive.acknowledge()), [{kind: 'acknowledge', messageId: 7}]);
});

test('falling asleep takes what is in flight back into the queue', () => {
	const drive = Drive.active();
	drive.subscribe(5);
	drive.message({});
	drive.packet({type: 'disconnect', duration: 60});
	assert.equal(drive.session.flight, undefined);
	assert.equal(drive.session.queue.length, 1);
	assert.equal(drive.last?.deadlineMs, 90_000);
});

test('the buffer is bounded in messages and in bytes: QoS 0 is dropped, QoS 1 is left at the broker', () => {
	const configs = {messages: {queueMessages: 2}, bytes: {queueBytes: 21}};
	for (const config of Object.values(configs)) {
		const drive = asleep({config});
		drive.message({payload: new Uint8Array(10), messageId: 1});
		drive.message({payload: new Uint8Array(10), messageId: 2});
		assert.deepEqual(counts(drive.message({payload: new Uint8Array(10), qos: 0})), ['downlink_dropped_qos0']);
		const outputs = drive.message({payload: new Uint8Array(10), messageId: 3});
		assert.deepEqual(counts(outputs), ['downlink_held_back']);
		assert.deepEqual(commands(outputs), []);
		assert.equal(drive.session.queue.length, 2);
	}
});

test('what was held back is fetched by a new broker connection, after PINGRESP', () => {
	const drive = asleep({config: {queueMessages: 1}});
	drive.message({messageId: 1});
	drive.message({messageId: 2});
	drive.packet({type: 'pingreq', clientId: 'node'});
	const outputs = drive.acknowledge();
	assert.deepEqual(outputs.slice(-2), [
		{kind: 'send', packet: {type: 'pingresp'}},
		{kind: 'reopen', clean: false},
	]);
	assert.equal(drive.session.heldBack, false);
});

test('no message of QoS 1 passes one that was held back', () => {
	const drive = asleep({config: {queueMessages: 2, queueBytes: 10, mtuBytes: 64}});
	drive.message({payload: new Uint8Array(11), messageId: 1});
	assert.deepEqual(counts(drive.message({payload: new Uint8Array(1), messageId: 2})), ['downlink_held_back']);
});

test('a clean broker session repeats nothing: beyond the bound its messages are dropped', () => {
	const drive = asleep({clean: true, config: {queueMessages: 1}});
	drive.message({messageId: 1});
	const outputs = drive.message({messageId: 2});
	assert.deepEqual(counts(outputs), ['downlink_dropped_clean']);
	assert.deepEqual(commands(outputs), [{kind: 'acknowledge', messageId: 2}]);
});

test('a flood can not keep a sleeper awake', () => {
	const drive = asleep({config: {queueMessages: 2}});
	drive.message({messageId: 1});
	drive.packet({type: 'pingreq', clientId: 'node'});
	drive.message({messageId: 2});
	drive.message({messageId: 3});
	assert.equal(dataOf(sent(drive.acknowledge())[0]), 1);
	assert.deepEqual(sent(drive.acknowledge()), [{type: 'pingresp'}]);
	assert.equal(drive.session.queue.length, 1);
});

test('a kept broker session repeats what waits; what is in flight is recognised and acknowledged once', () => {
	const drive = Drive.active();
	drive.subscribe(5);
	drive.message({payload: Uint8Array.of(1), messageId: 1});
	drive.message({payload: Uint8Array.of(2), messageId: 2});
	drive.link({kind: 'down', wasUp: true});
	assert.equal(drive.session.queue.length, 0);
	drive.link({kind: 'up', sessionPresent: true});
	assert.deepEqual(drive.message({payload: Uint8Array.of(1), messageId: 1, dup: true}), []);
	drive.message({payload: Uint8Array.of(2), messageId: 2, dup: true});
	const outputs = drive.acknowledge();
	assert.deepEqual(commands(outputs), [{kind: 'acknowledge', messageId: 1}]);
	assert.equal(dataOf(sent(outputs)[0]), 2);
});

test('an acknowledgement after the loss of the broker is not passed on to the next connection', () => {
	const drive = Drive.active();
	drive.subscribe(5);
	drive.message({messageId: 1});
	drive.link({kind: 'down', wasUp: true});
	drive.link({kind: 'up', sessionPresent: false});
	assert.deepEqual(commands(drive.acknowledge()), []);
});

test('a device that resumes is told names anew before messages', () => {
	const drive = Drive.active();
	drive.subscribe('a/b');
	drive.connect();
	assert.deepEqual(sent(drive.message({topic: 'a/b'})), [{type: 'register', topicId: 1, msgId: 1, topicName: 'a/b'}]);
});

test('a device that resumes gets what was in flight again', () => {
	const drive = Drive.active();
	drive.subscribe(5);
	drive.message({});
	const [connack, again] = sent(drive.connect());
	assert.deepEqual(connack, {type: 'connack', returnCode: 0});
	assert.ok(again?.type === 'publish' && again.dup);
});

function asleep(options: ConstructorParameters<typeof Drive>[0] = {}): Drive {
	const drive = Drive.active(options);
	drive.subscribe(5);
	drive.packet({type: 'disconnect', duration: 600});
	return drive;
}

function publishOf(outputs: readonly SessionOutput[]): MqttSnPacketOf<'publish'> {
	const packets = sent(outputs);
	assert.equal(packets.length, 1, JSON.stringify(outputs));
	const [packet] = packets;
	assert.ok(packet?.type === 'publish', JSON.stringify(packet));
	return packet;
}

function dataOf(packet: ReturnType<typeof sent>[number] | undefined): number | undefined {
	assert.ok(packet?.type === 'publish', JSON.stringify(packet));
	return packet.data[0];
}
