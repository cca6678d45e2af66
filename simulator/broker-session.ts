import type {IPublishPacket, QoS} from 'mqtt-packet';

/** An application message inside the broker. */
export interface BrokerMessage {
	readonly topic: string;
	readonly payload: Buffer;
	readonly qos: QoS;
	readonly retain: boolean;
}

/** Messages of QoS 1 sent to one client and not yet acknowledged: Mosquitto's `max_inflight_messages`. */
const inflightLimit = 20;

/**
 * What the broker keeps of one client (MQTT 3.1.1, 3.1.2.4): its subscriptions and what it has not acknowledged. The
 * methods return the packets to send now; a session without connection returns none.
 */
export class BrokerSession {
	readonly clientId: string;
	readonly clean: boolean;
	/** Filter to granted QoS. */
	readonly subscriptions = new Map<string, QoS>();
	/** The connection that holds this session; undefined while the client is away. */
	connection: number | undefined;
	/** By message id, in the order of sending; at most `inflightLimit`. */
	readonly #inflight = new Map<number, BrokerMessage>();
	/** Waits for room in `#inflight`, or for the client; all of QoS 1. */
	readonly #queue: BrokerMessage[] = [];
	#lastMessageId = 0;

	constructor(clientId: string, clean: boolean) {
		this.clientId = clientId;
		this.clean = clean;
	}

	/** QoS 0 reaches a client that is there and no other. */
	deliver(message: BrokerMessage): readonly IPublishPacket[] {
		if (message.qos === 0) return this.connection === undefined ? [] : [publishPacket(message, {dup: false})];
		this.#queue.push(message);
		return this.#pump();
	}

	/** An acknowledgement of an unknown id is ignored. */
	acknowledge(messageId: number): readonly IPublishPacket[] {
		this.#inflight.delete(messageId);
		return this.#pump();
	}

	/** What a client gets right after its CONNACK: first what was in flight, marked as repeated (4.4). */
	resume(): readonly IPublishPacket[] {
		const repeated = [...this.#inflight].map(([messageId, message]) => publishPacket(message, {dup: true, messageId}));
		return [...repeated, ...this.#pump()];
	}

	#pump(): readonly IPublishPacket[] {
		const packets: IPublishPacket[] = [];
		while (this.connection !== undefined && this.#inflight.size < inflightLimit) {
			const message = this.#queue.shift();
			if (message === undefined) break;
			const messageId = this.#nextMessageId();
			this.#inflight.set(messageId, message);
			packets.push(publishPacket(message, {dup: false, messageId}));
		}
		return packets;
	}

	#nextMessageId(): number {
		do {
			this.#lastMessageId = (this.#lastMessageId % 0xffff) + 1;
		} while (this.#inflight.has(this.#lastMessageId));
		return this.#lastMessageId;
	}
}

interface Sending {
	readonly dup: boolean;
	readonly messageId?: number;
}

function publishPacket(message: BrokerMessage, sending: Sending): IPublishPacket {
	return {cmd: 'publish', ...message, ...sending};
}

/** Of a PUBLISH or a will; the model knows no QoS 2. */
export function toMessage(
	{topic, payload, qos = 0, retain = false}: {topic: string; payload: string | Buffer; qos?: QoS; retain?: boolean},
): BrokerMessage {
	return {topic, payload: Buffer.from(payload as Buffer), qos: lesser(qos, 1), retain};
}

export function lesser(left: QoS, right: QoS): QoS {
	return left < right ? left : right;
}
