/**
 * Every datagram that arrives adds one to exactly one of these, so their sum is the number of datagrams. The names are
 * the contract of metrics and of `docs/reference/bridge.md`.
 */
export const datagramCounters = {
	refused_header_short: 'fewer octets than a header',
	refused_length_mismatch: 'Length differs from the size of the datagram',
	refused_type_reserved: 'message type is reserved',
	refused_body_short: 'the message ends inside a field',
	refused_body_long: 'octets follow the last field',
	refused_topic_id_type_reserved: 'topic id type 3',
	refused_qos_invalid: 'QoS that this message can not carry',
	refused_message_id_zero: 'QoS 1 or 2 without message id',
	refused_text_empty: 'empty client id or topic name',
	refused_text_too_long: 'client id over 23 characters',
	refused_text_invalid: 'text is not UTF-8 or holds NUL',
	connect_accepted: 'CONNECT that opens, resumes or repeats a session',
	connect_refused_protocol: 'CONNECT with another protocol id',
	connect_refused_client_id: 'CONNECT with a client id that is not served',
	connect_refused_sessions: 'CONNECT beyond the greatest number of sessions',
	register_accepted: 'REGISTER answered with an id',
	register_refused: 'REGISTER refused',
	subscribe_accepted: 'SUBSCRIBE passed to the broker',
	subscribe_refused: 'SUBSCRIBE refused',
	unsubscribe_accepted: 'UNSUBSCRIBE passed to the broker',
	unsubscribe_refused: 'UNSUBSCRIBE for what can not be subscribed',
	publish_qos0_accepted: 'PUBLISH with QoS 0 passed to the broker',
	publish_qos1_accepted: 'PUBLISH with QoS 1 passed to the broker',
	publish_duplicate: 'PUBLISH with QoS 1 that is on its way or was just acknowledged',
	publish_refused_topic: 'PUBLISH on an unknown id or a topic that the device must not use',
	congested: 'request while the broker is away or too many are under way',
	duplicate_request: 'SUBSCRIBE or UNSUBSCRIBE that is on its way already',
	ack_accepted: 'REGACK or PUBACK that ends what is in flight',
	ack_refused: 'REGACK or PUBACK with a return code other than accepted',
	ack_unexpected: 'REGACK or PUBACK for nothing in flight',
	pingreq: 'PINGREQ of an active device',
	pingreq_awake: 'PINGREQ of a sleeping device',
	pingresp: 'PINGRESP',
	disconnect: 'DISCONNECT without sleep',
	disconnect_sleep: 'DISCONNECT that begins or changes a sleep',
	state_unexpected: 'message that does not fit the state of its session',
	direction_unexpected: 'message that only a gateway sends',
	unknown_sender_answered: 'message from an address without session, answered with DISCONNECT',
	unknown_sender_silent: 'message from an address without session, not answered',
	unsupported_will: 'will: refused',
	unsupported_qos2: 'QoS 2: refused',
	unsupported_qos_minus_1: 'QoS -1: dropped',
	unsupported_discovery: 'ADVERTISE, SEARCHGW, GWINFO: dropped',
	unsupported_encapsulation: 'forwarder encapsulation: dropped',
	bridge_closed: 'arrived after the bridge was closed',
} as const;

/** What happens otherwise. */
export const eventCounters = {
	datagrams_sent: 'datagrams sent to devices',
	downlink_retried: 'datagrams sent again because no acknowledgement came',
	downlink_delivered_qos1: 'messages acknowledged by their device',
	downlink_too_long: 'messages longer than the MTU: dropped',
	downlink_dropped_qos0: 'messages with QoS 0 beyond the bound of the queue: dropped',
	downlink_dropped_clean: 'messages with QoS 1 beyond the bound of a clean session, which no broker repeats: dropped',
	downlink_held_back: 'messages with QoS 1 beyond the bound of the queue: left unacknowledged at the broker',
	downlink_refused: 'messages that the device refused: dropped',
	sessions_opened: 'sessions opened',
	sessions_ended: 'sessions ended by their device',
	sessions_lost: 'sessions ended by silence',
	sessions_taken: 'sessions ended because the broker ended their connection alone: the device speaks elsewhere',
	sessions_congested: 'sessions not opened because the broker did not answer',
	broker_connected: 'connections that the broker accepted',
	broker_lost: 'accepted connections that ended unasked',
} as const;

export type DatagramCounter = keyof typeof datagramCounters;
export type EventCounter = keyof typeof eventCounters;

export interface BridgeCounters {
	readonly datagrams: Readonly<Record<DatagramCounter, number>>;
	readonly events: Readonly<Record<EventCounter, number>>;
	readonly sessions: number;
}

export class Counters {
	readonly #datagrams = zeros(datagramCounters);
	readonly #events = zeros(eventCounters);

	countDatagram(name: DatagramCounter): void {
		this.#datagrams[name]++;
	}

	countEvent(name: EventCounter): void {
		this.#events[name]++;
	}

	/** A copy that does not change any more. */
	snapshot(sessions: number): BridgeCounters {
		return {datagrams: {...this.#datagrams}, events: {...this.#events}, sessions};
	}
}

function zeros<Name extends string>(table: Readonly<Record<Name, string>>): Record<Name, number> {
	return Object.fromEntries(Object.keys(table).map((name) => [name, 0])) as Record<Name, number>;
}
