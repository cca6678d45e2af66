import assert from 'node:assert/strict';
import {createSocket} from 'node:dgram';
import type {Socket} from 'node:dgram';
import {once} from 'node:events';
import {test} from 'node:test';
import {below, seededRandom} from '../../../runtime/random.ts';
import {publish, startBridge, startBroker, sum, TestDevice, textOf} from './support.ts';

const strangers = 4;
/** Fewer than a receive buffer of the system's least size holds, so that none is lost on the way. */
const batch = 100;
const roundTrips = 100;
const randomDatagrams = 10_000;

test('a witness completes 100 QoS 1 round trips, each once, among all short and 10,000 random datagrams', async (t) => {
	const broker = await startBroker(t);
	const {bridge, port, handled} = await startBridge(t, broker.port);
	const seen: string[] = [];
	broker.messages.on('f/witness/r', (payload: Buffer) => {
		seen.push(String(payload));
		void publish(broker, 'f/witness/i', `echo ${String(payload)}`, 1);
	});
	const witness = new TestDevice(t, port);
	await witness.connect('witness');
	await witness.subscribe(5, 1);

	const total = {sent: 0};
	const sockets = Array.from({length: strangers}, () => createSocket('udp4'));
	const echoes: string[] = [];
	let trip = 0;
	for (const datagrams of batches(allDatagrams(seededRandom(1)))) {
		await Promise.all(datagrams.map((bytes, index) => sendTo(sockets[index % strangers], port, bytes)));
		total.sent += datagrams.length;
		if (trip < roundTrips) {
			echoes.push(await roundTrip(witness, ++trip));
		}
		await handled(total.sent + witness.sent);
	}

	const wanted = Array.from({length: roundTrips}, (_, index) => `message ${index + 1}`);
	assert.deepEqual(seen, wanted);
	assert.deepEqual(echoes, wanted.map((text) => `echo ${text}`));
	const {datagrams, events} = bridge.counters();
	assert.equal(total.sent, 1 + 256 + 65_536 + randomDatagrams);
	assert.equal(sum(datagrams), total.sent + witness.sent);
	assert.equal(datagrams.publish_qos1_accepted, roundTrips);
	assert.equal(events.downlink_delivered_qos1, roundTrips);
	await Promise.all(sockets.map(close));
});

/** One message up and its echo down, both acknowledged, in whatever order the two answers come. */
async function roundTrip(witness: TestDevice, trip: number): Promise<string> {
	witness.publish(2, trip, `message ${trip}`);
	let acknowledged = false;
	let echo: string | undefined;
	while (!acknowledged || echo === undefined) {
		const packet = await witness.nextAny();
		if (packet.type === 'puback') {
			assert.deepEqual(packet, {type: 'puback', topicId: 2, msgId: trip, returnCode: 0});
			assert.equal(acknowledged, false);
			acknowledged = true;
		} else {
			assert.ok(packet.type === 'publish' && echo === undefined, JSON.stringify(packet));
			echo = textOf(packet);
			witness.acknowledge(packet);
		}
	}
	return echo;
}

function* allDatagrams(random: ReturnType<typeof seededRandom>): Generator<Uint8Array> {
	yield new Uint8Array(0);
	for (let first = 0; first < 256; first++) {
		yield Uint8Array.of(first);
		for (let second = 0; second < 256; second++) {
			yield Uint8Array.of(first, second);
		}
	}
	for (let count = 0; count < randomDatagrams; count++) {
		const bytes = random.bytes(3 + below(random, 1498));
		yield count % 2 === 0 ? bytes : withTrueLength(bytes);
	}
}

/** Every second one passes the first check, and so reaches what lies behind. */
function withTrueLength(bytes: Uint8Array): Uint8Array {
	if (bytes.length < 4 || bytes.length <= 255) {
		bytes[0] = bytes.length;
	} else {
		bytes.set([1, bytes.length >> 8, bytes.length & 0xff]);
	}
	return bytes;
}

function* batches(datagrams: Iterable<Uint8Array>): Generator<Uint8Array[]> {
	let next: Uint8Array[] = [];
	for (const bytes of datagrams) {
		next.push(bytes);
		if (next.length === batch) {
			yield next;
			next = [];
		}
	}
	yield next;
}

function sendTo(socket: Socket | undefined, port: number, bytes: Uint8Array): Promise<void> {
	return new Promise((resolve, reject) => {
		socket?.send(bytes, port, '127.0.0.1', (error) => {
			if (error) {
				reject(error);
			} else {
				resolve();
			}
		});
	});
}

async function close(socket: Socket): Promise<void> {
	const closed = once(socket, 'close');
	socket.close();
	await closed;
}
