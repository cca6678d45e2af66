import assert from 'node:assert/strict';
import {createSocket} from 'node:dgram';
import type {Socket} from 'node:dgram';
import {EventEmitter, once} from 'node:events';
import {createServer} from 'node:net';
import type {AddressInfo, Server, Socket as TcpSocket} from 'node:net';
import type {TestContext} from 'node:test';
import {Aedes} from 'aedes';
import {createBridge, createTcpChannelOpener, openUdpPort} from '../../../bridge/mod.ts';
import type {Bridge, BridgeConfig} from '../../../bridge/mod.ts';
import {decode, encode} from '../../../protocol/mqttsn/codec.ts';
import type {MqttSnPacket, MqttSnPacketOf, MqttSnPacketType} from '../../../protocol/mqttsn/packet.ts';
import type {DatagramPort} from '../../../runtime/datagram.ts';
import type {OpenChannel} from '../../../runtime/mqtt.ts';
import {silentLog} from '../../../runtime/log.ts';
import {systemClock, systemRandom} from '../../../runtime/system.ts';

const endings = new WeakMap<TestContext, (() => Promise<void>)[]>();

/** Runs at the end of the test, the last one first, whether it passed or not. */
function atEnd(context: TestContext, ending: () => Promise<void>): void {
	const list = endings.get(context) ?? [];
	if (!endings.has(context)) {
		endings.set(context, list);
		context.after(async () => {
			for (const next of list.toReversed()) {
				await next();
			}
		});
	}
	list.push(ending);
}

export interface TestBroker {
	readonly aedes: Aedes;
	readonly port: number;
	/** Each message of a client, as `topic` events with the payload. */
	readonly messages: EventEmitter;
	stop(): Promise<void>;
}

/** Stops with everything; start it with the port it had to let it come back. */
export async function startBroker(context: TestContext, port = 0): Promise<TestBroker> {
	const aedes = new Aedes();
	await aedes.listen();
	const messages = new EventEmitter();
	aedes.on('publish', (packet, client) => {
		if (client !== null) {
			messages.emit(packet.topic, Buffer.from(packet.payload));
		}
	});
	const sockets = new Set<TcpSocket>();
	const server: Server = createServer((socket) => {
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
		aedes.handle(socket);
	});
	server.listen(port, '127.0.0.1');
	await once(server, 'listening');
	let isRunning = true;
	const stop = async (): Promise<void> => {
		if (!isRunning) {
			return;
		}
		isRunning = false;
		const closed = once(server, 'close');
		server.close();
		for (const socket of sockets) {
			socket.destroy();
		}
		await closed;
		await new Promise<void>((resolve) => {
			aedes.close(() => resolve());
		});
	};
	atEnd(context, stop);
	return {aedes, port: (server.address() as AddressInfo).port, messages, stop};
}

export function publish(broker: TestBroker, topic: string, payload: string, qos: 0 | 1, retain = false): Promise<void> {
	return new Promise((resolve, reject) => {
		broker.aedes.publish({cmd: 'publish', topic, payload: Buffer.from(payload), qos, retain, dup: false}, (error) => {
			if (error) {
				reject(error);
			} else {
				resolve();
			}
		});
	});
}

export interface TestBridge {
	readonly bridge: Bridge;
	readonly port: number;
	/** Resolves when the bridge has handled so many datagrams in all. */
	readonly handled: (count: number) => Promise<void>;
	/** Resolves when the broker has sent the bridge so many messages in all. */
	readonly delivered: (count: number) => Promise<void>;
}

export async function startBridge(
	context: TestContext,
	brokerPort: number,
	config: Partial<BridgeConfig> = {},
): Promise<TestBridge> {
	const udp = await openUdpPort({host: '127.0.0.1', port: 0, log: silentLog});
	const arrivals = new EventEmitter().setMaxListeners(0);
	const counts = {datagram: 0, message: 0};
	const arrived = (kind: keyof typeof counts): void => {
		counts[kind]++;
		arrivals.emit(kind);
	};
	const arrival = async (kind: keyof typeof counts, wanted: number): Promise<void> => {
		while (counts[kind] < wanted) {
			await once(arrivals, kind);
		}
	};
	const datagrams: DatagramPort = {
		send: (address, bytes) => udp.send(address, bytes),
		onDatagram: (handler) => udp.onDatagram((address, bytes) => {
			handler(address, bytes);
			arrived('datagram');
		}),
		close: () => udp.close(),
	};
	const bridge = createBridge({
		name: 'test',
		datagrams,
		openChannel: watched(createTcpChannelOpener({host: '127.0.0.1', port: brokerPort}), () => arrived('message')),
		clock: systemClock,
		random: systemRandom,
		log: silentLog,
		config,
	});
	atEnd(context, () => bridge.close());
	return {
		bridge,
		port: udp.port,
		handled: (count) => arrival('datagram', count),
		delivered: (count) => arrival('message', count),
	};
}

function watched(openChannel: OpenChannel, onMessage: () => void): OpenChannel {
	return (events) => openChannel({
		...events,
		onPacket: (packet) => {
			events.onPacket(packet);
			if (packet.cmd === 'publish') {
				onMessage();
			}
		},
	});
}

/** A device by hand: sends packets, takes answers in the order they come. */
export class TestDevice {
	readonly #socket: Socket = createSocket('udp4');
	readonly #port: number;
	readonly #arrived: MqttSnPacket[] = [];
	readonly #arrivals = new EventEmitter();
	sent = 0;

	constructor(context: TestContext, port: number) {
		atEnd(context, () => this.#close());
		this.#port = port;
		this.#socket.on('message', (bytes) => {
			const packet = decode(bytes);
			assert.ok(packet.ok);
			this.#arrived.push(packet.value);
			this.#arrivals.emit('packet');
		});
	}

	send(packet: MqttSnPacket): void {
		this.sent++;
		this.#socket.send(encode(packet), this.#port, '127.0.0.1');
	}

	async nextAny(): Promise<MqttSnPacket> {
		for (;;) {
			const packet = this.#arrived.shift();
			if (packet !== undefined) {
				return packet;
			}
			await once(this.#arrivals, 'packet');
		}
	}

	/** The next packet, which must be of this type. */
	async next<Type extends MqttSnPacketType>(type: Type): Promise<MqttSnPacketOf<Type>> {
		const packet = await this.nextAny();
		assert.equal(packet.type, type, JSON.stringify(packet));
		return packet as unknown as MqttSnPacketOf<Type>;
	}

	async connect(clientId: string, {cleanSession = false, duration = 60} = {}): Promise<number> {
		this.send({type: 'connect', will: false, cleanSession, protocolId: 1, duration, clientId});
		return (await this.next('connack')).returnCode;
	}

	async subscribe(topic: string | number, msgId: number): Promise<MqttSnPacketOf<'suback'>> {
		const topicIdType = typeof topic === 'number' ? 'predefined' : 'normal';
		this.send({type: 'subscribe', dup: false, qos: 1, topicIdType, msgId, topic});
		return this.next('suback');
	}

	publish(topicId: number, msgId: number, text: string): void {
		this.send({
			type: 'publish', dup: false, qos: msgId === 0 ? 0 : 1, retain: false, topicIdType: 'predefined', topicId, msgId,
			data: Buffer.from(text),
		});
	}

	acknowledge({topicId, msgId}: MqttSnPacketOf<'publish'>): void {
		this.send({type: 'puback', topicId, msgId, returnCode: 0});
	}

	async #close(): Promise<void> {
		const closed = once(this.#socket, 'close');
		this.#socket.close();
		await closed;
	}
}

export function textOf({data}: MqttSnPacketOf<'publish'>): string {
	return Buffer.from(data).toString();
}

export function sum(numbers: Readonly<Record<string, number>>): number {
	return Object.values(numbers).reduce((total, number) => total + number, 0);
}
