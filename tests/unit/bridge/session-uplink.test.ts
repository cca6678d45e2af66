import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {MqttSnPacket, MqttSnPacketOf} from '../../../protocol/mqttsn/packet.ts';
import {shortTopicId} from '../../../protocol/mqttsn/packet.ts';
import {commands, Drive, sent} from './session-drive.ts';

const subscribe: MqttSnPacketOf<'subscribe'> = {
	type: 'subscribe', dup: false, qos: 1, topicIdType: 'normal', msgId: 9, topic: 'a/b',
};

test('REGISTER gives one id per name, and the same again', () => {
	const drive = Drive.active();
	const register = (topicName: string): MqttSnPacket[] =>
		sent(drive.packet({type: 'register', topicId: 0, msgId: 5, topicName}));
	assert.deepEqual(register('a'), [{type: 'regack', topicId: 1, msgId: 5, returnCode: 0}]);
	assert.deepEqual(register('b'), [{type: 'regack', topicId: 2, msgId: 5, returnCode: 0}]);
	assert.deepEqual(register('a'), [{type: 'regack', topicId: 1, msgId: 5, returnCode: 0}]);
});

test('REGISTER is refused for names that can not be published on, and beyond the bound', () => {
	const table: [string, string, number][] = [
		['node', 'a/+', 3], ['node', '#', 3], ['node', '$SYS/x', 3], ['node', 'f/bridge/x', 3], ['Foreign', 'f/node/i', 3],
		['node', 'f/other/i', 0], ['node', 'one too many', 1],
	];
	for (const [clientId, topicName, returnCode] of table) {
		const drive = Drive.active({clientId, config: {maxTopicsPerDevice: 1}});
		if (returnCode === 1) {
			drive.packet({type: 'register', topicId: 0, msgId: 1, topicName: 'first'});
		}
		const [answer] = sent(drive.packet({type: 'register', topicId: 0, msgId: 2, topicName}));
		assert.ok(answer?.type === 'regack');
		assert.equal(answer.returnCode, returnCode, `${clientId} ${topicName}`);
	}
});

test('PUBLISH finds its topic by registered, predefined and short id', () => {
	const drive = Drive.active();
	drive.packet({type: 'register', topicId: 0, msgId: 1, topicName: 'a/b'});
	const table = [['normal', 1, 'a/b'], ['predefined', 2, 'f/node/r'], ['short', shortTopicId('xy') ?? 0, 'xy']] as const;
	for (const [topicIdType, topicId, topic] of table) {
		const [command] = commands(drive.packet({
			type: 'publish', dup: false, qos: 0, retain: true, topicIdType, topicId, msgId: 0, data: Uint8Array.of(1),
		}));
		assert.ok(command?.kind === 'publish');
		assert.deepEqual([command.topic, command.qos, command.retain], [topic, 0, true]);
	}
});

test('PUBLISH on what the device may not use is answered with its reason, at any QoS', () => {
	const table: [string, Partial<MqttSnPacketOf<'publish'>>, number][] = [
		['node', {topicIdType: 'normal', topicId: 77}, 2],
		['node', {topicIdType: 'predefined', topicId: 77}, 2],
		['Foreign', {topicIdType: 'predefined', topicId: 1}, 2],
		['bridge', {topicIdType: 'predefined', topicId: 1}, 2],
		['node', {topicIdType: 'short', topicId: 0x6100}, 2],
		['node', {topicIdType: 'short', topicId: shortTopicId('a+') ?? 0}, 3],
		['node', {topicIdType: 'normal', topicId: 77, qos: 0, msgId: 0}, 2],
		['node', {qos: 2}, 3],
	];
	for (const [clientId, change, returnCode] of table) {
		const drive = Drive.active({clientId});
		const packet: MqttSnPacketOf<'publish'> = {
			type: 'publish', dup: false, qos: 1, retain: false, topicIdType: 'predefined', topicId: 2, msgId: 4,
			data: Uint8Array.of(1), ...change,
		};
		const {topicId, msgId} = packet;
		assert.deepEqual(sent(drive.packet(packet)), [{type: 'puback', topicId, msgId, returnCode}]);
	}
});

test('PUBACK goes to the device only after the broker\'s', () => {
	const drive = Drive.active();
	const outputs = drive.publish(4);
	assert.deepEqual(sent(outputs), []);
	const [command] = commands(outputs);
	assert.ok(command?.kind === 'publish' && command.qos === 1);
	assert.deepEqual(sent(drive.link({kind: 'published', token: command.token})), [
		{type: 'puback', topicId: 2, msgId: 4, returnCode: 0},
	]);
});

test('a repeated QoS 1 PUBLISH is not forwarded while it is under way, nor when only its PUBACK was lost', () => {
	const drive = Drive.active();
	const [command] = commands(drive.publish(4));
	assert.ok(command?.kind === 'publish');
	assert.deepEqual(drive.publish(4, {dup: true}), []);
	assert.equal(drive.last?.counted, 'publish_duplicate');
	drive.link({kind: 'published', token: command.token});
	assert.deepEqual(drive.publish(4, {dup: true}), [
		{kind: 'send', packet: {type: 'puback', topicId: 2, msgId: 4, returnCode: 0}},
	]);
	assert.equal(drive.last?.counted, 'publish_duplicate');
});

test('the same message id with other bytes, or without DUP, is a new message', () => {
	const drive = Drive.active();
	const [command] = commands(drive.publish(4));
	assert.ok(command?.kind === 'publish');
	assert.equal(commands(drive.publish(4, {data: Uint8Array.of(8)})).length, 1);
	drive.link({kind: 'published', token: command.token});
	assert.equal(commands(drive.publish(4)).length, 1);
});

test('beyond the bound, and while the broker is away, QoS 1 is congested and QoS 0 is dropped', () => {
	const full = Drive.active({config: {maxUplinksPerDevice: 1}});
	full.publish(1);
	const away = Drive.active();
	away.link({kind: 'down', wasUp: true});
	for (const drive of [full, away]) {
		assert.deepEqual(sent(drive.publish(2)), [{type: 'puback', topicId: 2, msgId: 2, returnCode: 1}]);
		assert.deepEqual(drive.publish(0), []);
		assert.equal(drive.last?.counted, 'congested');
	}
});

test('what was under way when the broker was lost is answered with congestion', () => {
	const drive = Drive.active();
	drive.publish(4);
	drive.packet(subscribe);
	assert.deepEqual(sent(drive.link({kind: 'down', wasUp: true})), [
		{type: 'puback', topicId: 2, msgId: 4, returnCode: 1},
		{type: 'suback', qos: 0, topicId: 1, msgId: 9, returnCode: 1},
	]);
});

test('SUBACK carries an id for a name, 0 for a wildcard, and the id itself for predefined and short', () => {
	const short = shortTopicId('xy') ?? 0;
	const table: [Partial<MqttSnPacketOf<'subscribe'>>, string, number][] = [
		[{}, 'a/b', 1],
		[{topic: 'a/#'}, 'a/#', 0],
		[{topicIdType: 'predefined', topic: 5}, 'f/node/i', 5],
		[{topicIdType: 'short', topic: short}, 'xy', short],
	];
	for (const [change, filter, topicId] of table) {
		const drive = Drive.active();
		const [command] = commands(drive.packet({...subscribe, ...change}));
		assert.ok(command?.kind === 'subscribe');
		assert.deepEqual([command.filter, command.qos], [filter, 1]);
		assert.deepEqual(sent(drive.link({kind: 'subscribed', token: command.token, granted: 1})), [
			{type: 'suback', qos: 1, topicId, msgId: 9, returnCode: 0},
		]);
	}
});

test('SUBSCRIBE is refused with its reason', () => {
	const table: [string, Partial<MqttSnPacketOf<'subscribe'>>, number][] = [
		['node', {topicIdType: 'predefined', topic: 77}, 2],
		['Foreign', {topicIdType: 'predefined', topic: 1}, 2],
		['Foreign', {topic: 'f/node/i'}, 3],
		['node', {topic: 'a#'}, 3],
		['node', {topic: '#/a'}, 3],
	];
	for (const [clientId, change, returnCode] of table) {
		const [answer] = sent(Drive.active({clientId}).packet({...subscribe, ...change}));
		assert.ok(answer?.type === 'suback');
		assert.equal(answer.returnCode, returnCode);
	}
});

test('SUBSCRIBE that the broker refuses is not supported, and QoS 2 becomes QoS 1', () => {
	const drive = Drive.active();
	const [command] = commands(drive.packet({...subscribe, qos: 2}));
	assert.ok(command?.kind === 'subscribe' && command.qos === 1);
	const [answer] = sent(drive.link({kind: 'subscribed', token: command.token, granted: undefined}));
	assert.ok(answer?.type === 'suback' && answer.returnCode === 3);
	assert.equal(drive.session.filters.size, 0);
});

test('SUBSCRIBE repeated while it is under way is asked once', () => {
	const drive = Drive.active();
	drive.packet(subscribe);
	assert.deepEqual(drive.packet({...subscribe, dup: true}), []);
	assert.equal(drive.last?.counted, 'duplicate_request');
});

test('UNSUBSCRIBE is answered after the broker, or at once for what can not be subscribed', () => {
	const drive = Drive.active();
	drive.subscribe(5);
	const unsubscribe = {type: 'unsubscribe', topicIdType: 'predefined', msgId: 3, topic: 5} as const;
	const [command] = commands(drive.packet(unsubscribe));
	assert.ok(command?.kind === 'unsubscribe');
	assert.deepEqual(sent(drive.link({kind: 'unsubscribed', token: command.token})), [{type: 'unsuback', msgId: 3}]);
	assert.equal(drive.session.filters.size, 0);
	assert.deepEqual(sent(drive.packet({...unsubscribe, topic: 77})), [{type: 'unsuback', msgId: 3}]);
	drive.link({kind: 'down', wasUp: true});
	assert.deepEqual(drive.packet(unsubscribe), []);
});
