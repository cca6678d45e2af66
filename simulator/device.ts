import type {Random} from '../runtime/random.ts';
import type {DrivenDevice} from './device-runner.ts';
import type {DevicePort, DeviceSlot, Firmware} from './firmware.ts';
import type {Flash} from './flash.ts';
import {simContainerFields, simFields} from './generated/sim.ts';

export interface DeviceOptions {
	/** `[a-z0-9-]{1,23}`. */
	readonly id: string;
	/** 32 bytes: authenticates heads and reports. */
	readonly deviceKey: Uint8Array;
	/** 32 bytes: Ed25519 public key of the fleet root. */
	readonly rootKey: Uint8Array;
	/** Version of the firmware as inventory, 1 to 23 characters. */
	readonly firmwareVersion: string;
	/** Board as inventory, 1 to 23 characters. */
	readonly board: string;
	/** 8 bytes: build of the firmware as inventory. */
	readonly buildId: Uint8Array;
	/** Largest datagram of the link, 64 to 255. */
	readonly mtuBytes: number;
	/** Keeps its content from one boot to the next. */
	readonly flash: Flash;
	/** Jitter and message ids. */
	readonly random: Random;
	/** A datagram leaves; the bytes are the receiver's. */
	readonly send: (datagram: Uint8Array) => void;
	/**
	 * Newest sample of a channel, a signed 32-bit integer; undefined = no such channel. Default: no channels. When it
	 * throws `CoreFrozen` the device does nothing any more until it is restarted.
	 */
	readonly sensor?: (channel: number) => number | undefined;
	/** The core has frozen, in the middle of a call: what a watchdog notices. Must not call the device. */
	readonly onFreeze?: () => void;
}

/** What the device says of one container that its document names. */
export type ContainerInfo = {readonly [field in keyof typeof simContainerFields]: number};

/** The firmware broke down in a call (a trap, or a rule of its port): a bug that fails the run. */
export class DeviceFailure extends Error {
	override readonly name = 'DeviceFailure';
}

/** Thrown by a sensor whose reading never returns. */
export class CoreFrozen extends Error {
	override readonly name = 'CoreFrozen';
}

/** What a device boots after, by the values of `enum femto_reset`. */
export const resetCauses = {other: 0, watchdog: 1} as const;
export type ResetCause = keyof typeof resetCauses;

/**
 * One simulated device: the real firmware core in the memory of a shard. It runs equally under virtual and real time:
 * every call is given the time, in whole milliseconds since the device booted. A new device has booted at 0.
 */
export class SimulatedDevice implements DrivenDevice {
	readonly id: string;
	readonly flash: Flash;
	readonly #firmware: Firmware;
	readonly #options: DeviceOptions;
	readonly #slot: DeviceSlot;
	/** False while the power is off, and for ever after a failure. */
	#isOn = false;
	#hasFailed = false;
	#isFrozen = false;

	/** RangeError when an option breaks its bounds; DeviceFailure when the firmware does not start. */
	constructor(firmware: Firmware, options: DeviceOptions) {
		requireOptions(options);
		this.id = options.id;
		this.flash = options.flash;
		this.#firmware = firmware;
		this.#options = options;
		this.#slot = firmware.allocate(portOf(options));
		this.restart();
	}

	get isOn(): boolean {
		return this.#isOn;
	}

	/** Whether it hangs in a call, with power on: it hears nothing and does nothing until `restart`. */
	get isFrozen(): boolean {
		return this.#isFrozen;
	}

	feed(datagram: Uint8Array, nowMs: number): void {
		const {offset, bytes} = simFields.datagram;
		// Like a radio: what is longer than its buffer is not received.
		if (datagram.length > bytes) return;
		this.#run(`feed of ${datagram.length} bytes at ${nowMs} ms`, undefined, () => {
			this.#firmware.bytes(this.#slot.address + offset, bytes).set(datagram);
			this.#firmware.exports.sim_feed(this.#slot.address, datagram.length, nowMs);
		});
	}

	poll(nowMs: number): number {
		const poll = (): number => this.#firmware.exports.sim_poll(this.#slot.address, nowMs);
		return this.#run(`poll at ${nowMs} ms`, Infinity, poll);
	}

	sample(channel: number, value: number, nowMs: number): void {
		this.#run(`sample of channel ${channel} at ${nowMs} ms`, undefined, () =>
			this.#firmware.exports.sim_sample(this.#slot.address, channel, value, nowMs),
		);
	}

	/** Power fails: memory is lost, flash stays. Calls are refused until `restart`. */
	crash(): void {
		this.#isOn = false;
	}

	/** Boots, after a crash or out of running; the device's time begins at 0 again. */
	restart(cause: ResetCause = 'other'): void {
		if (this.#hasFailed) throw new DeviceFailure(`Cannot restart device ${this.id}: its firmware has failed`);
		this.#isOn = true;
		this.#isFrozen = false;
		this.#call('boot', () => this.#boot(cause));
	}

	/** Gives the memory back; the device must not be used any more. */
	dispose(): void {
		this.#isOn = false;
		this.#firmware.release(this.#slot);
	}

	/** Containers of the accepted document, by ascending local id. */
	containers(): readonly ContainerInfo[] {
		const {exports} = this.#firmware;
		const {address} = this.#slot;
		return this.#call('look at containers', () =>
			Array.from({length: exports.sim_container_count(address)}, (_, index) => {
				const read = (field: number): number => exports.sim_container(address, index, field);
				const entries = Object.entries(simContainerFields).map(([name, field]) => [name, read(field)] as const);
				return Object.fromEntries(entries) as ContainerInfo;
			}),
		);
	}

	/** desiredGeneration of the accepted head, 0 before the first. */
	acceptedGeneration(): number {
		return this.#call('look at generation', () => this.#firmware.exports.sim_accepted_generation(this.#slot.address));
	}

	/** Counter since boot, by its number in protocol/schema. */
	counter(id: number): number {
		return this.#call('look at counter', () => this.#firmware.exports.sim_counter(this.#slot.address, id) >>> 0);
	}

	/** Whether the session with the gateway stands. */
	isConnected(): boolean {
		return this.#call('look at session', () => this.#firmware.exports.sim_is_connected(this.#slot.address) !== 0);
	}

	#boot(cause: ResetCause): void {
		const {id, deviceKey, rootKey, firmwareVersion, board, buildId, mtuBytes, flash} = this.#options;
		const text = new TextEncoder();
		this.#setField('id', text.encode(id));
		this.#setField('firmware', text.encode(firmwareVersion));
		this.#setField('board', text.encode(board));
		this.#setField('buildId', buildId);
		this.#setField('deviceKey', deviceKey);
		this.#setField('rootKey', rootKey);
		const {number, address} = this.#slot;
		const {unitBytes, unitCount} = flash.geometry;
		const reset = resetCauses[cause];
		const error = this.#firmware.exports.sim_boot(address, number, mtuBytes, unitBytes, unitCount, reset, 0);
		if (error !== 0) throw new Error(`femto_init returned ${error}`);
	}

	#setField(name: keyof typeof simFields, value: Uint8Array): void {
		const {offset, bytes} = simFields[name];
		const field = this.#firmware.bytes(this.#slot.address + offset, bytes);
		field.fill(0);
		field.set(value);
	}

	/** A call in which containers may run; `frozen` is the answer when the core freezes, or has. */
	#run<Result>(what: string, frozen: Result, run: () => Result): Result {
		if (this.#isFrozen) return frozen;
		return this.#call(what, () => {
			try {
				return run();
			} catch (error) {
				if (!(error instanceof CoreFrozen)) throw error;
				this.#firmware.unwind();
				this.#isFrozen = true;
				this.#options.onFreeze?.();
				return frozen;
			}
		});
	}

	#call<Result>(what: string, run: () => Result): Result {
		if (!this.#isOn) throw new DeviceFailure(`Cannot ${what} on device ${this.id}: it is off`);
		try {
			return run();
		} catch (cause) {
			this.#isOn = false;
			this.#hasFailed = true;
			const reason = cause instanceof Error ? cause.message : String(cause);
			throw new DeviceFailure(`Cannot go on with device ${this.id}: ${what} failed: ${reason}`, {cause});
		}
	}
}

function portOf({flash, random, send, sensor}: DeviceOptions): DevicePort {
	return {
		send,
		random: () => random.uint32(),
		flashRead: (address, target) => flash.read(address, target),
		flashProgram: (address, data) => flash.program(address, data),
		flashErase: (unit) => flash.erase(unit),
		sensorRead: (channel) => sensor?.(channel),
	};
}

function requireOptions(options: DeviceOptions): void {
	const {id, deviceKey, rootKey, buildId, firmwareVersion, board, mtuBytes} = options;
	const refuse = (what: string, requirement: string): never => {
		throw new RangeError(`Cannot make device ${id}: ${what}, must be ${requirement}`);
	};
	if (!/^[a-z0-9-]{1,23}$/.test(id)) refuse(`id "${id}"`, '[a-z0-9-]{1,23}');
	if (deviceKey.length !== 32) refuse(`device key of ${deviceKey.length} bytes`, '32');
	if (rootKey.length !== 32) refuse(`root key of ${rootKey.length} bytes`, '32');
	if (buildId.length !== 8) refuse(`build id of ${buildId.length} bytes`, '8');
	for (const text of [firmwareVersion, board]) {
		if (!/^[\x20-\x7e]{1,23}$/.test(text)) refuse(`text "${text}"`, '1 to 23 printable ASCII characters');
	}
	if (!Number.isInteger(mtuBytes) || mtuBytes < 64 || mtuBytes > 255) refuse(`MTU ${mtuBytes}`, '64 to 255');
}
