import type {MqttSnPacketOf} from '../../protocol/mqttsn/packet.ts';
import {mqttSnProtocolId, mqttSnReturnCodes as code} from '../../protocol/schema/mqttsn.ts';
import type {BridgeConfig} from '../config.ts';
import type {DatagramCounter} from '../counters.ts';
import {isServedClientId} from '../topics.ts';
import {changeTo, reply} from './state.ts';
import type {Change, Session} from './state.ts';
import {emptyTopicTable} from './topic-table.ts';

export interface ConnectRefusal {
	readonly returnCode: number;
	readonly counted: DatagramCounter;
}

/** Why a CONNECT can't be served, whoever sends it. */
export function refuseConnect(packet: MqttSnPacketOf<'connect'>): ConnectRefusal | undefined {
	if (packet.protocolId !== mqttSnProtocolId) {
		return {returnCode: code.notSupported, counted: 'connect_refused_protocol'};
	}
	if (!isServedClientId(packet.clientId)) {
		return {returnCode: code.notSupported, counted: 'connect_refused_client_id'};
	}
	return packet.will ? {returnCode: code.notSupported, counted: 'unsupported_will'} : undefined;
}

/** The session a first CONNECT begins; the broker connection is to be started beside it. */
export function newSession(
	packet: MqttSnPacketOf<'connect'>,
	{config, nowMs, seed}: {readonly config: BridgeConfig; readonly nowMs: number; readonly seed: number},
): Session {
	return {
		phase: {state: 'connecting', untilMs: nowMs + config.connectTimeoutMs},
		config,
		clientId: packet.clientId,
		clean: packet.cleanSession,
		keepAliveSeconds: packet.duration,
		heardMs: nowMs,
		brokerUp: false,
		epoch: 0,
		topics: emptyTopicTable,
		filters: new Map(),
		queue: [],
		flight: undefined,
		heldBack: false,
		pending: new Map(),
		nextToken: 1,
		nextMsgId: 1,
		lastUplink: undefined,
		seed,
	};
}

/** Durations are supervised with the tolerance of 7.2: 10 % over one minute, 50 % up to it. */
export function toleratedMs(seconds: number): number {
	return seconds * (seconds > 60 ? 1100 : 1500);
}

/** When the silence of the device ends its session; undefined: never. */
export function silenceDeadline({phase, keepAliveSeconds, heardMs}: Session): number | undefined {
	switch (phase.state) {
		case 'connecting':
			return phase.untilMs;
		case 'active':
			return keepAliveSeconds === 0 ? undefined : heardMs + toleratedMs(keepAliveSeconds);
		case 'asleep':
			return heardMs + toleratedMs(phase.seconds);
		case 'awake':
		case 'ended':
			return undefined;
	}
}

/** The device listens no more: what is in flight goes back to the head of the queue. */
export function fallAsleep(session: Session, seconds: number, heardMs: number): Session {
	const landed = withFlightInQueue(session);
	return {...landed, phase: {state: 'asleep', seconds}, heardMs};
}

export function withFlightInQueue(session: Session): Session {
	const {flight, queue} = session;
	if (flight === undefined) {
		return session;
	}
	const message = {...flight.message, sent: flight.message.sent || flight.packet.type === 'publish'};
	return {...session, flight: undefined, queue: [message, ...queue]};
}

/**
 * The broker connection ended. A kept broker session repeats what waits here unacknowledged, so only its other messages
 * stay; what is in flight stays too, and its repetition is recognised.
 */
export function withoutBroker(session: Session): Session {
	const {clean, queue, epoch} = session;
	return {
		...session,
		brokerUp: false,
		epoch: epoch + 1,
		pending: new Map(),
		heldBack: false,
		queue: clean ? queue : queue.filter(({messageId}) => messageId === undefined),
	};
}

/** Silence, or no acknowledgement: the device is told, in case it still lives. */
export function endLost(session: Session): Change {
	return changeTo(
		{...session, phase: {state: 'ended'}},
		{kind: 'send', packet: {type: 'disconnect'}},
		{kind: 'count', counter: 'sessions_lost'},
		{kind: 'end', abrupt: true},
	);
}

/** The broker did not answer in time; the device shall come again later. */
export function endCongested(session: Session): Change {
	return changeTo(
		{...session, phase: {state: 'ended'}},
		{kind: 'send', packet: {type: 'connack', returnCode: code.congestion}},
		{kind: 'count', counter: 'sessions_congested'},
		{kind: 'end', abrupt: true},
	);
}

/** `quiet` leaves out the DISCONNECT to the device. */
export function endByBridge(session: Session, quiet: boolean): Change {
	const ended: Session = {...session, phase: {state: 'ended'}};
	return quiet
		? changeTo(ended, {kind: 'end', abrupt: false})
		: changeTo(ended, {kind: 'send', packet: {type: 'disconnect'}}, {kind: 'end', abrupt: false});
}

/** DISCONNECT with a duration is sleep; a sleep of 0 s would be over at once, so it is none. */
export function onDisconnect(session: Session, duration: number | undefined, nowMs: number): Change {
	if (duration !== undefined && duration > 0 && session.phase.state !== 'connecting') {
		return reply(fallAsleep(session, duration, nowMs), 'disconnect_sleep', {type: 'disconnect'});
	}
	const outputs = [
		{kind: 'send', packet: {type: 'disconnect'}},
		{kind: 'count', counter: 'sessions_ended'},
		{kind: 'end', abrupt: false},
	] as const;
	return {state: {...session, phase: {state: 'ended'}}, outputs, counted: 'disconnect'};
}
