import {decode, encode} from '../protocol/mqttsn/codec.ts';
import type {MqttSnPacket, MqttSnPacketOf} from '../protocol/mqttsn/packet.ts';
import {mqttSnReturnCodes} from '../protocol/schema/mqttsn.ts';
import type {Clock} from '../runtime/clock.ts';
import type {DatagramPort} from '../runtime/datagram.ts';
import type {Log} from '../runtime/log.ts';
import type {OpenChannel} from '../runtime/mqtt.ts';
import type {Random} from '../runtime/random.ts';
import {checkBridgeConfig, checkBridgeName, defaultBridgeConfig} from './config.ts';
import type {BridgeConfig} from './config.ts';
import {Counters} from './counters.ts';
import type {BridgeCounters, DatagramCounter} from './counters.ts';
import {Device} from './device.ts';
import type {BridgeContext} from './link-runner.ts';
import {Presence} from './presence.ts';
import {newSession, refuseConnect} from './session/life.ts';
import {fullBucket, takeToken} from './token-bucket.ts';
import {Turnstile} from './turnstile.ts';
import {judgeUnknownSender} from './unknown-sender.ts';
import {WorkQueue} from './work-queue.ts';

export interface BridgeOptions {
	/** `[a-z0-9-]{1,23}`, of its own among the bridges of one broker. */
	readonly name: string;
	/** The bridge closes it. */
	readonly datagrams: DatagramPort;
	readonly openChannel: OpenChannel;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	/** What differs from `defaultBridgeConfig`. */
	readonly config?: Partial<BridgeConfig>;
}

export interface Bridge {
	/** Tells devices, broker and watchers; resolves when all connections are closed, 1 s at most. */
	close(): Promise<void>;
	counters(): BridgeCounters;
	/** Whether the broker is connected: the bridge's own connection, which tells of its presence. */
	readonly isConnected: boolean;
}

/** Starts a bridge. Throws RangeError for a bad name or configuration. */
export function createBridge(options: BridgeOptions): Bridge {
	const config = {...defaultBridgeConfig, ...options.config};
	checkBridgeName(options.name);
	checkBridgeConfig(config);
	return new RunningBridge(options, config);
}

class RunningBridge implements Bridge {
	readonly #options: BridgeOptions;
	readonly #config: BridgeConfig;
	readonly #counters = new Counters();
	readonly #context: BridgeContext;
	readonly #presence: Presence;
	readonly #byAddress = new Map<string, Device>();
	readonly #byClientId = new Map<string, Device>();
	/** Whatever must stop before the bridge is closed. */
	readonly #running = new Set<object>();
	readonly #stopped = Promise.withResolvers<undefined>();
	#unknownSenders;
	#closing: Promise<void> | undefined;
	#isClosing = false;

	constructor(options: BridgeOptions, config: BridgeConfig) {
		const {clock, openChannel, name, random, log, datagrams} = options;
		this.#options = options;
		this.#config = config;
		this.#unknownSenders = fullBucket(config.unknownSenderRepliesPerSecond, clock.now());
		const opening = new Turnstile(config.maxOpening);
		const isBrokerUpSince = (timeMs: number): boolean => this.#presence.isUpSince(timeMs);
		const work = new WorkQueue();
		this.#context = {clock, openChannel, counters: this.#counters, opening, work, isBrokerUpSince};
		const onStopped = (): void => this.#onStopped(this.#presence);
		this.#presence = new Presence({context: this.#context, name, config, seed: random.uint32(), log, onStopped});
		this.#running.add(this.#presence);
		datagrams.onDatagram((address, bytes) => this.#context.work.run(() => this.#onDatagram(address, bytes)));
		this.#context.work.run(() => this.#presence.start());
	}

	get isConnected(): boolean {
		return this.#presence.isUp;
	}

	counters(): BridgeCounters {
		return this.#counters.snapshot(this.#byClientId.size);
	}

	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	async #close(): Promise<void> {
		this.#context.work.run(() => {
			this.#isClosing = true;
			for (const device of [...this.#byClientId.values()]) {
				device.end(false);
			}
			this.#presence.stop();
		});
		await this.#stopped.promise;
		await this.#options.datagrams.close();
	}

	#onDatagram(address: string, bytes: Uint8Array): void {
		this.#counters.countDatagram(this.#isClosing ? 'bridge_closed' : this.#handle(address, bytes));
	}

	#handle(address: string, bytes: Uint8Array): DatagramCounter {
		const decoded = decode(bytes);
		if (!decoded.ok) {
			return `refused_${decoded.error.replaceAll('-', '_')}` as DatagramCounter;
		}
		const packet = decoded.value;
		if (packet.type === 'connect') {
			return this.#onConnect(address, packet);
		}
		return this.#byAddress.get(address)?.receive(packet) ?? this.#onUnknownSender(address, packet);
	}

	#onConnect(address: string, packet: MqttSnPacketOf<'connect'>): DatagramCounter {
		const refusal = refuseConnect(packet);
		if (refusal !== undefined) {
			this.#send(address, encode({type: 'connack', returnCode: refusal.returnCode}));
			return refusal.counted;
		}
		const device = this.#byClientId.get(packet.clientId);
		const other = this.#byAddress.get(address);
		if (other !== undefined && other !== device) {
			other.end(true);
		}
		if (device !== undefined) {
			this.#move(device, address);
			return device.receive(packet);
		}
		if (this.#byClientId.size >= this.#config.maxSessions) {
			this.#send(address, encode({type: 'connack', returnCode: mqttSnReturnCodes.congestion}));
			return 'connect_refused_sessions';
		}
		this.#begin(address, packet);
		return 'connect_accepted';
	}

	#begin(address: string, packet: MqttSnPacketOf<'connect'>): void {
		const {clock, random} = this.#options;
		const device = new Device({
			context: this.#context,
			session: newSession(packet, {config: this.#config, nowMs: clock.now(), seed: random.uint32()}),
			seed: random.uint32(),
			address,
			send: (to, bytes) => this.#send(to, bytes),
			onEnd: (ended) => this.#forget(ended),
			onLinkStopped: (stopped) => this.#onStopped(stopped),
		});
		this.#byAddress.set(address, device);
		this.#byClientId.set(packet.clientId, device);
		this.#running.add(device);
		device.start();
	}

	/** A device that connects from a new address is believed, as MQTT does: without it a changed port locks it out. */
	#move(device: Device, address: string): void {
		this.#byAddress.delete(device.address);
		device.address = address;
		this.#byAddress.set(address, device);
	}

	#forget(device: Device): void {
		this.#byAddress.delete(device.address);
		this.#byClientId.delete(device.clientId);
	}

	#onUnknownSender(address: string, packet: MqttSnPacket): DatagramCounter {
		const verdict = judgeUnknownSender(packet);
		if (verdict !== 'answer') {
			return verdict;
		}
		const rate = this.#config.unknownSenderRepliesPerSecond;
		const {bucket, taken} = takeToken(this.#unknownSenders, rate, this.#options.clock.now());
		this.#unknownSenders = bucket;
		if (!taken) {
			return 'unknown_sender_silent';
		}
		this.#send(address, encode({type: 'disconnect'}));
		return 'unknown_sender_answered';
	}

	#send(address: string, bytes: Uint8Array): void {
		this.#counters.countEvent('datagrams_sent');
		this.#options.datagrams.send(address, bytes);
	}

	#onStopped(part: object): void {
		this.#running.delete(part);
		if (this.#isClosing && this.#running.size === 0) {
			this.#stopped.resolve(undefined);
		}
	}
}
