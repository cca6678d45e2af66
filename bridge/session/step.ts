import type {MqttSnPacket, MqttSnPacketOf} from '../../protocol/mqttsn/packet.ts';
import {onPuback, onRegack, retry} from './acknowledge.ts';
import {onLinkEvent} from './answers.ts';
import {onConnect} from './connect.ts';
import {pump} from './downlink.ts';
import {endByBridge, endCongested, endLost, onDisconnect, silenceDeadline} from './life.ts';
import {reply, same} from './state.ts';
import type {Change, Session, SessionInput, SessionStep} from './state.ts';
import {onPublish, onRegister, onSubscribe, onUnsubscribe} from './uplink.ts';

/** One step; see `Session` for the states. A packet is counted under exactly one name. */
export function stepSession(session: Session, input: SessionInput, nowMs: number): SessionStep {
	const {state, outputs, counted} = change(session, input, nowMs);
	return {state, outputs, deadlineMs: deadline(state), counted};
}

function change(session: Session, input: SessionInput, nowMs: number): Change {
	if (session.phase.state === 'ended') {
		return same(session, input.kind === 'packet' ? 'state_unexpected' : undefined);
	}
	switch (input.kind) {
		case 'packet':
			return onPacket({...session, heardMs: nowMs}, input.packet, nowMs);
		case 'link':
			return onLinkEvent(session, input.event, nowMs);
		case 'tick':
			return onTick(session, nowMs);
		case 'end':
			return endByBridge(session, input.quiet);
	}
}

function deadline(session: Session): number | undefined {
	const {phase, flight} = session;
	const silence = silenceDeadline(session);
	const waits = phase.state === 'active' || phase.state === 'awake';
	if (flight === undefined || !waits) {
		return silence;
	}
	return Math.min(flight.dueMs, silence ?? Infinity);
}

function onTick(session: Session, nowMs: number): Change {
	const silence = silenceDeadline(session);
	if (silence !== undefined && nowMs >= silence) {
		return session.phase.state === 'connecting' ? endCongested(session) : endLost(session);
	}
	return retry(session, nowMs);
}

function onPacket(session: Session, packet: MqttSnPacket, nowMs: number): Change {
	const isConnecting = session.phase.state === 'connecting';
	if (isConnecting && packet.type !== 'connect' && packet.type !== 'disconnect') {
		return same(session, 'state_unexpected');
	}
	switch (packet.type) {
		case 'connect':
			return onConnect(session, packet, nowMs);
		case 'register':
			return onRegister(session, packet);
		case 'publish':
			return onPublish(session, packet);
		case 'subscribe':
			return onSubscribe(session, packet);
		case 'unsubscribe':
			return onUnsubscribe(session, packet);
		case 'regack':
			return onRegack(session, packet, nowMs);
		case 'puback':
			return onPuback(session, packet, nowMs);
		case 'pingreq':
			return onPingreq(session, packet, nowMs);
		case 'pingresp':
			return same(session, 'pingresp');
		case 'disconnect':
			return onDisconnect(session, packet.duration, nowMs);
		default:
			return onUnsupported(session, packet);
	}
}

/** From a sleeper, with or without client id, it asks for what is buffered; while that is sent, it is a repetition. */
function onPingreq(session: Session, {clientId}: MqttSnPacketOf<'pingreq'>, nowMs: number): Change {
	const {phase} = session;
	if (clientId !== undefined && clientId !== session.clientId) {
		return reply(session, 'state_unexpected', {type: 'disconnect'});
	}
	if (phase.state === 'asleep') {
		const allowance = session.config.queueMessages;
		return {...pump({...session, phase: {...phase, state: 'awake', allowance}}, nowMs), counted: 'pingreq_awake'};
	}
	return phase.state === 'awake' ? same(session, 'pingreq_awake') : reply(session, 'pingreq', {type: 'pingresp'});
}

function onUnsupported(session: Session, packet: Exclude<MqttSnPacket, {type: HandledType}>): Change {
	switch (packet.type) {
		case 'pubrec':
		case 'pubrel':
		case 'pubcomp':
			return same(session, 'unsupported_qos2');
		case 'willtopicupd':
			return reply(session, 'unsupported_will', {type: 'willtopicresp', returnCode: 3});
		case 'willmsgupd':
			return reply(session, 'unsupported_will', {type: 'willmsgresp', returnCode: 3});
		case 'willtopic':
		case 'willmsg':
			return same(session, 'unsupported_will');
		case 'advertise':
		case 'searchgw':
		case 'gwinfo':
			return same(session, 'unsupported_discovery');
		case 'encapsulation':
			return same(session, 'unsupported_encapsulation');
		case 'connack':
		case 'willtopicreq':
		case 'willmsgreq':
		case 'suback':
		case 'unsuback':
		case 'willtopicresp':
		case 'willmsgresp':
			return same(session, 'direction_unexpected');
	}
}

type HandledType = 'connect' | 'register' | 'publish' | 'subscribe' | 'unsubscribe' | 'regack' | 'puback' | 'pingreq'
	| 'pingresp' | 'disconnect';
