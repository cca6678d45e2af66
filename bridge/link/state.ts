import type {IConnectPacket, Packet} from 'mqtt-packet';

/**
 * One MQTT 3.1.1 connection to the broker as a step machine. It comes back by itself until it is stopped.
 *
 * ```
 * idle ── start ─► opening ── opened ─► connecting ── CONNACK 0 ─► up
 *                     ▲ ▲                   │                       │
 *                     │ └── closed, refused, timeout: waiting ◄─────┘
 *                     └──── delay over
 * any ── stop ─► stopping (DISCONNECT sent) ── closed ─► stopped
 * ```
 */
export interface Link {
	readonly phase: LinkPhase;
	readonly options: LinkOptions;
	/** Failed attempts since the last CONNACK. */
	readonly attempts: number;
	readonly nextMessageId: number;
	/** What the broker has yet to acknowledge, by MQTT message id; empty unless `up`. */
	readonly pending: ReadonlyMap<number, LinkPending>;
	/** Seed of the next jitter, so that a step stays a function of its arguments. */
	readonly seed: number;
}

export type LinkPhase =
	| {readonly state: 'idle'}
	| {readonly state: 'waiting'; readonly untilMs: number}
	| {readonly state: 'opening'; readonly untilMs: number}
	| {readonly state: 'connecting'; readonly untilMs: number}
	| {readonly state: 'up'; readonly sentMs: number; readonly pingMs: number | undefined}
	| {readonly state: 'stopping'; readonly untilMs: number}
	| {readonly state: 'stopped'};

export interface LinkOptions {
	readonly clientId: string;
	readonly clean: boolean;
	readonly keepAliveSeconds: number;
	readonly will?: NonNullable<IConnectPacket['will']>;
	readonly retryFirstMs: number;
	readonly retryMaxMs: number;
	/** Bounds opening, CONNACK and PINGRESP each. */
	readonly timeoutMs: number;
}

export interface LinkPending {
	readonly kind: 'publish' | 'subscribe' | 'unsubscribe';
	readonly token: number;
}

export type LinkInput =
	| {readonly kind: 'start'}
	| {readonly kind: 'opened'}
	| {readonly kind: 'packet'; readonly packet: Packet}
	| {readonly kind: 'closed'}
	| {readonly kind: 'tick'}
	/** `abrupt` leaves out DISCONNECT, so that the broker sends the will. */
	| {readonly kind: 'stop'; readonly abrupt: boolean}
	/** Closes and opens again at once, without `down`: the broker then repeats what was not acknowledged. */
	| {readonly kind: 'reopen'; readonly clean: boolean}
	| LinkCommand;

/** Requests; outside `up` they are dropped, since `down` has told so before. */
export type LinkCommand =
	| LinkPublish
	| {readonly kind: 'subscribe'; readonly filter: string; readonly qos: 0 | 1; readonly token: number}
	| {readonly kind: 'unsubscribe'; readonly filter: string; readonly token: number}
	| {readonly kind: 'acknowledge'; readonly messageId: number};

export interface LinkPublish {
	readonly kind: 'publish';
	readonly topic: string;
	readonly payload: Uint8Array;
	readonly qos: 0 | 1;
	readonly retain: boolean;
	/** Comes back in `published` (QoS 1). */
	readonly token: number;
}

export type LinkOutput =
	| {readonly kind: 'open'}
	| {readonly kind: 'send'; readonly packet: Packet}
	| {readonly kind: 'close'}
	| {readonly kind: 'event'; readonly event: LinkEvent};

export type LinkEvent =
	| {readonly kind: 'up'; readonly sessionPresent: boolean}
	/** `wasUp` false: an attempt failed. */
	| {readonly kind: 'down'; readonly wasUp: boolean}
	| {readonly kind: 'stopped'}
	| LinkMessage
	| {readonly kind: 'published'; readonly token: number}
	/** `granted` undefined: refused. */
	| {readonly kind: 'subscribed'; readonly token: number; readonly granted: 0 | 1 | undefined}
	| {readonly kind: 'unsubscribed'; readonly token: number};

export interface LinkMessage {
	readonly kind: 'message';
	readonly topic: string;
	readonly payload: Uint8Array;
	readonly qos: 0 | 1;
	readonly retain: boolean;
	readonly dup: boolean;
	/** To acknowledge by, with QoS 1. */
	readonly messageId: number | undefined;
}

/** What one part of a step did. */
export interface Change {
	readonly state: Link;
	readonly outputs: readonly LinkOutput[];
}

export interface LinkStep {
	readonly state: Link;
	readonly outputs: readonly LinkOutput[];
	/** When to send `tick`; undefined: never. */
	readonly deadlineMs: number | undefined;
}

export function newLink(options: LinkOptions, seed: number): Link {
	return {phase: {state: 'idle'}, options, attempts: 0, nextMessageId: 1, pending: new Map(), seed};
}
