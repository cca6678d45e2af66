import {encode} from '../protocol/mqttsn/codec.ts';
import type {MqttSnPacket} from '../protocol/mqttsn/packet.ts';
import {Alarm} from './alarm.ts';
import type {DatagramCounter} from './counters.ts';
import {LinkRunner} from './link-runner.ts';
import type {BridgeContext} from './link-runner.ts';
import type {LinkEvent} from './link/state.ts';
import type {Session, SessionInput, SessionOutput} from './session/state.ts';
import {stepSession} from './session/step.ts';

export interface DeviceOptions {
	readonly context: BridgeContext;
	readonly session: Session;
	readonly seed: number;
	readonly address: string;
	readonly send: (address: string, bytes: Uint8Array) => void;
	/** The session is over; the broker connection may still be closing. */
	readonly onEnd: (device: Device) => void;
	readonly onLinkStopped: (device: Device) => void;
}

/** One device at the bridge: its session and its broker connection, each a step machine, joined here. */
export class Device {
	/** Where the device was heard last. */
	address: string;
	readonly clientId: string;
	readonly #options: DeviceOptions;
	readonly #link: LinkRunner;
	readonly #alarm: Alarm;
	readonly #takenAlarm: Alarm;
	#session: Session;
	/** When the broker connection was lost; undefined when it was not. */
	#lostMs: number | undefined;

	constructor(options: DeviceOptions) {
		const {context, session, seed} = options;
		const {config, clientId, clean} = session;
		this.#options = options;
		this.address = options.address;
		this.clientId = clientId;
		this.#session = session;
		this.#alarm = new Alarm(context.clock, () => context.work.run(() => this.#input({kind: 'tick'})));
		this.#takenAlarm = new Alarm(context.clock, () => context.work.run(() => this.#endIfTaken()));
		this.#link = new LinkRunner(context, {
			clientId,
			clean,
			keepAliveSeconds: config.brokerKeepAliveSeconds,
			retryFirstMs: config.retryFirstMs,
			retryMaxMs: config.retryMaxMs,
			timeoutMs: config.connectTimeoutMs,
		}, seed, (event) => this.#onLinkEvent(event));
	}

	/** All of this from inside the work queue. */
	start(): void {
		this.#input({kind: 'tick'});
		this.#link.input({kind: 'start'});
	}

	/** Says under which name the datagram is counted. */
	receive(packet: MqttSnPacket): DatagramCounter {
		return this.#input({kind: 'packet', packet}) ?? 'state_unexpected';
	}

	/** `quiet`: the device is not told, because another client speaks from its address now. */
	end(quiet: boolean): void {
		this.#input({kind: 'end', quiet});
	}

	#onLinkEvent(event: LinkEvent): void {
		if (event.kind === 'stopped') {
			this.#takenAlarm.aim(undefined);
			this.#options.onLinkStopped(this);
			return;
		}
		if (event.kind === 'down' && event.wasUp) {
			const {clock} = this.#options.context;
			this.#lostMs = clock.now();
			this.#takenAlarm.aim(clock.now() + this.#session.config.retryFirstMs / 2);
		}
		this.#input({kind: 'link', event});
	}

	/**
	 * A broker that ends one connection while the bridge's own stands has most likely got the same client id from another
	 * bridge. To come back would end that one, and so on for ever; a device that is still here connects anew, since it
	 * hears DISCONNECT at its next message. Looked at before the first attempt to come back.
	 */
	#endIfTaken(): void {
		if (this.#lostMs !== undefined && this.#options.context.isBrokerUpSince(this.#lostMs)) {
			this.#options.context.counters.countEvent('sessions_taken');
			this.end(true);
		}
	}

	#input(input: SessionInput): DatagramCounter | undefined {
		const {state, outputs, deadlineMs, counted} = stepSession(this.#session, input, this.#options.context.clock.now());
		this.#session = state;
		this.#alarm.aim(deadlineMs);
		for (const output of outputs) {
			this.#carryOut(output);
		}
		return counted;
	}

	#carryOut(output: SessionOutput): void {
		switch (output.kind) {
			case 'send':
				this.#options.send(this.address, encode(output.packet));
				return;
			case 'command':
				this.#link.input(output.command);
				return;
			case 'reopen':
				this.#link.input(output);
				return;
			case 'count':
				this.#options.context.counters.countEvent(output.counter);
				return;
			case 'end':
				this.#options.onEnd(this);
				this.#link.input({kind: 'stop', abrupt: output.abrupt});
		}
	}
}
