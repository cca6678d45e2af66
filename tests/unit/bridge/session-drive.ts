import {defaultBridgeConfig} from '../../../bridge/config.ts';
import type {BridgeConfig} from '../../../bridge/config.ts';
import type {LinkCommand, LinkEvent, LinkMessage} from '../../../bridge/link/state.ts';
import {newSession} from '../../../bridge/session/life.ts';
import type {Session, SessionInput, SessionOutput, SessionStep} from '../../../bridge/session/state.ts';
import {stepSession} from '../../../bridge/session/step.ts';
import type {MqttSnPacket} from '../../../protocol/mqttsn/packet.ts';

export interface DriveOptions {
	readonly clientId?: string;
	readonly clean?: boolean;
	readonly duration?: number;
	readonly config?: Partial<BridgeConfig>;
}

/** A session with a clock in the hand of the test; time starts at 0. */
export class Drive {
	session: Session;
	nowMs = 0;
	last: SessionStep | undefined;
	readonly #options: DriveOptions;

	constructor(options: DriveOptions = {}) {
		this.#options = options;
		const config = {...defaultBridgeConfig, ...options.config};
		const packet = this.#connectPacket();
		this.session = newSession(packet, {config, nowMs: 0, seed: 1});
	}

	/** A session after CONNACK. */
	static active(options: DriveOptions = {}): Drive {
		const drive = new Drive(options);
		drive.link({kind: 'up', sessionPresent: false});
		return drive;
	}

	/** What the step put out. */
	step(input: SessionInput): readonly SessionOutput[] {
		this.last = stepSession(this.session, input, this.nowMs);
		this.session = this.last.state;
		return this.last.outputs;
	}

	packet(packet: MqttSnPacket): readonly SessionOutput[] {
		return this.step({kind: 'packet', packet});
	}

	link(event: LinkEvent): readonly SessionOutput[] {
		return this.step({kind: 'link', event});
	}

	tickAt(nowMs: number): readonly SessionOutput[] {
		this.nowMs = nowMs;
		return this.step({kind: 'tick'});
	}

	connect(): readonly SessionOutput[] {
		return this.packet(this.#connectPacket());
	}

	subscribe(topic: string | number, msgId = 1): readonly SessionOutput[] {
		const topicIdType = typeof topic === 'number' ? 'predefined' : 'normal';
		const token = this.session.nextToken;
		this.packet({type: 'subscribe', dup: false, qos: 1, topicIdType, msgId, topic});
		return this.link({kind: 'subscribed', token, granted: 1});
	}

	message(message: Partial<LinkMessage>): readonly SessionOutput[] {
		return this.link({
			kind: 'message', topic: 'f/node/i', payload: Uint8Array.of(1), qos: 1, retain: false, dup: false,
			messageId: message.qos === 0 ? undefined : 1, ...message,
		});
	}

	publish(msgId: number, {dup = false, topicId = 2, data = Uint8Array.of(7)} = {}): readonly SessionOutput[] {
		const qos = msgId === 0 ? 0 : 1;
		return this.packet({type: 'publish', dup, qos, retain: false, topicIdType: 'predefined', topicId, msgId, data});
	}

	/** The device acknowledges what is in flight. */
	acknowledge(returnCode = 0): readonly SessionOutput[] {
		const packet = this.session.flight?.packet;
		if (packet === undefined) {
			return [];
		}
		const {topicId, msgId} = packet;
		return this.packet({type: packet.type === 'register' ? 'regack' : 'puback', topicId, msgId, returnCode});
	}

	#connectPacket(): MqttSnPacket & {type: 'connect'} {
		const {clientId = 'node', clean = false, duration = 60} = this.#options;
		return {type: 'connect', will: false, cleanSession: clean, protocolId: 1, duration, clientId};
	}
}

export function sent(outputs: readonly SessionOutput[]): MqttSnPacket[] {
	return outputs.flatMap((output) => output.kind === 'send' ? [output.packet] : []);
}

export function commands(outputs: readonly SessionOutput[]): LinkCommand[] {
	return outputs.flatMap((output) => output.kind === 'command' ? [output.command] : []);
}

export function counts(outputs: readonly SessionOutput[]): string[] {
	return outputs.flatMap((output) => output.kind === 'count' ? [output.counter] : []);
}
