import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Packet} from 'mqtt-packet';
import {newLink} from '../../../bridge/link/state.ts';
import type {Link, LinkInput, LinkOptions, LinkOutput} from '../../../bridge/link/state.ts';
import {stepLink} from '../../../bridge/link/step.ts';

const options: LinkOptions = {
	clientId: 'node', clean: false, keepAliveSeconds: 100, retryFirstMs: 1000, retryMaxMs: 8000, timeoutMs: 10_000,
};
const accepted: Packet = {cmd: 'connack', returnCode: 0, sessionPresent: true};

class Drive {
	link: Link = newLink(options, 1);
	nowMs = 0;
	deadlineMs: number | undefined;

	static up(): Drive {
		const drive = new Drive();
		drive.step({kind: 'start'});
		drive.step({kind: 'opened'});
		drive.packet(accepted);
		return drive;
	}

	step(input: LinkInput): readonly LinkOutput[] {
		const {state, outputs, deadlineMs} = stepLink(this.link, input, this.nowMs);
		this.link = state;
		this.deadlineMs = deadlineMs;
		return outputs;
	}

	packet(packet: Packet): readonly LinkOutput[] {
		return this.step({kind: 'packet', packet});
	}

	tick(): readonly LinkOutput[] {
		this.nowMs = this.deadlineMs ?? this.nowMs;
		return this.step({kind: 'tick'});
	}
}

test('a link opens, sends CONNECT, and is up with CONNACK', () => {
	const drive = new Drive();
	assert.deepEqual(drive.step({kind: 'start'}), [{kind: 'open'}]);
	assert.deepEqual(drive.step({kind: 'opened'}), [{
		kind: 'send',
		packet: {cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: 'node', clean: false, keepalive: 100},
	}]);
	assert.deepEqual(drive.packet(accepted), [{kind: 'event', event: {kind: 'up', sessionPresent: true}}]);
});

test('a failed attempt is repeated after 1, 2, 4, 8, 8 s with jitter, and success starts anew', () => {
	const drive = new Drive();
	drive.step({kind: 'start'});
	for (const seconds of [1, 2, 4, 8, 8]) {
		assert.deepEqual(drive.step({kind: 'closed'}), [
			{kind: 'close'}, {kind: 'event', event: {kind: 'down', wasUp: false}},
		]);
		const waitMs = (drive.deadlineMs ?? 0) - drive.nowMs;
		assert.ok(waitMs >= seconds * 750 && waitMs <= seconds * 1250, `${waitMs} ms`);
		assert.deepEqual(drive.tick(), [{kind: 'open'}]);
	}
	drive.step({kind: 'opened'});
	drive.packet(accepted);
	drive.step({kind: 'closed'});
	assert.ok((drive.deadlineMs ?? 0) - drive.nowMs <= 1250);
});

test('every way to fail closes the channel and tells', () => {
	const table: Record<string, (drive: Drive) => readonly LinkOutput[]> = {
		'the channel never opens': (drive) => drive.tick(),
		'CONNACK refuses': (drive) => {
			drive.step({kind: 'opened'});
			return drive.packet({cmd: 'connack', returnCode: 5, sessionPresent: false});
		},
		'no CONNACK comes': (drive) => {
			drive.step({kind: 'opened'});
			return drive.tick();
		},
		'something else than CONNACK comes': (drive) => {
			drive.step({kind: 'opened'});
			return drive.packet({cmd: 'pingresp'});
		},
	};
	for (const [name, fail] of Object.entries(table)) {
		const drive = new Drive();
		drive.step({kind: 'start'});
		assert.deepEqual(fail(drive), [{kind: 'close'}, {kind: 'event', event: {kind: 'down', wasUp: false}}], name);
		assert.equal(drive.link.phase.state, 'waiting', name);
	}
});

test('an idle link pings at three quarters of its keep alive and is lost without an answer', () => {
	const drive = Drive.up();
	assert.equal(drive.deadlineMs, 75_000);
	assert.deepEqual(drive.tick(), [{kind: 'send', packet: {cmd: 'pingreq'}}]);
	drive.packet({cmd: 'pingresp'});
	assert.equal(drive.deadlineMs, 150_000);
	drive.tick();
	assert.equal(drive.deadlineMs, 160_000);
	assert.deepEqual(drive.tick(), [{kind: 'close'}, {kind: 'event', event: {kind: 'down', wasUp: true}}]);
});

test('what is sent puts the ping off', () => {
	const drive = Drive.up();
	drive.nowMs = 50_000;
	drive.step({kind: 'publish', topic: 'a', payload: Uint8Array.of(1), qos: 0, retain: false, token: 1});
	assert.equal(drive.deadlineMs, 125_000);
});

test('answers find their request by message id and type', () => {
	const drive = Drive.up();
	drive.step({kind: 'publish', topic: 'a', payload: Uint8Array.of(1), qos: 1, retain: false, token: 11});
	drive.step({kind: 'subscribe', filter: 'a', qos: 1, token: 12});
	drive.step({kind: 'unsubscribe', filter: 'a', token: 13});
	assert.deepEqual(drive.packet({cmd: 'puback', messageId: 2}), []);
	assert.deepEqual(drive.packet({cmd: 'puback', messageId: 1}), [eventOf({kind: 'published', token: 11})]);
	assert.deepEqual(drive.packet({cmd: 'puback', messageId: 1}), []);
	assert.deepEqual(drive.packet({cmd: 'suback', messageId: 2, granted: [128]}), [
		eventOf({kind: 'subscribed', token: 12, granted: undefined}),
	]);
	assert.deepEqual(drive.packet({cmd: 'unsuback', messageId: 3, granted: []}), [
		eventOf({kind: 'unsubscribed', token: 13}),
	]);
});

test('message ids wrap, and pass over those that still wait', () => {
	const drive = Drive.up();
	drive.link = {...drive.link, nextMessageId: 0xffff, pending: new Map([[1, {kind: 'publish', token: 1}]])};
	drive.step({kind: 'subscribe', filter: 'a', qos: 0, token: 2});
	drive.step({kind: 'subscribe', filter: 'b', qos: 0, token: 3});
	assert.deepEqual([...drive.link.pending.keys()], [1, 0xffff, 2]);
});

test('a message carries what is needed to acknowledge it, and PUBACK goes out only on command', () => {
	const drive = Drive.up();
	const packet: Packet = {
		cmd: 'publish', topic: 'a', payload: Buffer.from('x'), qos: 1, retain: true, dup: false, messageId: 7,
	};
	const [output] = drive.packet(packet);
	assert.ok(output?.kind === 'event' && output.event.kind === 'message');
	assert.equal(output.event.messageId, 7);
	assert.deepEqual(drive.step({kind: 'acknowledge', messageId: 7}), [
		{kind: 'send', packet: {cmd: 'puback', messageId: 7}},
	]);
});

test('commands of a link that is not up are dropped', () => {
	const drive = new Drive();
	drive.step({kind: 'start'});
	assert.deepEqual(drive.step({kind: 'acknowledge', messageId: 7}), []);
});

test('reopen changes the connection without telling of a loss', () => {
	const drive = Drive.up();
	assert.deepEqual(drive.step({kind: 'reopen', clean: true}), [{kind: 'close'}, {kind: 'open'}]);
	const [output] = drive.step({kind: 'opened'});
	assert.ok(output?.kind === 'send' && output.packet.cmd === 'connect' && output.packet.clean === true);
});

test('stop says DISCONNECT and waits for the broker, at most 1 s', () => {
	const table: Record<string, (drive: Drive) => readonly LinkOutput[]> = {
		'the broker closes': (drive) => drive.step({kind: 'closed'}),
		'the broker does not': (drive) => drive.tick(),
	};
	for (const [name, end] of Object.entries(table)) {
		const drive = Drive.up();
		assert.deepEqual(drive.step({kind: 'stop', abrupt: false}), [{kind: 'send', packet: {cmd: 'disconnect'}}]);
		assert.equal(drive.deadlineMs, 1000, name);
		assert.deepEqual(end(drive).at(-1), eventOf({kind: 'stopped'}), name);
		assert.equal(drive.deadlineMs, undefined, name);
	}
});

test('an abrupt stop leaves DISCONNECT out, so that the will is sent', () => {
	assert.deepEqual(Drive.up().step({kind: 'stop', abrupt: true}), [{kind: 'close'}, eventOf({kind: 'stopped'})]);
});

function eventOf(event: (LinkOutput & {kind: 'event'})['event']): LinkOutput {
	return {kind: 'event', event};
}
