import type {MqttSnPacket, MqttSnPacketOf} from '../../protocol/mqttsn/packet.ts';
import {mqttSnReturnCodes as code} from '../../protocol/schema/mqttsn.ts';
import type {LinkCommand} from '../link/state.ts';
import {hasWildcard, mayPublish, maySubscribe} from '../topics.ts';
import {areEqual} from './downlink.ts';
import {reply, same} from './state.ts';
import type {Change, Filter, Pending, Session, Uplink} from './state.ts';
import {topicName, withTopic} from './topic-table.ts';

export function onRegister(session: Session, {msgId, topicName: name}: MqttSnPacketOf<'register'>): Change {
	const regack = (topicId: number, returnCode: number): MqttSnPacket => ({type: 'regack', topicId, msgId, returnCode});
	if (!mayPublish(session.clientId, name)) {
		return reply(session, 'register_refused', regack(0, code.notSupported));
	}
	const given = withTopic(session.topics, name, {known: true, max: session.config.maxTopicsPerDevice});
	return given === undefined
		? reply(session, 'register_refused', regack(0, code.congestion))
		: reply({...session, topics: given.table}, 'register_accepted', regack(given.id, code.accepted));
}

export function onPublish(session: Session, packet: MqttSnPacketOf<'publish'>): Change {
	const {topicId, msgId, topicIdType, data} = packet;
	const puback = (returnCode: number): MqttSnPacket => ({type: 'puback', topicId, msgId, returnCode});
	if (packet.qos === -1) {
		return same(session, 'unsupported_qos_minus_1');
	}
	if (packet.qos === 2) {
		return reply(session, 'unsupported_qos2', puback(code.notSupported));
	}
	const topic = topicName(session, topicIdType, topicId);
	if (topic === undefined || !mayPublish(session.clientId, topic)) {
		const returnCode = topic === undefined ? code.invalidTopicId : code.notSupported;
		return reply(session, 'publish_refused_topic', puback(returnCode));
	}
	const uplink: Uplink = {topic, topicId, msgId, data};
	if (packet.qos === 1 && isUnderWay(session, uplink)) {
		return same(session, 'publish_duplicate');
	}
	if (packet.qos === 1 && packet.dup && isSame(session.lastUplink, uplink)) {
		return reply(session, 'publish_duplicate', puback(code.accepted));
	}
	if (!session.brokerUp || session.pending.size >= session.config.maxUplinksPerDevice) {
		return packet.qos === 0 ? same(session, 'congested') : reply(session, 'congested', puback(code.congestion));
	}
	return forward(session, uplink, packet);
}

function isUnderWay(session: Session, uplink: Uplink): boolean {
	return [...session.pending.values()].some((pending) => pending.kind === 'publish' && isSame(pending, uplink));
}

function isSame(left: Uplink | undefined, right: Uplink): boolean {
	return left?.msgId === right.msgId && left.topic === right.topic && areEqual(left.data, right.data);
}

function forward(session: Session, uplink: Uplink, {qos, retain}: MqttSnPacketOf<'publish'>): Change {
	const token = session.nextToken;
	const {topic, data: payload} = uplink;
	if (qos === 0) {
		const command = {kind: 'publish', topic, payload, qos, retain, token} as const;
		return {state: session, outputs: [{kind: 'command', command}], counted: 'publish_qos0_accepted'};
	}
	const command = {kind: 'publish', topic, payload, qos: 1, retain, token} as const;
	return request(session, {kind: 'publish', ...uplink}, command, 'publish_qos1_accepted');
}

/** Asks the broker and remembers what for. */
function request(session: Session, pending: Pending, command: LinkCommand, counted: Change['counted']): Change {
	const token = session.nextToken;
	const state = {...session, nextToken: token + 1, pending: new Map(session.pending).set(token, pending)};
	return {state, outputs: [{kind: 'command', command}], ...(counted === undefined ? {} : {counted})};
}

export function onSubscribe(session: Session, packet: MqttSnPacketOf<'subscribe'>): Change {
	const {msgId, topicIdType} = packet;
	const name = subscribedName(session, packet);
	const echo = typeof packet.topic === 'number' ? packet.topic : 0;
	const refuse = (returnCode: number): Change => reply(
		session,
		returnCode === code.congestion ? 'congested' : 'subscribe_refused',
		{type: 'suback', qos: 0, topicId: echo, msgId, returnCode},
	);
	if (name === undefined || !maySubscribe(session.clientId, name)) {
		return refuse(name === undefined ? code.invalidTopicId : code.notSupported);
	}
	if (isRequested(session, 'subscribe', msgId)) {
		return same(session, 'duplicate_request');
	}
	const {maxSubscriptionsPerDevice, maxTopicsPerDevice, maxUplinksPerDevice} = session.config;
	const isFull = !session.filters.has(name) && session.filters.size >= maxSubscriptionsPerDevice;
	if (!session.brokerUp || isFull || session.pending.size >= maxUplinksPerDevice) {
		return refuse(code.congestion);
	}
	const isNamed = topicIdType === 'normal' && !hasWildcard(name);
	const given = isNamed ? withTopic(session.topics, name, {known: false, max: maxTopicsPerDevice}) : undefined;
	if (isNamed && given === undefined) {
		return refuse(code.congestion);
	}
	const qos = packet.qos === 0 ? 0 : 1;
	const filter: Filter = {qos, topicIdType, topicId: given?.id ?? echo};
	const state = {...session, topics: given?.table ?? session.topics};
	const command = {kind: 'subscribe', filter: name, qos, token: session.nextToken} as const;
	return request(state, {kind: 'subscribe', msgId, name, filter}, command, 'subscribe_accepted');
}

export function onUnsubscribe(session: Session, packet: MqttSnPacketOf<'unsubscribe'>): Change {
	const {msgId} = packet;
	const name = subscribedName(session, packet);
	if (name === undefined || !maySubscribe(session.clientId, name)) {
		return reply(session, 'unsubscribe_refused', {type: 'unsuback', msgId});
	}
	if (isRequested(session, 'unsubscribe', msgId)) {
		return same(session, 'duplicate_request');
	}
	// UNSUBACK has no return code: silence makes the device ask again.
	if (!session.brokerUp || session.pending.size >= session.config.maxUplinksPerDevice) {
		return same(session, 'congested');
	}
	const command = {kind: 'unsubscribe', filter: name, token: session.nextToken} as const;
	return request(session, {kind: 'unsubscribe', msgId, name}, command, 'unsubscribe_accepted');
}

function subscribedName(
	session: Session,
	{topic, topicIdType}: MqttSnPacketOf<'subscribe'> | MqttSnPacketOf<'unsubscribe'>,
): string | undefined {
	return typeof topic === 'string' ? topic : topicName(session, topicIdType, topic);
}

function isRequested(session: Session, kind: 'subscribe' | 'unsubscribe', msgId: number): boolean {
	return [...session.pending.values()].some((pending) => pending.kind === kind && pending.msgId === msgId);
}
