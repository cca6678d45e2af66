import {simImports, type SimExports, type SimImports} from './generated/sim.ts';

const wasmPageBytes = 65_536;
const alignment = 16;

/** What the firmware calls on behalf of one device; see agent-firmware/platform/femto_port.h. */
export interface DevicePort {
	/** The bytes belong to the receiver. */
	send(datagram: Uint8Array): void;
	/** Unsigned 32-bit integer. */
	random(): number;
	flashRead(address: number, target: Uint8Array): void;
	flashProgram(address: number, data: Uint8Array): void;
	flashErase(unit: number): void;
	/** Newest sample of a channel, a signed 32-bit integer; undefined = no such channel. */
	sensorRead(channel: number): number | undefined;
}

/** A place for one device in the memory of a shard. */
export interface DeviceSlot {
	/** What the module calls the device. */
	readonly number: number;
	/** Where it lies in the memory of the module. */
	readonly address: number;
}

/** Values of `enum femto_port_err`. */
const portOk = 0;
const portNotFound = -2;

/**
 * The firmware, instantiated once for a shard of devices that share one memory. Pure: it calls nothing but the ports.
 */
export class Firmware {
	readonly exports: SimExports;
	/** By number; undefined = the number is free. */
	readonly #ports: (DevicePort | undefined)[] = [];
	readonly #freeAddresses: number[] = [];
	readonly #deviceBytes: number;
	readonly #stackPointer: WebAssembly.Global;
	/** Of the stack pointer while no call runs. */
	readonly #stackTop: number | bigint;
	/** First byte that no device has ever had. */
	#end: number;

	/** `module` is build/femto-sim.wasm. TypeError when it imports what agent-firmware/ports/sim/sim.h does not name. */
	constructor(module: Uint8Array) {
		const compiled = new WebAssembly.Module(module);
		requireDeclaredImports(compiled);
		const instance = new WebAssembly.Instance(compiled, {femto: {...this.#imports()}});
		// The generated interface and the module come from the same header.
		const exports = instance.exports as unknown as SimExports & {readonly __stack_pointer: WebAssembly.Global};
		this.exports = exports;
		this.#stackPointer = exports.__stack_pointer;
		this.#stackTop = this.#stackPointer.value;
		this.#deviceBytes = alignUp(this.exports.sim_device_bytes());
		this.#end = alignUp(Number(this.exports.__heap_base.value));
	}

	/** Memory of the whole shard, in bytes. */
	get memoryBytes(): number {
		return this.exports.memory.buffer.byteLength;
	}

	/** A slot for a device; its memory is zero. */
	allocate(port: DevicePort): DeviceSlot {
		const address = this.#freeAddresses.pop() ?? this.#grow();
		const free = this.#ports.indexOf(undefined);
		const number = free === -1 ? this.#ports.length : free;
		this.#ports[number] = port;
		this.bytes(address, this.#deviceBytes).fill(0);
		return {number, address};
	}

	/** The slot must not be used any more. */
	release(slot: DeviceSlot): void {
		this.#ports[slot.number] = undefined;
		this.#freeAddresses.push(slot.address);
	}

	/** A view of the module's memory; only valid until the next allocation. */
	bytes(address: number, size: number): Uint8Array {
		return new Uint8Array(this.exports.memory.buffer, address >>> 0, size >>> 0);
	}

	/** A port has left a call half way, by an exception: the stack is as before the call. */
	unwind(): void {
		this.#stackPointer.value = this.#stackTop;
	}

	#grow(): number {
		const address = this.#end;
		this.#end += this.#deviceBytes;
		const missing = this.#end - this.memoryBytes;
		if (missing > 0) this.exports.memory.grow(Math.ceil(missing / wasmPageBytes));
		return address;
	}

	#port(number: number): DevicePort {
		const port = this.#ports[number];
		if (port === undefined) throw new RangeError(`Cannot find port of device number ${number}`);
		return port;
	}

	#imports(): SimImports {
		return {
			sim_send: (number, data, size) => this.#port(number).send(this.bytes(data, size).slice()),
			sim_random: (number) => this.#port(number).random(),
			sim_flash_read: (number, address, data, size) => {
				this.#port(number).flashRead(address >>> 0, this.bytes(data, size));
				return portOk;
			},
			sim_flash_program: (number, address, data, size) => {
				this.#port(number).flashProgram(address >>> 0, this.bytes(data, size));
				return portOk;
			},
			sim_flash_erase: (number, unit) => {
				this.#port(number).flashErase(unit >>> 0);
				return portOk;
			},
			sim_sensor_read: (number, channel, value) => {
				const sample = this.#port(number).sensorRead(channel >>> 0);
				if (sample === undefined) return portNotFound;
				new DataView(this.exports.memory.buffer).setInt32(value >>> 0, sample, true);
				return portOk;
			},
		};
	}
}

function requireDeclaredImports(module: WebAssembly.Module): void {
	const declared: readonly string[] = simImports;
	const foreign = WebAssembly.Module.imports(module).find(
		(entry) => entry.module !== 'femto' || !declared.includes(entry.name),
	);
	if (foreign !== undefined) {
		const name = `${foreign.module}.${foreign.name}`;
		throw new TypeError(`Cannot load firmware: it imports ${name}, which sim.h does not declare`);
	}
}

function alignUp(value: number): number {
	return Math.ceil(value / alignment) * alignment;
}
