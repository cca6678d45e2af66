import type {IPublishPacket, Packet} from 'mqtt-packet';
import type {Change, Link, LinkCommand, LinkPublish} from './state.ts';

/** Sends a request of the session; what the broker must acknowledge is remembered under its message id. */
export function command(link: Link, input: LinkCommand, nowMs: number): Change {
	const sent: Link = link.phase.state === 'up' ? {...link, phase: {...link.phase, sentMs: nowMs}} : link;
	if (input.kind === 'acknowledge') {
		return send(sent, {cmd: 'puback', messageId: input.messageId});
	}
	if (input.kind === 'publish' && input.qos === 0) {
		return send(sent, publishPacket(input));
	}
	const messageId = freeMessageId(sent);
	const pending = new Map(sent.pending).set(messageId, {kind: input.kind, token: input.token});
	const state: Link = {...sent, pending, nextMessageId: messageId === 0xffff ? 1 : messageId + 1};
	switch (input.kind) {
		case 'publish':
			return send(state, {...publishPacket(input), messageId});
		case 'subscribe':
			return send(state, {cmd: 'subscribe', messageId, subscriptions: [{topic: input.filter, qos: input.qos}]});
		case 'unsubscribe':
			return send(state, {cmd: 'unsubscribe', messageId, unsubscriptions: [input.filter]});
	}
}

function publishPacket({topic, payload, qos, retain}: LinkPublish): IPublishPacket {
	const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
	return {cmd: 'publish', topic, payload: bytes, qos, retain, dup: false};
}

/** Callers bound what is pending far below 65,535, so a free id is near. */
function freeMessageId(link: Link): number {
	let id = link.nextMessageId;
	while (link.pending.has(id)) {
		id = id === 0xffff ? 1 : id + 1;
	}
	return id;
}

function send(state: Link, packet: Packet): Change {
	return {state, outputs: [{kind: 'send', packet}]};
}
