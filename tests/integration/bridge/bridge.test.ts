import assert from 'node:assert/strict';
import {once} from 'node:events';
import {test} from 'node:test';
import {decodeBridgePresence} from '../../../protocol/presence.ts';
import {publish, startBridge, startBroker, TestDevice, textOf} from './support.ts';

test('a retained head waits for the device that subscribes by predefined id', async (t) => {
	const broker = await startBroker(t);
	await publish(broker, 'f/node/d', 'head', 1, true);
	const {port} = await startBridge(t, broker.port);
	const device = new TestDevice(t, port);
	assert.equal(await device.connect('node'), 0);
	assert.equal((await device.subscribe(1, 1)).returnCode, 0);
	const message = await device.next('publish');
	assert.deepEqual(
		{text: textOf(message), qos: message.qos, retain: message.retain, topicIdType: message.topicIdType, topicId: message.topicId},
		{text: 'head', qos: 1, retain: true, topicIdType: 'predefined', topicId: 1},
	);
	device.acknowledge(message);
});

test('a sleeper gets what was buffered, in order, and PINGRESP last', async (t) => {
	const broker = await startBroker(t);
	const {bridge, port, handled, delivered} = await startBridge(t, broker.port);
	const device = new TestDevice(t, port);
	await device.connect('sleeper');
	await device.subscribe(5, 1);
	device.send({type: 'disconnect', duration: 300});
	await device.next('disconnect');
	for (const text of ['one', 'two', 'three']) {
		await publish(broker, 'f/sleeper/i', text, 1);
	}
	await delivered(3);
	device.send({type: 'pingreq', clientId: 'sleeper'});
	const texts = [];
	for (let count = 0; count < 3; count++) {
		const message = await device.next('publish');
		texts.push(textOf(message));
		device.acknowledge(message);
	}
	await device.next('pingresp');
	await handled(device.sent);
	assert.deepEqual(texts, ['one', 'two', 'three']);
	assert.equal(bridge.counters().events.downlink_delivered_qos1, 3);
});

test('what finds no room in the buffer of a sleeper stays at the broker and comes later, each once', async (t) => {
	const broker = await startBroker(t);
	const {bridge, port, delivered} = await startBridge(t, broker.port, {queueMessages: 2});
	const device = new TestDevice(t, port);
	await device.connect('sleeper');
	await device.subscribe(5, 1);
	device.send({type: 'disconnect', duration: 300});
	await device.next('disconnect');
	const wanted = ['one', 'two', 'three', 'four', 'five'];
	for (const text of wanted) {
		await publish(broker, 'f/sleeper/i', text, 1);
	}
	await delivered(5);
	const texts: string[] = [];
	while (texts.length < wanted.length) {
		device.send({type: 'pingreq', clientId: 'sleeper'});
		for (;;) {
			const packet = await device.nextAny();
			if (packet.type === 'pingresp') {
				break;
			}
			assert.ok(packet.type === 'publish');
			texts.push(textOf(packet));
			device.acknowledge(packet);
		}
	}
	assert.deepEqual(texts, wanted);
	assert.ok(bridge.counters().events.downlink_held_back >= 3);
});

test('while the broker is away devices hear congestion; when it is back their sessions go on', async (t) => {
	const broker = await startBroker(t);
	const {port} = await startBridge(t, broker.port, {retryFirstMs: 20, retryMaxMs: 40});
	const device = new TestDevice(t, port);
	await device.connect('node');
	await device.subscribe(5, 1);
	device.publish(2, 7, 'before');
	assert.equal((await device.next('puback')).returnCode, 0);
	await broker.stop();
	let returnCode = 0;
	for (let msgId = 8; returnCode === 0; msgId++) {
		device.publish(2, msgId, 'away');
		({returnCode} = await device.next('puback'));
	}
	assert.equal(returnCode, 1);
	const stranger = new TestDevice(t, port);
	assert.equal(await stranger.connect('stranger'), 1);

	const back = await startBroker(t, broker.port);
	const subscribed = once(back.aedes, 'subscribe');
	await subscribed;
	const arrived = once(back.messages, 'f/node/r');
	device.publish(2, 100, 'after');
	assert.equal((await device.next('puback')).returnCode, 0);
	assert.equal(String((await arrived)[0]), 'after');
	await publish(back, 'f/node/i', 'hello', 1);
	assert.equal(textOf(await device.next('publish')), 'hello');
	assert.equal(await stranger.connect('stranger'), 0);
});

test('presence is retained while the bridge lives, and says offline after close', async (t) => {
	const broker = await startBroker(t);
	const seen: string[] = [];
	broker.messages.on('f/bridge/test', (payload: Buffer) => {
		const presence = decodeBridgePresence(payload);
		assert.ok(presence.ok);
		seen.push(`${presence.value.state} ${presence.value.periodSeconds}`);
	});
	const online = once(broker.messages, 'f/bridge/test');
	const {bridge} = await startBridge(t, broker.port);
	await online;
	await bridge.close();
	assert.deepEqual(seen, ['online 60', 'offline 60']);
});

test('the will says offline when the bridge is cut off', async (t) => {
	const broker = await startBroker(t);
	const online = once(broker.messages, 'f/bridge/test');
	const connected = once(broker.aedes, 'clientReady');
	await startBridge(t, broker.port, {retryFirstMs: 60_000, retryMaxMs: 60_000});
	const [client] = await connected as [{conn: {destroy(): void}}];
	await online;
	const will = new Promise<Uint8Array>((resolve) => {
		broker.aedes.on('publish', (packet) => {
			if (packet.topic === 'f/bridge/test') {
				resolve(Buffer.from(packet.payload));
			}
		});
	});
	client.conn.destroy();
	const presence = decodeBridgePresence(await will);
	assert.ok(presence.ok);
	assert.equal(presence.value.state, 'offline');
});

test('close() tells active devices, so that they look for the next bridge', async (t) => {
	const broker = await startBroker(t);
	const {bridge, port} = await startBridge(t, broker.port);
	const device = new TestDevice(t, port);
	await device.connect('node');
	const told = device.next('disconnect');
	await bridge.close();
	await told;
	assert.equal(bridge.counters().sessions, 0);
});
