import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {SessionOutput} from '../../../bridge/session/state.ts';
import {refuseConnect, toleratedMs} from '../../../bridge/session/life.ts';
import type {MqttSnPacket, MqttSnPacketOf} from '../../../protocol/mqttsn/packet.ts';
import {counts, Drive, sent} from './session-drive.ts';

const connect: MqttSnPacketOf<'connect'> = {
	type: 'connect', will: false, cleanSession: false, protocolId: 1, duration: 60, clientId: 'node',
};

test('refuseConnect() names the reason, and serves the positive twin', () => {
	const table: Record<string, [Partial<MqttSnPacketOf<'connect'>>, string | undefined]> = {
		'an ordinary device': [{}, undefined],
		'a foreign client id with capitals and dots': [{clientId: 'Sensor.1'}, undefined],
		'protocol id 2': [{protocolId: 2}, 'connect_refused_protocol'],
		'an id of the fleet\'s programs': [{clientId: '_bridge-a'}, 'connect_refused_client_id'],
		'an id with a level separator': [{clientId: 'a/b'}, 'connect_refused_client_id'],
		'an id that is a wildcard': [{clientId: '+'}, 'connect_refused_client_id'],
		'an id with a control character': [{clientId: 'a\nb'}, 'connect_refused_client_id'],
		'a will': [{will: true}, 'unsupported_will'],
	};
	for (const [name, [change, counted]] of Object.entries(table)) {
		const refusal = refuseConnect({...connect, ...change});
		assert.deepEqual(refusal, counted === undefined ? undefined : {returnCode: 3, counted}, name);
	}
});

test('a session is active when the broker accepts', () => {
	const drive = new Drive();
	assert.deepEqual(sent(drive.link({kind: 'up', sessionPresent: false})), [{type: 'connack', returnCode: 0}]);
	assert.equal(drive.session.phase.state, 'active');
});

test('a session ends with congestion when the broker can not be reached, or does not answer', () => {
	const steps: Record<string, (drive: Drive) => readonly SessionOutput[]> = {
		'attempt failed': (drive) => drive.link({kind: 'down', wasUp: false}),
		'no answer in 10 s': (drive) => drive.tickAt(10_000),
	};
	for (const [name, step] of Object.entries(steps)) {
		const drive = new Drive();
		const outputs = step(drive);
		assert.deepEqual(sent(outputs), [{type: 'connack', returnCode: 1}], name);
		assert.deepEqual(outputs.at(-1), {kind: 'end', abrupt: true}, name);
		assert.equal(drive.session.phase.state, 'ended', name);
	}
});

test('a CONNECT repeated before CONNACK is not answered twice', () => {
	const drive = new Drive();
	assert.deepEqual(drive.connect(), []);
	assert.equal(drive.last?.counted, 'connect_accepted');
	assert.equal(drive.last?.deadlineMs, 10_000);
});

test('before CONNACK nothing else is served', () => {
	const drive = new Drive();
	assert.deepEqual(drive.publish(1), []);
	assert.equal(drive.last?.counted, 'state_unexpected');
});

test('toleratedMs() adds 50 % up to one minute and 10 % above', () => {
	const table: [number, number][] = [[10, 15_000], [60, 90_000], [61, 67_100], [100, 110_000], [65_535, 72_088_500]];
	for (const [seconds, milliseconds] of table) {
		assert.equal(toleratedMs(seconds), milliseconds);
	}
});

test('silence beyond the keep alive loses the device, a message puts it off', () => {
	const drive = Drive.active({duration: 10});
	assert.equal(drive.last?.deadlineMs, 15_000);
	drive.nowMs = 14_000;
	drive.packet({type: 'pingreq'});
	assert.deepEqual(drive.tickAt(15_000), []);
	const outputs = drive.tickAt(29_000);
	assert.deepEqual(sent(outputs), [{type: 'disconnect'}]);
	assert.deepEqual(counts(outputs), ['sessions_lost']);
	assert.deepEqual(outputs.at(-1), {kind: 'end', abrupt: true});
});

test('a keep alive of 0 is not supervised', () => {
	assert.equal(Drive.active({duration: 0}).last?.deadlineMs, undefined);
});

test('DISCONNECT ends the session and is answered', () => {
	const drive = Drive.active();
	const outputs = drive.packet({type: 'disconnect'});
	assert.deepEqual(sent(outputs), [{type: 'disconnect'}]);
	assert.deepEqual(outputs.at(-1), {kind: 'end', abrupt: false});
	assert.equal(drive.last?.counted, 'disconnect');
});

test('DISCONNECT with a duration puts the device to sleep, and its own tolerance is supervised', () => {
	const drive = Drive.active();
	drive.nowMs = 1000;
	assert.deepEqual(sent(drive.packet({type: 'disconnect', duration: 100})), [{type: 'disconnect'}]);
	assert.deepEqual(drive.session.phase, {state: 'asleep', seconds: 100});
	assert.equal(drive.last?.deadlineMs, 111_000);
	drive.tickAt(111_000);
	assert.equal(drive.session.phase.state, 'ended');
});

test('a sleep of 0 s is a plain DISCONNECT', () => {
	const drive = Drive.active();
	drive.packet({type: 'disconnect', duration: 0});
	assert.equal(drive.session.phase.state, 'ended');
});

test('a sleeper may change its duration and may come back with CONNECT', () => {
	const drive = Drive.active();
	drive.packet({type: 'disconnect', duration: 100});
	drive.packet({type: 'disconnect', duration: 200});
	assert.deepEqual(drive.session.phase, {state: 'asleep', seconds: 200});
	assert.deepEqual(sent(drive.connect()), [{type: 'connack', returnCode: 0}]);
	assert.equal(drive.session.phase.state, 'active');
});

test('PINGREQ with nothing buffered is answered at once, and sleep goes on', () => {
	const drive = Drive.active();
	drive.packet({type: 'disconnect', duration: 100});
	drive.nowMs = 50_000;
	assert.deepEqual(sent(drive.packet({type: 'pingreq', clientId: 'node'})), [{type: 'pingresp'}]);
	assert.equal(drive.session.phase.state, 'asleep');
	assert.equal(drive.last?.deadlineMs, 160_000);
});

test('PINGREQ with the id of another client is answered with DISCONNECT', () => {
	const drive = Drive.active();
	assert.deepEqual(sent(drive.packet({type: 'pingreq', clientId: 'other'})), [{type: 'disconnect'}]);
	assert.equal(drive.last?.counted, 'state_unexpected');
});

test('CONNECT with a clean session forgets everything and opens a new broker session', () => {
	const drive = Drive.active();
	drive.subscribe(5);
	drive.packet({type: 'register', topicId: 0, msgId: 1, topicName: 'a/b'});
	const outputs = drive.packet({...connect, cleanSession: true});
	assert.deepEqual(outputs, [{kind: 'reopen', clean: true}]);
	assert.equal(drive.session.filters.size + drive.session.topics.byId.size, 0);
	assert.deepEqual(sent(drive.link({kind: 'up', sessionPresent: false})), [{type: 'connack', returnCode: 0}]);
});

test('CONNECT while the broker is away is answered with congestion, and the session stays', () => {
	const drive = Drive.active();
	drive.link({kind: 'down', wasUp: true});
	assert.deepEqual(sent(drive.connect()), [{type: 'connack', returnCode: 1}]);
	assert.equal(drive.session.phase.state, 'active');
	drive.link({kind: 'up', sessionPresent: true});
	assert.deepEqual(sent(drive.connect()), [{type: 'connack', returnCode: 0}]);
});

test('a broker session that was lost is subscribed anew, a kept one is not', () => {
	const drive = Drive.active();
	drive.subscribe(5);
	drive.link({kind: 'down', wasUp: true});
	assert.deepEqual(drive.link({kind: 'up', sessionPresent: true}), []);
	drive.link({kind: 'down', wasUp: true});
	const [output] = drive.link({kind: 'up', sessionPresent: false});
	assert.ok(output?.kind === 'command' && output.command.kind === 'subscribe');
	assert.equal(output.command.filter, 'f/node/i');
	assert.deepEqual(sent(drive.link({kind: 'subscribed', token: output.command.token, granted: 1})), []);
});

test('the bridge ends a session aloud or quietly', () => {
	assert.deepEqual(sent(Drive.active().step({kind: 'end', quiet: false})), [{type: 'disconnect'}]);
	assert.deepEqual(sent(Drive.active().step({kind: 'end', quiet: true})), []);
});

test('what is not supported is refused as the specification says, and counted', () => {
	const table: [MqttSnPacket, string, MqttSnPacket[]][] = [
		[{type: 'willtopicupd', qos: 0, retain: false, willTopic: 'w'}, 'unsupported_will', [{type: 'willtopicresp', returnCode: 3}]],
		[{type: 'willmsgupd', willMsg: Uint8Array.of(1)}, 'unsupported_will', [{type: 'willmsgresp', returnCode: 3}]],
		[{type: 'pubrel', msgId: 1}, 'unsupported_qos2', []],
		[{type: 'searchgw', radius: 0}, 'unsupported_discovery', []],
		[{type: 'encapsulation', ctrl: 0, nodeId: Uint8Array.of(1), message: Uint8Array.of(2, 22)}, 'unsupported_encapsulation', []],
		[{type: 'suback', qos: 0, topicId: 0, msgId: 1, returnCode: 0}, 'direction_unexpected', []],
	];
	for (const [packet, counted, answers] of table) {
		const drive = Drive.active();
		assert.deepEqual(sent(drive.packet(packet)), answers, packet.type);
		assert.equal(drive.last?.counted, counted, packet.type);
	}
});
