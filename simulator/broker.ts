import type {IConnectPacket, IPublishPacket, ISubscribePacket, Packet, QoS} from 'mqtt-packet';
import TinyQueue from 'tinyqueue';
import {BrokerSession, lesser, toMessage, type BrokerMessage} from './broker-session.ts';
import {isTopicFilter, isTopicName, matchesFilter, SubscriptionIndex} from './topics.ts';

/** Connections are numbered by whoever drives the model; a number is never used twice. */
export type BrokerInput =
	| {readonly kind: 'open'; readonly connection: number}
	| {readonly kind: 'packet'; readonly connection: number; readonly packet: Packet}
	/** The client's end is gone, with or without DISCONNECT before. */
	| {readonly kind: 'closed'; readonly connection: number}
	/** The deadline has come. */
	| {readonly kind: 'tick'}
	/** The broker dies and starts again on the state it keeps: all connections end, no will is published. */
	| {readonly kind: 'crash'};

export type BrokerOutput =
	| {readonly kind: 'packet'; readonly connection: number; readonly packet: Packet}
	| {readonly kind: 'close'; readonly connection: number; readonly reason: string};

interface Connection {
	readonly id: number;
	/** Undefined until CONNECT is accepted. */
	session: BrokerSession | undefined;
	will: BrokerMessage | undefined;
	/** 1.5 × keep alive; 0 = never (3.1.2.10). */
	silenceMs: number;
	/** When silence will have lasted too long. */
	deadlineMs: number;
}

/**
 * A broker of MQTT 3.1.1 as a step model: packets and time in, packets and the next deadline out. QoS 0 and 1; a
 * subscription to QoS 2 is granted QoS 1 (3.9.3 allows less), a publication with it ends the connection.
 * `tests/contract/mqtt-broker.ts` holds it to what aedes and Mosquitto do.
 */
export class BrokerModel {
	readonly #connections = new Map<number, Connection>();
	/** By client id: those with a connection, and those kept for their client. */
	readonly #sessions = new Map<string, BrokerSession>();
	readonly #subscriptions = new SubscriptionIndex<BrokerSession>();
	readonly #retained = new Map<string, BrokerMessage>();
	/** One entry per connection with keep alive; an entry may be earlier than the connection's deadline, never later. */
	readonly #deadlines = new TinyQueue<{readonly atMs: number; readonly connection: Connection}>([], (left, right) =>
		left.atMs - right.atMs || left.connection.id - right.connection.id);
	#outputs: BrokerOutput[] = [];
	#nowMs = 0;
	#assignedIds = 0;

	/** When to send `tick` at the latest. */
	get deadlineMs(): number | undefined {
		return this.#deadlines.peek()?.atMs;
	}

	step(input: BrokerInput, nowMs: number): readonly BrokerOutput[] {
		this.#nowMs = nowMs;
		this.#outputs = [];
		switch (input.kind) {
			case 'open':
				this.#connections.set(input.connection, newConnection(input.connection));
				break;
			case 'packet':
				this.#receive(input.connection, input.packet);
				break;
			case 'closed':
				this.#end(input.connection, 'will');
				break;
			case 'tick':
				this.#tick();
				break;
			case 'crash':
				for (const connection of [...this.#connections.keys()]) this.#end(connection, 'no will');
				break;
			default:
				input satisfies never;
		}
		return this.#outputs;
	}

	#receive(id: number, packet: Packet): void {
		const connection = this.#connections.get(id);
		// Packets that were on their way when the broker closed the connection.
		if (connection === undefined) return;
		if (packet.cmd === 'connect') {
			if (connection.session === undefined) this.#connect(connection, packet);
			else this.#close(connection, 'second CONNECT');
			return;
		}
		if (connection.session === undefined) {
			this.#close(connection, `${packet.cmd} before CONNECT`);
			return;
		}
		if (connection.silenceMs > 0) connection.deadlineMs = this.#nowMs + connection.silenceMs;
		this.#serve(connection, connection.session, packet);
	}

	#serve(connection: Connection, session: BrokerSession, packet: Packet): void {
		switch (packet.cmd) {
			case 'publish':
				this.#receivePublish(connection, packet);
				break;
			case 'puback':
				this.#send(connection.id, ...session.acknowledge(packet.messageId ?? 0));
				break;
			case 'subscribe':
				this.#subscribe(connection, session, packet);
				break;
			case 'unsubscribe':
				for (const filter of packet.unsubscriptions) this.#unsubscribe(session, filter);
				this.#send(connection.id, {cmd: 'unsuback', messageId: packet.messageId ?? 0, granted: []});
				break;
			case 'pingreq':
				this.#send(connection.id, {cmd: 'pingresp'});
				break;
			case 'disconnect':
				connection.will = undefined;
				this.#close(connection, 'DISCONNECT');
				break;
			default:
				this.#close(connection, `unexpected ${packet.cmd}`);
		}
	}

	#connect(connection: Connection, packet: IConnectPacket): void {
		const clean = packet.clean ?? true;
		const refusal = (packet.protocolVersion ?? 4) !== 4 ? 1 : packet.clientId === '' && !clean ? 2 : 0;
		if (refusal !== 0) {
			this.#refuse(connection, refusal);
			return;
		}
		const clientId = packet.clientId === '' ? `assigned-${++this.#assignedIds}` : packet.clientId;
		const known = this.#sessions.get(clientId);
		const previous = known?.connection === undefined ? undefined : this.#connections.get(known.connection);
		if (previous !== undefined) this.#close(previous, 'taken over');
		const kept = clean ? undefined : this.#sessions.get(clientId);
		if (clean) this.#forget(clientId);
		const session = kept ?? new BrokerSession(clientId, clean);
		this.#sessions.set(clientId, session);
		session.connection = connection.id;
		connection.session = session;
		connection.will = packet.will && toMessage({qos: 0, retain: false, ...packet.will});
		this.#watchSilence(connection, packet.keepalive ?? 0);
		this.#send(connection.id, {cmd: 'connack', returnCode: 0, sessionPresent: kept !== undefined});
		this.#send(connection.id, ...session.resume());
	}

	#watchSilence(connection: Connection, keepAliveS: number): void {
		if (keepAliveS === 0) return;
		connection.silenceMs = keepAliveS * 1500;
		connection.deadlineMs = this.#nowMs + connection.silenceMs;
		this.#deadlines.push({atMs: connection.deadlineMs, connection});
	}

	#receivePublish(connection: Connection, packet: IPublishPacket): void {
		if (packet.qos === 2 || !isTopicName(packet.topic)) {
			this.#close(connection, packet.qos === 2 ? 'QoS 2 is not supported' : 'bad topic name');
			return;
		}
		this.#publish(toMessage(packet));
		if (packet.qos === 1) this.#send(connection.id, {cmd: 'puback', messageId: packet.messageId ?? 0});
	}

	#publish(message: BrokerMessage): void {
		if (message.retain && message.payload.length === 0) this.#retained.delete(message.topic);
		else if (message.retain) this.#retained.set(message.topic, message);
		for (const [session, granted] of this.#subscriptions.match(message.topic)) {
			// To a subscription that stood before, a message is not "retained" (3.3.1.3).
			this.#deliver(session, {...message, qos: lesser(message.qos, granted), retain: false});
		}
	}

	#subscribe(connection: Connection, session: BrokerSession, packet: ISubscribePacket): void {
		const granted = packet.subscriptions.map(({topic, qos}) => (isTopicFilter(topic) ? lesser(qos, 1) : 0x80));
		for (const [index, {topic}] of packet.subscriptions.entries()) {
			const qos = granted[index];
			if (qos !== 0 && qos !== 1) continue;
			session.subscriptions.set(topic, qos);
			this.#subscriptions.add(topic, session, qos);
		}
		this.#send(connection.id, {cmd: 'suback', messageId: packet.messageId ?? 0, granted});
		for (const [index, {topic}] of packet.subscriptions.entries()) {
			const qos = granted[index];
			if (qos === 0 || qos === 1) this.#deliverRetained(session, topic, qos);
		}
	}

	#deliverRetained(session: BrokerSession, filter: string, granted: QoS): void {
		const topics = /[+#]/.test(filter) ? [...this.#retained.keys()] : [filter];
		for (const topic of topics) {
			const message = matchesFilter(filter, topic) ? this.#retained.get(topic) : undefined;
			if (message !== undefined) this.#deliver(session, {...message, qos: lesser(message.qos, granted)});
		}
	}

	#unsubscribe(session: BrokerSession, filter: string): void {
		session.subscriptions.delete(filter);
		this.#subscriptions.remove(filter, session);
	}

	#deliver(session: BrokerSession, message: BrokerMessage): void {
		const packets = session.deliver(message);
		if (session.connection !== undefined) this.#send(session.connection, ...packets);
	}

	#tick(): void {
		for (let due = this.#deadlines.peek(); due !== undefined && due.atMs <= this.#nowMs; due = this.#deadlines.peek()) {
			this.#deadlines.pop();
			const {connection} = due;
			if (!this.#connections.has(connection.id)) continue;
			if (connection.deadlineMs <= this.#nowMs) this.#close(connection, 'keep alive');
			else this.#deadlines.push({atMs: connection.deadlineMs, connection});
		}
	}

	#refuse(connection: Connection, returnCode: number): void {
		this.#send(connection.id, {cmd: 'connack', returnCode, sessionPresent: false});
		this.#close(connection, `CONNACK ${returnCode}`);
	}

	#close(connection: Connection, reason: string): void {
		this.#outputs.push({kind: 'close', connection: connection.id, reason});
		this.#end(connection.id, 'will');
	}

	#end(id: number, ending: 'will' | 'no will'): void {
		const connection = this.#connections.get(id);
		if (connection === undefined) return;
		this.#connections.delete(id);
		const {session, will} = connection;
		if (session !== undefined) session.connection = undefined;
		if (session?.clean === true) this.#forget(session.clientId);
		if (will !== undefined && ending === 'will') this.#publish(will);
	}

	#forget(clientId: string): void {
		const session = this.#sessions.get(clientId);
		if (session === undefined) return;
		for (const filter of session.subscriptions.keys()) this.#subscriptions.remove(filter, session);
		this.#sessions.delete(clientId);
	}

	#send(connection: number, ...packets: readonly Packet[]): void {
		for (const packet of packets) this.#outputs.push({kind: 'packet', connection, packet});
	}
}

function newConnection(id: number): Connection {
	return {id, session: undefined, will: undefined, silenceMs: 0, deadlineMs: Infinity};
}
