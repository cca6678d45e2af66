import type {IPublishPacket, ISubscribePacket, Packet, QoS} from 'mqtt-packet';
import type {Clock, Timer} from '../runtime/clock.ts';
import type {MqttLink, MqttLinkHandlers, OpenChannel, PacketChannel, PublishOptions} from '../runtime/mqtt.ts';

export interface SimulatedMqttLinkOptions {
	readonly openChannel: OpenChannel;
	readonly clock: Clock;
	readonly clientId: string;
	/** Default 60; 0 = none. */
	readonly keepAliveSeconds?: number;
}

interface Pending {
	readonly packet: IPublishPacket | ISubscribePacket;
	readonly resolve: () => void;
	readonly reject: (error: Error) => void;
	/** On this or an earlier connection: the next sending is a repetition. */
	sent: boolean;
}

const reconnectMs = 1000;

/**
 * An MQTT client with a kept session, as the controller wants one, over any `OpenChannel`. QoS 1 and SUBSCRIBE wait for
 * a connection and are repeated on the next one; QoS 0 without a connection is refused with an Error.
 */
export function createSimulatedMqttLink(options: SimulatedMqttLinkOptions): MqttLink {
	return new SimulatedMqttLink(options);
}

class SimulatedMqttLink implements MqttLink {
	readonly #options: SimulatedMqttLinkOptions;
	/** By message id, in the order of the calls. */
	readonly #pending = new Map<number, Pending>();
	/** Acknowledged ones: what a broker that lost the session must be told again. */
	readonly #filters = new Map<string, QoS>();
	#handlers: MqttLinkHandlers | undefined;
	#channel: PacketChannel | undefined;
	/** Between CONNACK and the end of that connection. */
	#connected = false;
	#timer: Timer | undefined;
	#lastMessageId = 0;
	#stopped = false;

	constructor(options: SimulatedMqttLinkOptions) {
		this.#options = options;
	}

	publish(topic: string, payload: Uint8Array, {qos, retain = false}: PublishOptions): Promise<void> {
		const packet: IPublishPacket = {cmd: 'publish', topic, payload: Buffer.from(payload), qos, retain, dup: false};
		if (qos === 1) return this.#request(packet);
		if (!this.#connected) return Promise.reject(new Error(`Cannot publish to ${topic}: no connection to the broker`));
		this.#channel?.send(packet);
		return Promise.resolve();
	}

	subscribe(filters: readonly string[], qos: 0 | 1): Promise<void> {
		return this.#request({cmd: 'subscribe', subscriptions: filters.map((topic) => ({topic, qos}))});
	}

	start(handlers: MqttLinkHandlers): void {
		this.#handlers = handlers;
		this.#connect();
	}

	stop(): Promise<void> {
		this.#stopped = true;
		this.#timer?.cancel();
		if (this.#connected) this.#channel?.send({cmd: 'disconnect'});
		this.#channel?.close();
		for (const {reject} of this.#pending.values()) reject(new Error('MQTT client stopped'));
		this.#pending.clear();
		return Promise.resolve();
	}

	#request(packet: IPublishPacket | ISubscribePacket): Promise<void> {
		if (this.#stopped) return Promise.reject(new Error('MQTT client stopped'));
		const messageId = this.#nextMessageId();
		return new Promise((resolve, reject) => {
			const pending: Pending = {packet: {...packet, messageId}, resolve, reject, sent: false};
			this.#pending.set(messageId, pending);
			if (this.#connected) this.#sendPending(pending);
		});
	}

	#connect(): void {
		this.#channel = this.#options.openChannel({
			onOpen: () => {
				const {clientId, keepAliveSeconds = 60} = this.#options;
				this.#channel?.send({
					cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId, clean: false, keepalive: keepAliveSeconds,
				});
			},
			onPacket: (packet) => this.#receive(packet),
			onClose: () => this.#closed(),
		});
	}

	#receive(packet: Packet): void {
		switch (packet.cmd) {
			case 'connack':
				this.#accepted(packet.returnCode ?? 0, packet.sessionPresent);
				break;
			case 'publish':
				this.#deliver(packet);
				break;
			case 'puback':
			case 'suback':
				this.#acknowledged(packet.messageId ?? 0);
				break;
			default:
				// PINGRESP: a connection in the simulator ends with `onClose`, never in silence.
				break;
		}
	}

	#accepted(returnCode: number, sessionPresent: boolean): void {
		if (returnCode !== 0) {
			this.#channel?.close();
			return;
		}
		this.#connected = true;
		this.#keepAlive();
		if (!sessionPresent && this.#filters.size > 0) this.#subscribeAgain();
		for (const pending of this.#pending.values()) this.#sendPending(pending);
		this.#handlers?.onConnect(sessionPresent);
	}

	/** The broker has lost the session: no caller waits for this SUBSCRIBE. */
	#subscribeAgain(): void {
		const subscriptions = [...this.#filters].map(([topic, qos]) => ({topic, qos}));
		this.#channel?.send({cmd: 'subscribe', messageId: this.#nextMessageId(), subscriptions});
	}

	#deliver(packet: IPublishPacket): void {
		const {topic, retain, qos, messageId = 0} = packet;
		const payload = new Uint8Array(Buffer.from(packet.payload as Buffer));
		this.#handlers?.onMessage({topic, payload, retain, qos: qos === 0 ? 0 : 1});
		if (qos === 1) this.#channel?.send({cmd: 'puback', messageId});
	}

	#acknowledged(messageId: number): void {
		const pending = this.#pending.get(messageId);
		if (pending === undefined) return;
		this.#pending.delete(messageId);
		if (pending.packet.cmd === 'subscribe') {
			for (const {topic, qos} of pending.packet.subscriptions) this.#filters.set(topic, qos);
		}
		pending.resolve();
	}

	#closed(): void {
		const wasConnected = this.#connected;
		this.#connected = false;
		this.#timer?.cancel();
		if (wasConnected) this.#handlers?.onDisconnect();
		if (!this.#stopped) this.#timer = this.#options.clock.setTimer(reconnectMs, () => this.#connect());
	}

	#sendPending(pending: Pending): void {
		const {packet} = pending;
		this.#channel?.send(packet.cmd === 'publish' ? {...packet, dup: pending.sent} : packet);
		pending.sent = true;
	}

	#keepAlive(): void {
		const {keepAliveSeconds = 60, clock} = this.#options;
		if (keepAliveSeconds === 0) return;
		this.#timer = clock.setTimer(keepAliveSeconds * 1000, () => {
			this.#channel?.send({cmd: 'pingreq'});
			this.#keepAlive();
		});
	}

	#nextMessageId(): number {
		do {
			this.#lastMessageId = (this.#lastMessageId % 0xffff) + 1;
		} while (this.#pending.has(this.#lastMessageId));
		return this.#lastMessageId;
	}
}
