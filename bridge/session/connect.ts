import type {MqttSnPacketOf} from '../../protocol/mqttsn/packet.ts';
import {mqttSnReturnCodes as code} from '../../protocol/schema/mqttsn.ts';
import {pump} from './downlink.ts';
import {withFlightInQueue, withoutBroker} from './life.ts';
import {changeTo, reply, same, andThen} from './state.ts';
import type {Change, Session} from './state.ts';
import {afterConnect, emptyTopicTable} from './topic-table.ts';

/** A CONNECT of a device that has a session: repeated, resumed, or begun anew. */
export function onConnect(session: Session, packet: MqttSnPacketOf<'connect'>, nowMs: number): Change {
	const asked = {...session, keepAliveSeconds: packet.duration};
	if (session.phase.state === 'connecting' && packet.cleanSession === session.clean) {
		return same(asked, 'connect_accepted');
	}
	if (packet.cleanSession || session.clean) {
		return restart(asked, packet.cleanSession, nowMs);
	}
	if (!session.brokerUp) {
		return reply(session, 'congested', {type: 'connack', returnCode: code.congestion});
	}
	return resume(asked, nowMs);
}

function restart(session: Session, clean: boolean, nowMs: number): Change {
	const state: Session = {
		...withoutBroker(session),
		phase: {state: 'connecting', untilMs: nowMs + session.config.connectTimeoutMs},
		clean,
		topics: emptyTopicTable,
		filters: new Map(),
		queue: [],
		flight: undefined,
		lastUplink: undefined,
	};
	return {...changeTo(state, {kind: 'reopen', clean}), counted: 'connect_accepted'};
}

function resume(session: Session, nowMs: number): Change {
	const state: Session = {
		...withFlightInQueue(session),
		phase: {state: 'active'},
		topics: afterConnect(session.topics),
	};
	return andThen(reply(state, 'connect_accepted', {type: 'connack', returnCode: code.accepted}), (next) =>
		pump(next, nowMs));
}

/** The broker accepted the connection; a session it no longer has is subscribed anew. */
export function onLinkUp(session: Session, sessionPresent: boolean, nowMs: number): Change {
	const up: Session = {...session, brokerUp: true};
	const subscribed = sessionPresent ? same(up) : resubscribe(up);
	const greeted = session.phase.state === 'connecting' ? andThen(subscribed, accept) : subscribed;
	return andThen(greeted, (state) => pump(state, nowMs));
}

function resubscribe(session: Session): Change {
	let change = same(session);
	for (const [filter, {qos}] of session.filters) {
		change = andThen(change, (state) => {
			const token = state.nextToken;
			const pending = new Map(state.pending).set(token, {kind: 'resubscribe'});
			const command = {kind: 'subscribe', filter, qos, token} as const;
			return changeTo({...state, pending, nextToken: token + 1}, {kind: 'command', command});
		});
	}
	return change;
}

function accept(session: Session): Change {
	return changeTo(
		{...session, phase: {state: 'active'}},
		{kind: 'send', packet: {type: 'connack', returnCode: code.accepted}},
		{kind: 'count', counter: 'sessions_opened'},
	);
}
