import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {IConnectPacket, Packet} from 'mqtt-packet';
import {BrokerModel, type BrokerOutput} from '../../../simulator/broker.ts';
import {isTopicFilter, isTopicName} from '../../../simulator/topics.ts';

const connect = (clientId: string, extra: Partial<IConnectPacket> = {}): Packet => ({cmd: 'connect', clientId, clean: true, ...extra});

function step(model: BrokerModel, connection: number, packet: Packet, nowMs = 0): readonly BrokerOutput[] {
	return model.step({kind: 'packet', connection, packet}, nowMs);
}

/** A model with one client connected as connection 1. */
function connected(extra: Partial<IConnectPacket> = {}): BrokerModel {
	const model = new BrokerModel();
	model.step({kind: 'open', connection: 1}, 0);
	step(model, 1, connect('c', extra));
	return model;
}

test('BrokerModel refuses an empty client id without clean session, and other versions of the protocol', () => {
	for (const [extra, returnCode] of [[{clean: false}, 2], [{protocolVersion: 5}, 1]] as const) {
		const model = new BrokerModel();
		model.step({kind: 'open', connection: 1}, 0);
		const outputs = step(model, 1, connect('', extra));
		assert.deepEqual(outputs, [
			{kind: 'packet', connection: 1, packet: {cmd: 'connack', returnCode, sessionPresent: false}},
			{kind: 'close', connection: 1, reason: `CONNACK ${returnCode}`},
		]);
	}
});

test('BrokerModel closes on keep alive exactly at 1.5 times, counted from the last packet', () => {
	const model = connected({keepalive: 10});
	assert.equal(model.deadlineMs, 15_000);
	step(model, 1, {cmd: 'pingreq'}, 14_999);
	assert.deepEqual(model.step({kind: 'tick'}, 15_000), []);
	assert.equal(model.deadlineMs, 29_999);
	assert.deepEqual(model.step({kind: 'tick'}, 29_999), [{kind: 'close', connection: 1, reason: 'keep alive'}]);
	assert.equal(model.deadlineMs, undefined);
});

test('BrokerModel grants QoS 1 for 2, refuses a malformed filter, and ends the connection on PUBLISH of QoS 2', () => {
	const model = connected();
	const subscriptions = [{topic: 'a', qos: 2}, {topic: 'a/#/b', qos: 1}] as const;
	const [output] = step(model, 1, {cmd: 'subscribe', messageId: 5, subscriptions: [...subscriptions]});
	assert.deepEqual(output, {kind: 'packet', connection: 1, packet: {cmd: 'suback', messageId: 5, granted: [1, 0x80]}});
	const publish: Packet = {cmd: 'publish', topic: 'x', payload: 'x', qos: 2, dup: false, retain: false, messageId: 1};
	assert.equal(step(model, 1, publish)[0]?.kind, 'close');
});

test('BrokerModel ends a connection that publishes to a name with wildcards', () => {
	const publish: Packet = {cmd: 'publish', topic: 'a/+', payload: 'x', qos: 0, dup: false, retain: false};
	assert.deepEqual(step(connected(), 1, publish), [{kind: 'close', connection: 1, reason: 'bad topic name'}]);
});

test('BrokerModel publishes no will when it crashes, and keeps retained messages', () => {
	const model = connected({will: {topic: 'w', payload: 'gone', retain: true}});
	step(model, 1, {cmd: 'publish', topic: 'r', payload: 'x', qos: 0, dup: false, retain: true});
	assert.deepEqual(model.step({kind: 'crash'}, 5), []);
	model.step({kind: 'open', connection: 2}, 6);
	step(model, 2, connect('d'));
	const outputs = step(model, 2, {cmd: 'subscribe', messageId: 1, subscriptions: [{topic: '#', qos: 0}]});
	const topics = outputs.map((output) => (output.kind === 'packet' && output.packet.cmd === 'publish' ? output.packet.topic : ''));
	assert.deepEqual(topics, ['', 'r']);
});

test('isTopicFilter() and isTopicName() accept and refuse as 4.7 says', () => {
	for (const filter of ['#', '+', 'a/#', '+/+/#', '/', 'a//b', '$SYS/#']) assert.ok(isTopicFilter(filter), filter);
	for (const filter of ['', 'a#', '#/a', 'a+/b', 'a/#/b', 'a\0']) assert.ok(!isTopicFilter(filter), filter);
	for (const name of ['a', '/', 'a/b']) assert.ok(isTopicName(name), name);
	for (const name of ['', 'a/+', '#', 'x'.repeat(65_536)]) assert.ok(!isTopicName(name), name.slice(0, 9));
});
