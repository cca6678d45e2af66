import type {MqttSnPacket, MqttSnPacketOf, TopicIdType} from '../../protocol/mqttsn/packet.ts';
import type {BridgeConfig} from '../config.ts';
import type {DatagramCounter, EventCounter} from '../counters.ts';
import type {LinkCommand, LinkEvent} from '../link/state.ts';

/**
 * What the bridge knows of one device, as a step machine (MQTT-SN 1.2, 6.14).
 *
 * ```
 * connecting ── broker up ─► active ◄── CONNECT ── asleep, awake
 *     │                        │  DISCONNECT(duration) ▲  │ PINGREQ ▲
 *     │ broker down, timeout   ├───────────────────► asleep ◄───► awake   (PINGRESP ends awake)
 *     ▼                        ▼ DISCONNECT, silence, tries used up
 *   ended ◄──────────────────────
 * ```
 */
export interface Session {
	readonly phase: SessionPhase;
	readonly config: BridgeConfig;
	readonly clientId: string;
	/** As the device asked in its last CONNECT. */
	readonly clean: boolean;
	/** 0: not supervised. */
	readonly keepAliveSeconds: number;
	/** Arrival of the last message of the device. */
	readonly heardMs: number;
	readonly brokerUp: boolean;
	/** Raised when a broker connection ends: an acknowledgement for an older one means nothing any more. */
	readonly epoch: number;
	readonly topics: TopicTable;
	/** Filters the broker has granted, by filter: repeated when a broker session is lost. */
	readonly filters: ReadonlyMap<string, Filter>;
	/** Waiting for the device, in the order of arrival. */
	readonly queue: readonly Downlink[];
	readonly flight: Flight | undefined;
	/** The broker holds messages that found no room here; it repeats them on a new connection. */
	readonly heldBack: boolean;
	/** What the broker has yet to answer, by token. */
	readonly pending: ReadonlyMap<number, Pending>;
	readonly nextToken: number;
	readonly nextMsgId: number;
	/** The last QoS 1 uplink that was acknowledged: its repetition means that the PUBACK was lost. */
	readonly lastUplink: Uplink | undefined;
	readonly seed: number;
}

export type SessionPhase =
	| {readonly state: 'connecting'; readonly untilMs: number}
	| {readonly state: 'active'}
	| {readonly state: 'asleep'; readonly seconds: number}
	/** `allowance`: messages that may still be sent before PINGRESP, so that a flood can't keep a device awake. */
	| {readonly state: 'awake'; readonly seconds: number; readonly allowance: number}
	| {readonly state: 'ended'};

export interface TopicTable {
	readonly byName: ReadonlyMap<string, number>;
	readonly byId: ReadonlyMap<number, string>;
	/** Ids that the device knows since its last CONNECT: only these can be used towards it. */
	readonly known: ReadonlySet<number>;
	/** Names whose REGISTER the device refused. */
	readonly refused: ReadonlySet<string>;
}

export interface Filter {
	readonly qos: 0 | 1;
	/** How the device named it, and so how it expects to be told of it. */
	readonly topicIdType: TopicIdType;
	/** Id of a predefined or short topic; 0 otherwise. */
	readonly topicId: number;
}

export interface Downlink {
	readonly topic: string;
	readonly payload: Uint8Array;
	readonly qos: 0 | 1;
	readonly retain: boolean;
	/** Of the broker's PUBLISH; undefined with QoS 0. */
	readonly messageId: number | undefined;
	readonly epoch: number;
	/** The device was told this topic by an id it refused: tell it the name this time. */
	readonly byName: boolean;
	/** It was sent before; MQTT-SN marks its repetition with DUP. */
	readonly sent: boolean;
}

/** The one message on its way to the device. */
export interface Flight {
	readonly packet: MqttSnPacketOf<'publish'> | MqttSnPacketOf<'register'>;
	readonly message: Downlink;
	readonly tries: number;
	/** When to send it again. */
	readonly dueMs: number;
}

export interface Uplink {
	readonly topic: string;
	readonly topicId: number;
	readonly msgId: number;
	readonly data: Uint8Array;
}

export type Pending =
	| (Uplink & {readonly kind: 'publish'})
	| {readonly kind: 'subscribe'; readonly msgId: number; readonly name: string; readonly filter: Filter}
	/** Repeats a filter after the broker lost it; nobody waits for an answer. */
	| {readonly kind: 'resubscribe'}
	| {readonly kind: 'unsubscribe'; readonly msgId: number; readonly name: string};

export type SessionInput =
	| {readonly kind: 'packet'; readonly packet: MqttSnPacket}
	| {readonly kind: 'link'; readonly event: LinkEvent}
	| {readonly kind: 'tick'}
	/** The bridge ends the session: it closes, or, quietly, another client took the address. */
	| {readonly kind: 'end'; readonly quiet: boolean};

export type SessionOutput =
	| {readonly kind: 'send'; readonly packet: MqttSnPacket}
	| {readonly kind: 'command'; readonly command: LinkCommand}
	/** A new connection under the same client id; see LinkInput. */
	| {readonly kind: 'reopen'; readonly clean: boolean}
	| {readonly kind: 'count'; readonly counter: EventCounter}
	/** The last output of a session. `abrupt`: the broker shall take the device for lost. */
	| {readonly kind: 'end'; readonly abrupt: boolean};

export interface SessionStep {
	readonly state: Session;
	readonly outputs: readonly SessionOutput[];
	/** When to send `tick`; undefined: never. */
	readonly deadlineMs: number | undefined;
	/** The one name under which a datagram is counted; undefined for other inputs. */
	readonly counted: DatagramCounter | undefined;
}

/** What one part of a step did; `counted` where a datagram was its cause. */
export interface Change {
	readonly state: Session;
	readonly outputs: readonly SessionOutput[];
	readonly counted?: DatagramCounter;
}

export function same(state: Session, counted?: DatagramCounter): Change {
	return counted === undefined ? {state, outputs: []} : {state, outputs: [], counted};
}

export function changeTo(state: Session, ...outputs: SessionOutput[]): Change {
	return {state, outputs};
}

/** Answers the device and counts its message. */
export function reply(state: Session, counted: DatagramCounter, packet: MqttSnPacket): Change {
	return {state, outputs: [{kind: 'send', packet}], counted};
}

/** Runs `next` on what `first` left; the first count stands. */
export function andThen(first: Change, next: (state: Session) => Change): Change {
	const second = next(first.state);
	const counted = first.counted ?? second.counted;
	const change = {state: second.state, outputs: [...first.outputs, ...second.outputs]};
	return counted === undefined ? change : {...change, counted};
}
