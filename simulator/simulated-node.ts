import {deviceKey} from '../protocol/crypto.ts';
import type {Clock, Timer} from '../runtime/clock.ts';
import type {Random} from '../runtime/random.ts';
import {SimulatedDevice, type ContainerInfo} from './device.ts';
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
	readonly observer?: NodeObserver;
}

export interface NodeObserver {
	/** After the firmware was called because of a datagram, a sample or a deadline. */
	readonly onCall: (device: SimulatedDevice) => void;
	readonly onFlash: (operation: FlashOperation) => void;
}

/** Largest MTU that the simulated firmware's datagram buffer takes. */
const mtuBytesMax = 255;
const flashGeometry = {unitBytes: 4096, unitCount: 16};
const sensorChannel = 0;

/** A device with power: firmware, flash, clock, and a sensor that is read regularly. */
export class SimulatedNode {
	readonly device: SimulatedDevice;
	readonly #options: NodeOptions;
	readonly #sensor: TestSensor;
	/** Undefined exactly while the power is off. */
	#runner: DeviceRunner | undefined;
	#samplingTimer: Timer | undefined;

	/** Boots at once. */
	constructor(options: NodeOptions) {
		this.#options = options;
		const {id, firmware, buildId, keys, mtuBytes, random, send} = options;
		this.#sensor = new TestSensor(random);
		const flash = new Flash(flashGeometry);
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
			sensor: (channel) => (channel === sensorChannel ? this.#sensor.value : undefined),
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
		this.#runner?.stop();
		this.#runner = undefined;
		this.#samplingTimer?.cancel();
		this.device.crash();
	}

	/** Power on again. */
	boot(): void {
		if (this.#runner !== undefined) return;
		this.device.restart();
		this.#start();
	}

	#start(): void {
		const {device} = this;
		const {observer, clock, samplesPerSecond} = this.#options;
		const observed = {
			feed: (datagram: Uint8Array, nowMs: number): void => device.feed(datagram, nowMs),
			poll: (nowMs: number): number => {
				const deadlineMs = device.poll(nowMs);
				observer?.onCall(device);
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
