import {deviceKey} from '../protocol/crypto.ts';
import type {Clock, Timer} from '../runtime/clock.ts';
import type {Random} from '../runtime/random.ts';
import {CoreFrozen, DeviceFailure, SimulatedDevice, type ContainerInfo, type ResetCause} from './device.ts';
import {DeviceRunner} from './device-runner.ts';
import type {Firmware} from './firmware.ts';
import {Flash, type FlashOperation} from './flash.ts';

export interface NodeOptions {
	readonly id: string;
	readonly firmware: Firmware;
	readonly buildId: Uint8Array;
	readonly keys: {readonly rootPublicKey: Uint8Array; readonly fleetSecret: Uint8Array};
	readonly mtuBytes: number;
	readonly clock: Clock;
	readonly random: Random;
	/** A datagram leaves for the bridge. */
	readonly send: (datagram: Uint8Array) => void;
	/** Calls of the sensor hook; 0 = none. */
	readonly samplesPerSecond: number;
	/** Of `flashGeometry`; an erased one by default. */
	readonly flash?: Flash;
	readonly observer?: NodeObserver;
}

export interface NodeObserver {
	/** After the firmware was called because of a datagram, a sample or a deadline. */
	readonly onCall: (device: SimulatedDevice) => void;
	readonly onFlash: (operation: FlashOperation) => void;
	/** The core hangs; its watchdog resets it `watchdogMs` later. */
	readonly onFreeze: () => void;
}

/** A sensor channel that each device has, and whose reading never returns. */
export const frozenChannel = 13;
/** A core that hangs for so long is reset. */
export const watchdogMs = 2000;

/** Largest MTU that the simulated firmware's datagram buffer takes. */
const mtuBytesMax = 255;
export const flashGeometry = {unitBytes: 4096, unitCount: 16};
const sensorChannel = 0;
/** Polls in one millisecond that ask for another one at once: each does a bounded step, and soon there is none left. */
const restlessMax = 1000;

/** A device with power: firmware, flash, clock, and a sensor that is read regularly. */
export class SimulatedNode {
	readonly device: SimulatedDevice;
	readonly #options: NodeOptions;
	readonly #sensor: TestSensor;
	/** Undefined exactly while the power is off. */
	#runner: DeviceRunner | undefined;
	#samplingTimer: Timer | undefined;
	/** Set exactly while the core is frozen. */
	#watchdog: Timer | undefined;

	/** Boots at once. */
	constructor(options: NodeOptions) {
		this.#options = options;
		const {id, firmware, buildId, keys, mtuBytes, random, send} = options;
		this.#sensor = new TestSensor(random);
		const {flash = new Flash(flashGeometry)} = options;
		if (options.observer !== undefined) flash.observe(options.observer.onFlash);
		this.device = new SimulatedDevice(firmware, {
			id,
			deviceKey: deviceKey(keys.fleetSecret, id, 0),
			rootKey: keys.rootPublicKey,
			firmwareVersion: 'sim-1',
			board: 'simulated',
			buildId,
			mtuBytes: Math.min(mtuBytes, mtuBytesMax),
			flash,
			random,
			send,
			sensor: (channel) => this.#readSensor(channel),
			onFreeze: () => this.#onFreeze(),
		});
		this.#start();
	}

	receive(datagram: Uint8Array): void {
		this.#runner?.receive(datagram);
	}

	containers(): readonly ContainerInfo[] {
		return this.device.isOn ? this.device.containers() : [];
	}

	/** Power off: what is in flash stays, nothing else. */
	cutPower(): void {
		this.#stop();
		this.device.crash();
	}

	/** Power on again. */
	boot(): void {
		if (this.#runner === undefined) this.#restart('other');
	}

	#readSensor(channel: number): number | undefined {
		if (channel === frozenChannel) throw new CoreFrozen('the sensor does not answer');
		return channel === sensorChannel ? this.#sensor.value : undefined;
	}

	/** Comes in the middle of a call of the firmware. */
	#onFreeze(): void {
		this.#options.observer?.onFreeze();
		this.#watchdog = this.#options.clock.setTimer(watchdogMs, () => {
			this.#stop();
			this.#restart('watchdog');
		});
	}

	#restart(cause: ResetCause): void {
		this.device.restart(cause);
		this.#start();
	}

	#stop(): void {
		this.#runner?.stop();
		this.#runner = undefined;
		this.#samplingTimer?.cancel();
		this.#watchdog?.cancel();
		this.#watchdog = undefined;
	}

	#start(): void {
		const {device} = this;
		const {observer, clock, samplesPerSecond} = this.#options;
		let restless = 0;
		let lastMs = 0;
		const observed = {
			feed: (datagram: Uint8Array, nowMs: number): void => device.feed(datagram, nowMs),
			poll: (nowMs: number): number => {
				const deadlineMs = device.poll(nowMs);
				observer?.onCall(device);
				restless = nowMs === lastMs && deadlineMs <= nowMs ? restless + 1 : 0;
				lastMs = nowMs;
				// Virtual time would stand still for ever.
				if (restless > restlessMax) {
					throw new DeviceFailure(`Cannot go on with device ${device.id}: at ${nowMs} ms it never comes to rest`);
				}
				return deadlineMs;
			},
			sample: (channel: number, value: number, nowMs: number): void => device.sample(channel, value, nowMs),
		};
		this.#runner = new DeviceRunner(observed, clock);
		if (samplesPerSecond > 0) this.#sampleAt(clock.now() + this.#periodMs);
	}

	get #periodMs(): number {
		return 1000 / this.#options.samplesPerSecond;
	}

	/** The times form a grid, so that a late call does not shift the later ones; what is missed is skipped. */
	#sampleAt(dueMs: number): void {
		const {clock} = this.#options;
		this.#samplingTimer = clock.setTimer(dueMs - clock.now(), () => {
			this.#runner?.sample(sensorChannel, this.#sensor.next());
			const missed = Math.max(0, Math.floor((clock.now() - dueMs) / this.#periodMs));
			this.#sampleAt(dueMs + (missed + 1) * this.#periodMs);
		});
	}
}

/** A sensor that wanders around 2,000, as a temperature in hundredths of a degree does. */
class TestSensor {
	value = 2000;
	readonly #random: Random;

	constructor(random: Random) {
		this.#random = random;
	}

	next(): number {
		const step = (this.#random.uint32() % 11) - 5;
		this.value += step - Math.sign(this.value - 2000);
		return this.value;
	}
}
