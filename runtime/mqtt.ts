import type {Packet} from 'mqtt-packet';

/**
 * MQTT as the programs see it, in two heights. `PacketChannel` is one client connection at packet level: what the
 * bridge's own session uses, because it must be able to withhold a PUBACK for a sleeping device. `MqttLink` is a
 * client with its session: what the controller uses. Real ones stand on TCP (bridge/broker.ts, controller/link.ts);
 * the simulator's stand on its broker model.
 */
export interface PacketChannel {
	/** Packets are sent in order; after `close` or the peer's end they are dropped in silence. */
	send(packet: Packet): void;
	/** Ends the connection without DISCONNECT, as a power cut would; `onClose` follows. */
	close(): void;
}

export interface MqttCredentials {
	readonly username: string;
	readonly password: string;
}

export interface PacketChannelEvents {
	readonly onOpen: () => void;
	readonly onPacket: (packet: Packet) => void;
	/** Called exactly once, also when the connection never opened. */
	readonly onClose: (error?: Error) => void;
}

/** Opens one transport connection to the broker; the caller sends CONNECT after `onOpen`. */
export type OpenChannel = (events: PacketChannelEvents) => PacketChannel;

export interface MqttMessage {
	readonly topic: string;
	readonly payload: Uint8Array;
	readonly retain: boolean;
	readonly qos: 0 | 1;
}

export interface PublishOptions {
	readonly qos: 0 | 1;
	readonly retain?: boolean;
}

/** A connected-or-reconnecting MQTT client that resubscribes by itself after a lost session. */
export interface MqttLink {
	/** Resolves when the broker has acknowledged (QoS 1) or the packet is written (QoS 0). */
	publish(topic: string, payload: Uint8Array, options: PublishOptions): Promise<void>;
	subscribe(filters: readonly string[], qos: 0 | 1): Promise<void>;
	/** One handler each; set before `start`. `onConnect` runs after every CONNACK, before any message. */
	start(handlers: MqttLinkHandlers): void;
	stop(): Promise<void>;
}

export interface MqttLinkHandlers {
	readonly onConnect: (sessionPresent: boolean) => void;
	readonly onMessage: (message: MqttMessage) => void;
	readonly onDisconnect: () => void;
}
