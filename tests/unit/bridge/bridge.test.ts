import assert from 'node:assert/strict';
import {test} from 'node:test';
import {createBridge} from '../../../bridge/mod.ts';
import type {Bridge, BridgeConfig} from '../../../bridge/mod.ts';
import {decode, encode} from '../../../protocol/mqttsn/codec.ts';
import type {MqttSnPacket} from '../../../protocol/mqttsn/packet.ts';
import {bridgePresenceFilter, decodeBridgePresence} from '../../../protocol/presence.ts';
import type {DatagramPort} from '../../../runtime/datagram.ts';
import {silentLog} from '../../../runtime/log.ts';
import {SimulatedBroker} from '../../../simulator/broker-channel.ts';
import {Scheduler} from '../../../simulator/scheduler.ts';

/** A bridge in virtual time between the broker model and devices played by hand. */
class World {
	readonly scheduler = new Scheduler({seed: 1, nextMacrotask: setImmediate});
	readonly broker = new SimulatedBroker({clock: this.scheduler.clock, latencyMs: 1});
	readonly bridge: Bridge;
	/** Everything the bridge sent: virtual time, address, packet. */
	readonly trace: {readonly atMs: number; readonly address: string; readonly packet: MqttSnPacket}[] = [];
	isPortClosed = false;
	#deliver: (address: string, bytes: Uint8Array) => void = () => {};

	constructor(config: Partial<BridgeConfig> = {}) {
		const datagrams: DatagramPort = {
			send: (address, bytes) => {
				const packet = decode(bytes);
				assert.ok(packet.ok);
				this.trace.push({atMs: this.scheduler.elapsedMs, address, packet: packet.value});
			},
			onDatagram: (handler) => {
				this.#deliver = handler;
			},
			close: () => {
				this.isPortClosed = true;
				return Promise.resolve();
			},
		};
		this.bridge = createBridge({
			name: 'test', datagrams, openChannel: this.broker.openChannel('bridge'), clock: this.scheduler.clock,
			random: this.scheduler.random('bridge'), log: silentLog, config,
		});
	}

	async run(withinMs: number): Promise<void> {
		await this.scheduler.run({withinMs});
	}

	/** What the bridge answers within 100 ms. */
	async send(address: string, packet: MqttSnPacket): Promise<MqttSnPacket[]> {
		const before = this.trace.length;
		this.deliver(address, packet);
		await this.run(100);
		return this.trace.slice(before).filter((entry) => entry.address === address).map((entry) => entry.packet);
	}

	deliver(address: string, packet: MqttSnPacket): void {
		this.#deliver(address, encode(packet));
	}

	connect(address: string, clientId: string, duration = 60): Promise<MqttSnPacket[]> {
		return this.send(address, connectOf(clientId, duration));
	}
}

function connectOf(clientId: string, duration = 60): MqttSnPacket {
	return {type: 'connect', will: false, cleanSession: false, protocolId: 1, duration, clientId};
}

const accepted: MqttSnPacket[] = [{type: 'connack', returnCode: 0}];

test('a device that connects from a new address keeps its session; the old address is unknown then', async () => {
	const world = new World();
	assert.deepEqual(await world.connect('old', 'node'), accepted);
	assert.deepEqual(await world.connect('new', 'node'), accepted);
	assert.equal(world.bridge.counters().sessions, 1);
	assert.deepEqual(await world.send('new', {type: 'pingreq'}), [{type: 'pingresp'}]);
	assert.deepEqual(await world.send('old', {type: 'pingreq'}), [{type: 'disconnect'}]);
});

test('a client that takes over an address ends the session there, without a word to its own', async () => {
	const world = new World();
	await world.connect('here', 'first');
	assert.deepEqual(await world.connect('here', 'second'), accepted);
	assert.equal(world.bridge.counters().sessions, 1);
});

test('a refused CONNECT leaves the session of that address alone', async () => {
	const world = new World();
	await world.connect('here', 'node');
	assert.deepEqual(await world.connect('here', '_controller'), [{type: 'connack', returnCode: 3}]);
	assert.deepEqual(await world.send('here', {type: 'pingreq'}), [{type: 'pingresp'}]);
});

test('unknown senders hear DISCONNECT as often as the rate allows, and gateways never', async () => {
	const world = new World({unknownSenderRepliesPerSecond: 2});
	const answers: number[] = [];
	for (let count = 0; count < 4; count++) {
		answers.push((await world.send('stranger', {type: 'pingreq'})).length);
	}
	assert.deepEqual(answers, [1, 1, 0, 0]);
	await world.run(2000);
	const silent: MqttSnPacket[] = [
		{type: 'disconnect'}, {type: 'pingresp'}, {type: 'connack', returnCode: 0}, {type: 'advertise', gwId: 1, duration: 1},
	];
	for (const packet of silent) {
		assert.deepEqual(await world.send('gateway', packet), [], packet.type);
	}
	const {datagrams} = world.bridge.counters();
	assert.equal(datagrams.unknown_sender_answered, 2);
	assert.equal(datagrams.unknown_sender_silent, 5);
	assert.equal(datagrams.unsupported_discovery, 1);
});

test('beyond the greatest number of sessions CONNECT is congested, and an ended one makes room', async () => {
	const world = new World({maxSessions: 1});
	await world.connect('a', 'first');
	assert.deepEqual(await world.connect('b', 'second'), [{type: 'connack', returnCode: 1}]);
	await world.send('a', {type: 'disconnect'});
	assert.deepEqual(await world.connect('b', 'second'), accepted);
});

test('a device that connects again after its DISCONNECT is served while its old connection still closes', async () => {
	const world = new World();
	await world.connect('a', 'node');
	await world.send('a', {type: 'disconnect'});
	assert.deepEqual(await world.connect('a', 'node'), accepted);
	await world.run(5000);
	assert.deepEqual(await world.send('a', {type: 'pingreq'}), [{type: 'pingresp'}]);
});

test('devices that connect at once wait for their turn at the broker, and all are accepted', async () => {
	const world = new World({maxOpening: 2});
	await world.run(100);
	for (let count = 0; count < 6; count++) {
		world.deliver(String(count), connectOf(`node-${count}`));
	}
	await world.run(100);
	assert.deepEqual(world.trace.map(({atMs}) => atMs), [103, 103, 106, 106, 109, 109]);
	assert.equal(world.bridge.counters().events.sessions_opened, 6);
});

test('a device that went to another bridge is let go, not fetched back', async () => {
	const world = new World();
	await world.run(100);
	await world.connect('a', 'node');
	let isOpen = true;
	const other = world.broker.openChannel('other')({
		onOpen: () => other.send({cmd: 'connect', clientId: 'node', clean: false, keepalive: 0, protocolVersion: 4}),
		onPacket: () => {},
		onClose: () => {
			isOpen = false;
		},
	});
	await world.run(10_000);
	assert.equal(isOpen, true);
	assert.equal(world.bridge.counters().events.sessions_taken, 1);
	assert.deepEqual(await world.send('a', {type: 'pingreq'}), [{type: 'disconnect'}]);
});

test('after a short outage of the broker sessions go on', async () => {
	const world = new World();
	await world.run(100);
	await world.connect('a', 'node');
	world.broker.stop('state kept');
	await world.run(100);
	world.broker.start();
	await world.run(5000);
	const {events, sessions} = world.bridge.counters();
	assert.deepEqual({taken: events.sessions_taken, lost: events.broker_lost, sessions}, {taken: 0, lost: 2, sessions: 1});
	assert.deepEqual(await world.send('a', {type: 'pingreq'}), [{type: 'pingresp'}]);
});

test('presence is renewed each period, and says offline at the end', async () => {
	const world = new World();
	const seen: string[] = [];
	watchPresence(world, seen);
	await world.run(150_000);
	const closed = world.bridge.close();
	await world.run(1000);
	await closed;
	assert.deepEqual(seen, ['online 00:00:00', 'online 00:01:00', 'online 00:02:00', 'offline 00:02:30']);
	assert.equal(world.isPortClosed, true);
});

test('close() ends even while the broker is away', async () => {
	const world = new World();
	await world.connect('a', 'node');
	world.broker.stop('state kept');
	await world.run(500);
	const closed = world.bridge.close();
	await world.run(1000);
	await closed;
	assert.equal(world.bridge.counters().sessions, 0);
});

test('a device falls silent and is lost; the clock alone drives it', async () => {
	const world = new World();
	await world.connect('a', 'node', 10);
	await world.run(20_000);
	assert.deepEqual(world.trace.map(({atMs, packet}) => [atMs, packet.type]), [[3, 'connack'], [15_000, 'disconnect']]);
	assert.equal(world.bridge.counters().sessions, 0);
});

test('the same inputs give the same datagrams at the same times', async () => {
	const run = async (): Promise<World['trace']> => {
		const world = new World();
		await world.connect('a', 'node');
		await world.connect('b', 'other');
		await world.send('a', {type: 'subscribe', dup: false, qos: 1, topicIdType: 'predefined', msgId: 1, topic: 5});
		await world.send('b', {type: 'register', topicId: 0, msgId: 1, topicName: 'f/node/i'});
		await world.send('b', {
			type: 'publish', dup: false, qos: 1, retain: false, topicIdType: 'normal', topicId: 1, msgId: 2, data: Uint8Array.of(1),
		});
		await world.run(60_000);
		return world.trace;
	};
	const first = await run();
	assert.deepEqual(await run(), first);
	assert.equal(first.filter(({packet}) => packet.type === 'publish').length, 5);
});

function watchPresence(world: World, seen: string[]): void {
	const channel = world.broker.openChannel('watcher')({
		onOpen: () => channel.send({cmd: 'connect', clientId: 'watcher', clean: true, keepalive: 0, protocolVersion: 4}),
		onPacket: (packet) => {
			if (packet.cmd === 'connack') {
				channel.send({cmd: 'subscribe', messageId: 1, subscriptions: [{topic: bridgePresenceFilter, qos: 0}]});
			} else if (packet.cmd === 'publish') {
				const presence = decodeBridgePresence(Buffer.from(packet.payload));
				assert.ok(presence.ok);
				seen.push(`${presence.value.state} ${presence.value.time.slice(11, 19)}`);
			}
		},
		onClose: () => {},
	});
}
