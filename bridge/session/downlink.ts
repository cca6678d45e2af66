import type {MqttSnPacketOf} from '../../protocol/mqttsn/packet.ts';
import {backOffMs, nextSeed} from '../back-off.ts';
import type {EventCounter} from '../counters.ts';
import type {LinkMessage} from '../link/state.ts';
import {mayReceive} from '../topics.ts';
import {fallAsleep, withoutBroker} from './life.ts';
import {changeTo, same, andThen} from './state.ts';
import type {Change, Downlink, Flight, Session, SessionOutput} from './state.ts';
import {topicRef, withTopic} from './topic-table.ts';

/** MsgType and fixed fields of PUBLISH and REGISTER. */
const publishBytes = 6;
const registerBytes = 5;

/** Takes a message of the broker: into the queue if it has room, and on to the device if that listens. */
export function onMessage(session: Session, message: LinkMessage, nowMs: number): Change {
	const downlink: Downlink = {
		topic: message.topic,
		payload: message.payload,
		qos: message.qos,
		retain: message.retain,
		messageId: message.messageId,
		epoch: session.epoch,
		byName: false,
		sent: false,
	};
	if (!mayReceive(session.clientId, message.topic) || message.topic.includes('\0')) {
		return finish(session, downlink, 'downlink_refused');
	}
	if (datagramBytes(publishBytes + message.payload.length) > session.config.mtuBytes) {
		return finish(session, downlink, 'downlink_too_long');
	}
	const repeated = session.flight === undefined ? undefined : repeatedInFlight(session, session.flight, message);
	if (repeated !== undefined) {
		return same(repeated);
	}
	if (!hasRoom(session, downlink)) {
		return refuseRoom(session, downlink);
	}
	return pump({...session, queue: [...session.queue, downlink]}, nowMs);
}

/** A broker that lost its connection repeats what is in flight here: then only the acknowledgement is renewed. */
function repeatedInFlight(session: Session, flight: Flight, message: LinkMessage): Session | undefined {
	const {topic, payload, messageId, epoch} = flight.message;
	const isRepeated = message.dup && epoch !== session.epoch && messageId === message.messageId
		&& topic === message.topic && areEqual(payload, message.payload);
	return isRepeated ? {...session, flight: {...flight, message: {...flight.message, epoch: session.epoch}}} : undefined;
}

/** Once a message was held back, later ones of QoS 1 must wait behind it, or their order would change. */
function hasRoom({config, queue, heldBack}: Session, {qos, payload}: Downlink): boolean {
	const bytes = queue.reduce((sum, message) => sum + message.payload.length, payload.length);
	return queue.length < config.queueMessages && bytes <= config.queueBytes && !(heldBack && qos === 1);
}

function refuseRoom(session: Session, downlink: Downlink): Change {
	if (downlink.qos === 0) {
		return changeTo(session, {kind: 'count', counter: 'downlink_dropped_qos0'});
	}
	return session.clean
		? finish(session, downlink, 'downlink_dropped_clean')
		: changeTo({...session, heldBack: true}, {kind: 'count', counter: 'downlink_held_back'});
}

/** Sends from the queue until something must be waited for. */
export function pump(session: Session, nowMs: number): Change {
	let change = same(session);
	for (let next = nextMessage(session); next !== undefined; next = nextMessage(change.state)) {
		const message = next;
		change = andThen(change, (state) => sendNext(state, message, nowMs));
	}
	return andThen(change, (state) => afterPump(state, nowMs));
}

function nextMessage({phase, flight, queue}: Session): Downlink | undefined {
	const listens = phase.state === 'active' || (phase.state === 'awake' && phase.allowance > 0);
	return listens && flight === undefined ? queue[0] : undefined;
}

function sendNext(session: Session, message: Downlink, nowMs: number): Change {
	const ref = message.byName ? registeredRef(session, message.topic) : topicRef(session, message.topic);
	if (ref === undefined) {
		return sendRegister(session, message, nowMs);
	}
	const taken = take(session);
	const msgId = message.qos === 0 ? 0 : taken.nextMsgId;
	const {qos, retain, sent: dup, payload: data} = message;
	const packet: MqttSnPacketOf<'publish'> = {type: 'publish', dup: dup && qos === 1, qos, retain, ...ref, msgId, data};
	const spent = spend(taken);
	return qos === 0
		? changeTo(spent, {kind: 'send', packet})
		: launch(withNextMsgId(spent), {packet, message, tries: 1, dueMs: 0}, nowMs);
}

/** With Length, which takes one octet or three (5.2.1). */
function datagramBytes(bytes: number): number {
	return bytes + (bytes + 1 <= 0xff ? 1 : 3);
}

function registeredRef({topics}: Session, name: string): {topicIdType: 'normal'; topicId: number} | undefined {
	const id = topics.byName.get(name);
	return id !== undefined && topics.known.has(id) ? {topicIdType: 'normal', topicId: id} : undefined;
}

function sendRegister(session: Session, message: Downlink, nowMs: number): Change {
	const taken = take(session);
	const {topic: topicName} = message;
	const given = session.topics.refused.has(topicName)
		? undefined
		: withTopic(session.topics, topicName, {known: false, max: session.config.maxTopicsPerDevice});
	if (given === undefined) {
		return finish(taken, message, 'downlink_refused');
	}
	const packet = {type: 'register', topicId: given.id, msgId: taken.nextMsgId, topicName} as const;
	if (datagramBytes(registerBytes + new TextEncoder().encode(topicName).length) > session.config.mtuBytes) {
		return finish(taken, message, 'downlink_too_long');
	}
	const state = withNextMsgId({...taken, topics: given.table});
	return launch(state, {packet, message, tries: 1, dueMs: 0}, nowMs);
}

function take(session: Session): Session {
	return {...session, queue: session.queue.slice(1)};
}

function spend(session: Session): Session {
	const {phase} = session;
	return phase.state === 'awake' ? {...session, phase: {...phase, allowance: phase.allowance - 1}} : session;
}

function withNextMsgId(session: Session): Session {
	return {...session, nextMsgId: session.nextMsgId === 0xffff ? 1 : session.nextMsgId + 1};
}

/** Puts a message in flight and sets its repetition. */
export function launch(session: Session, flight: Flight, nowMs: number): Change {
	const {retryFirstMs: firstMs, retryMaxMs: maxMs} = session.config;
	const seed = nextSeed(session.seed);
	const dueMs = nowMs + backOffMs({firstMs, maxMs}, flight.tries, seed);
	return changeTo({...session, seed, flight: {...flight, dueMs}}, {kind: 'send', packet: flight.packet});
}

/** The message is over: the broker may forget it. */
export function finish(
	session: Session,
	{messageId, epoch}: Downlink,
	counter: EventCounter,
): Change {
	const count: SessionOutput = {kind: 'count', counter};
	return messageId !== undefined && epoch === session.epoch && session.brokerUp
		? changeTo(session, {kind: 'command', command: {kind: 'acknowledge', messageId}}, count)
		: changeTo(session, count);
}

/** PINGRESP ends the time awake when nothing is left; what was held back comes with a new broker connection. */
function afterPump(session: Session, nowMs: number): Change {
	const {phase, flight, queue} = session;
	const isDrained = flight === undefined && (queue.length === 0 || (phase.state === 'awake' && phase.allowance <= 0));
	if (!isDrained || (phase.state !== 'awake' && phase.state !== 'active')) {
		return same(session);
	}
	const slept = phase.state === 'awake'
		? changeTo(fallAsleep(session, phase.seconds, nowMs), {kind: 'send', packet: {type: 'pingresp'}})
		: same(session);
	return andThen(slept, fetchHeldBack);
}

function fetchHeldBack(session: Session): Change {
	const canFetch = session.heldBack && session.brokerUp && session.queue.length === 0 && session.pending.size === 0;
	return canFetch ? changeTo(withoutBroker(session), {kind: 'reopen', clean: false}) : same(session);
}

export function areEqual(left: Uint8Array, right: Uint8Array): boolean {
	return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
