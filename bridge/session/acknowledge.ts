import type {MqttSnPacketOf} from '../../protocol/mqttsn/packet.ts';
import {mqttSnReturnCodes as code} from '../../protocol/schema/mqttsn.ts';
import {finish, launch, pump} from './downlink.ts';
import {endLost, fallAsleep} from './life.ts';
import {changeTo, same, andThen} from './state.ts';
import type {Change, Session} from './state.ts';
import {withTopic, withoutKnown} from './topic-table.ts';

/** The device answers a REGISTER. Congestion leaves it in flight, so that it is repeated. */
export function onRegack(session: Session, packet: MqttSnPacketOf<'regack'>, nowMs: number): Change {
	const {flight} = session;
	if (flight?.packet.type !== 'register' || flight.packet.msgId !== packet.msgId) {
		return same(session, 'ack_unexpected');
	}
	if (packet.returnCode === code.congestion) {
		return same(session, 'ack_refused');
	}
	const landed: Session = {...session, flight: undefined};
	const {topic} = flight.message;
	if (packet.returnCode === code.accepted) {
		const given = withTopic(landed.topics, topic, {known: true, max: Infinity});
		const queue = [flight.message, ...landed.queue];
		const state = {...landed, topics: given?.table ?? landed.topics, queue};
		return andThen(same(state, 'ack_accepted'), (next) => pump(next, nowMs));
	}
	return andThen(andThen(same(landed, 'ack_refused'), (state) => refuseName(state, topic)), (state) =>
		andThen(finish(state, flight.message, 'downlink_refused'), (next) => pump(next, nowMs)));
}

/** A refused REGISTER counts as an unsubscribe from that name (6.10); a wildcard filter stays. */
function refuseName(session: Session, name: string): Change {
	const topics = {...session.topics, refused: new Set(session.topics.refused).add(name)};
	if (!session.filters.has(name) || !session.brokerUp) {
		return changeTo({...session, topics});
	}
	const filters = new Map(session.filters);
	filters.delete(name);
	const token = session.nextToken;
	const state = {...session, topics, filters, nextToken: token + 1};
	return changeTo(state, {kind: 'command', command: {kind: 'unsubscribe', filter: name, token}});
}

/** The device answers a PUBLISH; on an unknown id the message is told again by name. */
export function onPuback(session: Session, packet: MqttSnPacketOf<'puback'>, nowMs: number): Change {
	const {flight} = session;
	if (flight?.packet.type !== 'publish' || flight.packet.msgId !== packet.msgId) {
		return packet.returnCode === code.invalidTopicId
			? forgetTopic(session, packet.topicId)
			: same(session, 'ack_unexpected');
	}
	if (packet.returnCode === code.congestion) {
		return same(session, 'ack_refused');
	}
	const landed: Session = {...session, flight: undefined};
	if (packet.returnCode === code.accepted) {
		return andThen({...finish(landed, flight.message, 'downlink_delivered_qos1'), counted: 'ack_accepted'}, (state) =>
			pump(state, nowMs));
	}
	if (packet.returnCode === code.invalidTopicId && !flight.message.byName) {
		const topics = withoutKnown(landed.topics, flight.packet.topicId);
		const state = {...landed, topics, queue: [{...flight.message, byName: true}, ...landed.queue]};
		return andThen(same(state, 'ack_refused'), (next) => pump(next, nowMs));
	}
	return andThen({...finish(landed, flight.message, 'downlink_refused'), counted: 'ack_refused'}, (state) =>
		pump(state, nowMs));
}

/** PUBACK also answers QoS 0, with message id 0, when the device does not know the id (5.4.13). */
function forgetTopic(session: Session, topicId: number): Change {
	return session.topics.known.has(topicId)
		? same({...session, topics: withoutKnown(session.topics, topicId)}, 'ack_refused')
		: same(session, 'ack_unexpected');
}

/** Sends again what the device has not acknowledged, or gives up. */
export function retry(session: Session, nowMs: number): Change {
	const {flight, phase, config} = session;
	if (flight === undefined || nowMs < flight.dueMs || (phase.state !== 'active' && phase.state !== 'awake')) {
		return same(session);
	}
	if (flight.tries >= config.retryTries) {
		return phase.state === 'awake' ? changeTo(fallAsleep(session, phase.seconds, session.heardMs)) : endLost(session);
	}
	const packet = flight.packet.type === 'publish' ? {...flight.packet, dup: true} : flight.packet;
	const again = launch(session, {...flight, packet, tries: flight.tries + 1}, nowMs);
	return andThen(again, (state) => changeTo(state, {kind: 'count', counter: 'downlink_retried'}));
}
