import {predefinedTopics} from '../protocol/schema/mqttsn.ts';

/** Every number has its unit in the name; defaults in `defaultBridgeConfig`. */
export interface BridgeConfig {
	/** Largest datagram sent to a device; a longer one is dropped and counted, since MQTT-SN can't fragment. */
	readonly mtuBytes: number;
	/** Predefined topic ids; `{device}` stands for the client id. */
	readonly predefinedTopics: readonly PredefinedTopic[];
	readonly maxSessions: number;
	/** Names a device may register or be sent in one session. */
	readonly maxTopicsPerDevice: number;
	readonly maxSubscriptionsPerDevice: number;
	/** QoS 1 messages of one device on their way to the broker at once. */
	readonly maxUplinksPerDevice: number;
	/** Messages waiting for one device, asleep or slow; the bytes count payloads. */
	readonly queueMessages: number;
	readonly queueBytes: number;
	readonly retryFirstMs: number;
	readonly retryMaxMs: number;
	/** Sends of one message, the first included; then the link counts as lost. */
	readonly retryTries: number;
	/** A CONNECT that the broker has not answered in this time is refused with congestion. */
	readonly connectTimeoutMs: number;
	/** Broker connections being opened at once: a broker's listen queue is short. */
	readonly maxOpening: number;
	readonly brokerKeepAliveSeconds: number;
	/** DISCONNECTs to unknown senders, all together. */
	readonly unknownSenderRepliesPerSecond: number;
	readonly presencePeriodSeconds: number;
}

export interface PredefinedTopic {
	readonly id: number;
	readonly template: string;
}

export const defaultBridgeConfig: BridgeConfig = {
	// The least MTU of IPv6 without its header and UDP's.
	mtuBytes: 1232,
	predefinedTopics: predefinedTopics.map(({id, suffix}) => ({id, template: `f/{device}/${suffix}`})),
	maxSessions: 20_000,
	maxTopicsPerDevice: 128,
	maxSubscriptionsPerDevice: 64,
	maxUplinksPerDevice: 16,
	// Above the 20 messages that Mosquitto has under way at most, so that it never comes to an overflow there.
	queueMessages: 32,
	queueBytes: 32_768,
	retryFirstMs: 1000,
	retryMaxMs: 8000,
	retryTries: 5,
	connectTimeoutMs: 10_000,
	maxOpening: 50,
	brokerKeepAliveSeconds: 120,
	unknownSenderRepliesPerSecond: 200,
	presencePeriodSeconds: 60,
};

/** Throws RangeError for what no bridge can run with. */
export function checkBridgeConfig(config: BridgeConfig): void {
	for (const [key, value] of Object.entries(config)) {
		if (typeof value === 'number' && !(Number.isInteger(value) && value >= 1)) {
			throw new RangeError(`Cannot use ${key}: ${value}, must be an integer of at least 1`);
		}
	}
	// A message that fits a datagram must fit an empty queue, or it would be held back and fetched for ever.
	const {mtuBytes, queueBytes} = config;
	if (mtuBytes > queueBytes || mtuBytes > 0xffff) {
		throw new RangeError(`Cannot use mtuBytes: ${mtuBytes}, must be at most queueBytes (${queueBytes}) and 65535`);
	}
	const ids = config.predefinedTopics.map(({id}) => id);
	if (new Set(ids).size !== ids.length || ids.some((id) => !Number.isInteger(id) || id < 1 || id > 0xfffe)) {
		throw new RangeError(`Cannot use predefinedTopics: ids ${ids.join(', ')}, must be distinct and 1 to 65534`);
	}
}

export function checkBridgeName(name: string): void {
	if (!/^[a-z0-9-]{1,23}$/.test(name)) {
		throw new RangeError(`Cannot name the bridge '${name}', must match [a-z0-9-]{1,23}`);
	}
}
