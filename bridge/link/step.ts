import type {IConnectPacket, IPublishPacket, Packet} from 'mqtt-packet';
import {backOffMs, nextSeed} from '../back-off.ts';
import {command} from './command.ts';
import type {Change, Link, LinkEvent, LinkInput, LinkOutput, LinkPending, LinkPhase, LinkStep} from './state.ts';

/** A channel that was told to close says so; this bounds how long a graceful end waits for the broker. */
const stopTimeoutMs = 1000;

/** One step; see `Link` for the states. Inputs that do not fit the state change nothing. */
export function stepLink(link: Link, input: LinkInput, nowMs: number): LinkStep {
	const {state, outputs} = change(link, input, nowMs);
	return {state, outputs, deadlineMs: deadline(state)};
}

function change(link: Link, input: LinkInput, nowMs: number): Change {
	switch (input.kind) {
		case 'start':
			return link.phase.state === 'idle' ? open(link, nowMs) : same(link);
		case 'opened':
			return link.phase.state === 'opening' ? connect(link, nowMs) : same(link);
		case 'closed':
			return onClosed(link, nowMs);
		case 'packet':
			return onPacket(link, input.packet, nowMs);
		case 'tick':
			return onTick(link, nowMs);
		case 'stop':
			return stop(link, input.abrupt, nowMs);
		case 'reopen':
			return reopen(link, input.clean, nowMs);
		case 'publish':
		case 'subscribe':
		case 'unsubscribe':
		case 'acknowledge':
			return link.phase.state === 'up' ? command(link, input, nowMs) : same(link);
	}
}

function deadline({phase, options}: Link): number | undefined {
	switch (phase.state) {
		case 'idle':
		case 'stopped':
			return undefined;
		case 'waiting':
		case 'opening':
		case 'connecting':
		case 'stopping':
			return phase.untilMs;
		case 'up':
			return phase.pingMs === undefined ? phase.sentMs + pingAfterMs(options) : phase.pingMs + options.timeoutMs;
	}
}

/** Three quarters of the keep alive leave the ping a quarter to arrive in. */
function pingAfterMs(options: Link['options']): number {
	return options.keepAliveSeconds * 750;
}

function open(link: Link, nowMs: number): Change {
	return to(link, {state: 'opening', untilMs: nowMs + link.options.timeoutMs}, {kind: 'open'});
}

function connect(link: Link, nowMs: number): Change {
	const {clientId, clean, keepAliveSeconds, will, timeoutMs} = link.options;
	const packet: IConnectPacket = {
		cmd: 'connect',
		protocolId: 'MQTT',
		protocolVersion: 4,
		clientId,
		clean,
		keepalive: keepAliveSeconds,
		...(will === undefined ? {} : {will}),
	};
	return to(link, {state: 'connecting', untilMs: nowMs + timeoutMs}, {kind: 'send', packet});
}

function onClosed(link: Link, nowMs: number): Change {
	switch (link.phase.state) {
		case 'opening':
		case 'connecting':
		case 'up':
			return fail(link, nowMs);
		case 'stopping':
			return to(link, {state: 'stopped'}, eventOf({kind: 'stopped'}));
		case 'idle':
		case 'waiting':
		case 'stopped':
			return same(link);
	}
}

function reopen(link: Link, clean: boolean, nowMs: number): Change {
	if (link.phase.state === 'stopping' || link.phase.state === 'stopped') {
		return same(link);
	}
	const {state, outputs} = open({...link, options: {...link.options, clean}, pending: new Map()}, nowMs);
	return {state, outputs: [{kind: 'close'}, ...outputs]};
}

/** The connection is over or given up; the next attempt comes after the back-off. */
function fail(link: Link, nowMs: number): Change {
	const wasUp = link.phase.state === 'up';
	const attempts = link.attempts + 1;
	const seed = nextSeed(link.seed);
	const {retryFirstMs: firstMs, retryMaxMs: maxMs} = link.options;
	const untilMs = nowMs + backOffMs({firstMs, maxMs}, attempts, seed);
	const state: Link = {...link, phase: {state: 'waiting', untilMs}, attempts, seed, pending: new Map()};
	return {state, outputs: [{kind: 'close'}, eventOf({kind: 'down', wasUp})]};
}

function onTick(link: Link, nowMs: number): Change {
	const due = deadline(link);
	if (due === undefined || nowMs < due) {
		return same(link);
	}
	switch (link.phase.state) {
		case 'idle':
		case 'stopped':
			return same(link);
		case 'waiting':
			return open(link, nowMs);
		case 'opening':
		case 'connecting':
			return fail(link, nowMs);
		case 'up':
			return link.phase.pingMs === undefined
				? to(link, {...link.phase, sentMs: nowMs, pingMs: nowMs}, {kind: 'send', packet: {cmd: 'pingreq'}})
				: fail(link, nowMs);
		case 'stopping':
			return to(link, {state: 'stopped'}, {kind: 'close'}, eventOf({kind: 'stopped'}));
	}
}

function stop(link: Link, abrupt: boolean, nowMs: number): Change {
	const {state} = link.phase;
	if (state === 'stopping' || state === 'stopped') {
		return same(link);
	}
	if (state === 'up' && !abrupt) {
		const phase = {state: 'stopping', untilMs: nowMs + stopTimeoutMs} as const;
		return to(link, phase, {kind: 'send', packet: {cmd: 'disconnect'}});
	}
	return to(link, {state: 'stopped'}, {kind: 'close'}, eventOf({kind: 'stopped'}));
}

function onPacket(link: Link, packet: Packet, nowMs: number): Change {
	if (link.phase.state === 'connecting') {
		return packet.cmd === 'connack' && packet.returnCode === 0
			? onConnack(link, packet.sessionPresent, nowMs)
			: fail(link, nowMs);
	}
	if (link.phase.state !== 'up') {
		return same(link);
	}
	switch (packet.cmd) {
		case 'publish':
			return onPublish(link, packet);
		case 'puback':
			return onAcknowledged(link, packet.messageId, 'publish', (token) => ({kind: 'published', token}));
		case 'suback':
			return onAcknowledged(link, packet.messageId, 'subscribe', (token) =>
				({kind: 'subscribed', token, granted: granted(packet.granted[0])}));
		case 'unsuback':
			return onAcknowledged(link, packet.messageId, 'unsubscribe', (token) => ({kind: 'unsubscribed', token}));
		case 'pingresp':
			return to(link, {...link.phase, pingMs: undefined});
		default:
			return fail(link, nowMs);
	}
}

function onConnack(link: Link, sessionPresent: boolean, nowMs: number): Change {
	const state: Link = {...link, attempts: 0, phase: {state: 'up', sentMs: nowMs, pingMs: undefined}};
	return {state, outputs: [eventOf({kind: 'up', sessionPresent})]};
}

/** Nothing is subscribed with QoS 2, so a broker can't send it. */
function onPublish(link: Link, packet: IPublishPacket): Change {
	const {topic, retain, dup, messageId} = packet;
	const payload = typeof packet.payload === 'string' ? new TextEncoder().encode(packet.payload) : packet.payload;
	const qos = packet.qos === 0 ? 0 : 1;
	return {
		state: link,
		outputs: [eventOf({kind: 'message', topic, payload, qos, retain, dup, messageId: qos === 0 ? undefined : messageId})],
	};
}

function onAcknowledged(
	link: Link,
	messageId: number | undefined,
	kind: LinkPending['kind'],
	event: (token: number) => LinkEvent,
): Change {
	const entry = messageId === undefined ? undefined : link.pending.get(messageId);
	if (entry?.kind !== kind || messageId === undefined) {
		return same(link);
	}
	const pending = new Map(link.pending);
	pending.delete(messageId);
	return {state: {...link, pending}, outputs: [eventOf(event(entry.token))]};
}

function granted(code: number | object | undefined): 0 | 1 | undefined {
	return code === 0 ? 0 : code === 1 || code === 2 ? 1 : undefined;
}

function to(link: Link, phase: LinkPhase, ...outputs: LinkOutput[]): Change {
	return {state: {...link, phase}, outputs};
}

const eventOf = (event: LinkEvent): LinkOutput => ({kind: 'event', event});

const same = (state: Link): Change => ({state, outputs: []});
