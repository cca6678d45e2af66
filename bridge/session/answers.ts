import type {MqttSnPacket} from '../../protocol/mqttsn/packet.ts';
import {mqttSnReturnCodes as code} from '../../protocol/schema/mqttsn.ts';
import type {LinkEvent} from '../link/state.ts';
import {hasWildcard} from '../topics.ts';
import {onLinkUp} from './connect.ts';
import {onMessage, pump} from './downlink.ts';
import {endCongested, withoutBroker} from './life.ts';
import {changeTo, same, andThen} from './state.ts';
import type {Change, Pending, Session, SessionOutput} from './state.ts';
import {withTopic} from './topic-table.ts';

/** What the broker connection says, turned into what the device is told. */
export function onLinkEvent(session: Session, event: LinkEvent, nowMs: number): Change {
	switch (event.kind) {
		case 'up':
			return onLinkUp(session, event.sessionPresent, nowMs);
		case 'down':
			return session.phase.state === 'connecting' ? endCongested(session) : onLinkDown(session);
		case 'stopped':
			return same(session);
		case 'message':
			return onMessage(session, event, nowMs);
		case 'published':
			return andThen(settle(session, event.token, onPublished), (state) => pump(state, nowMs));
		case 'subscribed':
			return andThen(
				settle(session, event.token, (state, pending) => onSubscribed(state, pending, event.granted)),
				(state) => pump(state, nowMs),
			);
		case 'unsubscribed':
			return andThen(settle(session, event.token, onUnsubscribed), (state) => pump(state, nowMs));
	}
}

function onLinkDown(session: Session): Change {
	const outputs = [...session.pending.values()].flatMap(congestion);
	return changeTo(withoutBroker(session), ...outputs);
}

function congestion(pending: Pending): SessionOutput[] {
	const returnCode = code.congestion;
	switch (pending.kind) {
		case 'publish': {
			const {topicId, msgId} = pending;
			return [{kind: 'send', packet: {type: 'puback', topicId, msgId, returnCode}}];
		}
		case 'subscribe': {
			const {msgId, filter: {topicId}} = pending;
			return [{kind: 'send', packet: {type: 'suback', qos: 0, topicId, msgId, returnCode}}];
		}
		case 'resubscribe':
		case 'unsubscribe':
			return [];
	}
}

function settle(session: Session, token: number, next: (session: Session, pending: Pending) => Change): Change {
	const entry = session.pending.get(token);
	if (entry === undefined) {
		return same(session);
	}
	const pending = new Map(session.pending);
	pending.delete(token);
	return next({...session, pending}, entry);
}

function onPublished(session: Session, pending: Pending): Change {
	if (pending.kind !== 'publish') {
		return same(session);
	}
	const {topic, topicId, msgId, data} = pending;
	const packet: MqttSnPacket = {type: 'puback', topicId, msgId, returnCode: code.accepted};
	return changeTo({...session, lastUplink: {topic, topicId, msgId, data}}, {kind: 'send', packet});
}

function onSubscribed(session: Session, pending: Pending, granted: 0 | 1 | undefined): Change {
	if (pending.kind !== 'subscribe') {
		return same(session);
	}
	const {msgId, name, filter: {topicId, topicIdType}} = pending;
	if (granted === undefined) {
		const packet: MqttSnPacket = {type: 'suback', qos: 0, topicId, msgId, returnCode: code.notSupported};
		return changeTo(session, {kind: 'send', packet});
	}
	const filters = new Map(session.filters).set(name, {qos: granted, topicId, topicIdType});
	const isNamed = topicIdType === 'normal' && !hasWildcard(name);
	const known = isNamed ? withTopic(session.topics, name, {known: true, max: Infinity}) : undefined;
	const state = {...session, filters, topics: known?.table ?? session.topics};
	const packet: MqttSnPacket = {type: 'suback', qos: granted, topicId, msgId, returnCode: code.accepted};
	return changeTo(state, {kind: 'send', packet});
}

function onUnsubscribed(session: Session, pending: Pending): Change {
	if (pending.kind !== 'unsubscribe') {
		return same(session);
	}
	const filters = new Map(session.filters);
	filters.delete(pending.name);
	return changeTo({...session, filters}, {kind: 'send', packet: {type: 'unsuback', msgId: pending.msgId}});
}
