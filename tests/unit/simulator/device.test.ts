import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {decode, encode} from '../../../protocol/mqttsn/codec.ts';
import {seededRandom} from '../../../runtime/random.ts';
import {CoreFrozen, SimulatedDevice, type DeviceOptions} from '../../../simulator/device.ts';
import {Firmware} from '../../../simulator/firmware.ts';
import {Flash, FlashError, type FlashOperation} from '../../../simulator/flash.ts';
import {simFields, simImports} from '../../../simulator/generated/sim.ts';

/** Made by `npm run firmware`. */
const module = readFileSync(new URL('../../../build/femto-sim.wasm', import.meta.url));

const geometry = {unitBytes: 8192, unitCount: 4};

interface Bench {
	readonly device: SimulatedDevice;
	/** Datagrams that the device sent, in order. */
	readonly sent: Uint8Array[];
}

function bench(firmware: Firmware, changes: Partial<DeviceOptions> = {}): Bench {
	const sent: Uint8Array[] = [];
	const device = new SimulatedDevice(firmware, {
		id: 'pump-1',
		deviceKey: new Uint8Array(32).fill(1),
		rootKey: new Uint8Array(32).fill(2),
		firmwareVersion: '0.1.0',
		board: 'sim',
		buildId: new Uint8Array(8).fill(3),
		mtuBytes: 64,
		flash: new Flash(geometry),
		random: seededRandom(7),
		send: (datagram) => sent.push(datagram),
		...changes,
	});
	return {device, sent};
}

/** Polls at every deadline up to `endMs`. */
function runUntil(device: SimulatedDevice, endMs: number): void {
	for (let nowMs = device.poll(0), calls = 0; nowMs <= endMs; nowMs = device.poll(nowMs), calls++) {
		assert.ok(calls < 10_000, `the device asks for time ${nowMs} again and again`);
	}
}

function packetAt(sent: readonly Uint8Array[], index: number): unknown {
	const datagram = sent[index];
	assert.ok(datagram !== undefined);
	const packet = decode(datagram);
	assert.ok(packet.ok);
	return packet.value;
}

function packetTypeAt(sent: readonly Uint8Array[], index: number): string | undefined {
	const packet = decode(sent[index] ?? new Uint8Array(0));
	return packet.ok ? packet.value.type : undefined;
}

test('a device that has booted asks the gateway for a session under its id', () => {
	const {device, sent} = bench(new Firmware(module));
	runUntil(device, 0);
	const packet = packetAt(sent, 0);
	assert.partialDeepStrictEqual(packet, {type: 'connect', clientId: 'pump-1'});
	assert.equal(device.isConnected(), false);
	assert.equal(device.acceptedGeneration(), 0);
	assert.deepEqual(device.containers(), []);
});

test('a device whose gateway is silent tries again at deadlines that grow', () => {
	const {device, sent} = bench(new Firmware(module));
	runUntil(device, 60_000);
	assert.ok(sent.length >= 5 && sent.length <= 40, `${sent.length} datagrams in a minute`);
	assert.ok(sent.every((datagram) => datagram.length <= 64));
});

test('a device goes on with the session once the gateway accepts it', () => {
	const {device, sent} = bench(new Firmware(module));
	runUntil(device, 0);
	const before = sent.length;
	device.feed(encode({type: 'connack', returnCode: 0}), 20);
	device.poll(20);
	assert.equal(packetTypeAt(sent, before), 'subscribe');
});

test('equal seeds give equal datagrams and equal flash operations; another id does not', () => {
	const live = (id: string): string => {
		const operations: FlashOperation[] = [];
		const flash = new Flash(geometry);
		flash.observe((operation) => operations.push(operation));
		const {device, sent} = bench(new Firmware(module), {id, flash});
		runUntil(device, 30_000);
		return JSON.stringify([sent, operations]);
	};
	assert.equal(live('pump-1'), live('pump-1'));
	assert.notEqual(live('pump-1'), live('pump-2'));
});

test('the flash keeps its content over a restart and a crash, and a boot reads it', () => {
	const flash = new Flash(geometry);
	const {device, sent} = bench(new Firmware(module), {flash});
	runUntil(device, 1000);
	assert.ok(flash.residentBytes > 0);
	device.crash();
	const kept = Buffer.alloc(geometry.unitBytes);
	flash.read(0, kept);
	device.restart();
	const before = sent.length;
	runUntil(device, 0);
	assert.partialDeepStrictEqual(packetAt(sent, before), {type: 'connect'});
	const now = Buffer.alloc(geometry.unitBytes);
	flash.read(0, now);
	// A log: what was programmed still stands, the second boot has added to it.
	const programmed = kept.findLastIndex((byte) => byte !== 0xff) + 1;
	assert.ok(programmed > 0);
	assert.deepEqual(now.subarray(0, programmed), kept.subarray(0, programmed));
	assert.notDeepEqual(now, kept);
});

test('a frozen core does nothing until the watchdog restarts it, and leaves the shard intact', () => {
	const firmware = new Firmware(module);
	const other = bench(firmware, {id: 'pump-2'});
	let freezes = 0;
	let isStuck = true;
	const send = (): void => {
		if (isStuck) throw new CoreFrozen();
	};
	const {device} = bench(firmware, {send, onFreeze: () => freezes++});
	// Often enough to use up the stack, did a frozen call keep its part of it.
	for (let round = 1; round <= 1000; round++) {
		assert.equal(device.poll(0), Infinity);
		assert.equal(device.poll(5000), Infinity);
		device.feed(Uint8Array.of(2, 0x16), 5000);
		assert.deepEqual({isFrozen: device.isFrozen, freezes}, {isFrozen: true, freezes: round});
		device.restart('watchdog');
	}
	isStuck = false;
	runUntil(device, 1000);
	runUntil(other.device, 1000);
	assert.partialDeepStrictEqual(packetAt(other.sent, 0), {clientId: 'pump-2'});
	assert.equal(device.isFrozen, false);
});

test('random datagrams are no reason to break down, or to stop asking for a session', () => {
	const {device, sent} = bench(new Firmware(module));
	const random = seededRandom(99);
	for (let nowMs = 0; nowMs < 3000; nowMs++) {
		device.feed(random.bytes(random.uint32() % 300), nowMs);
		device.poll(nowMs);
	}
	const before = sent.length;
	for (let nowMs = device.poll(3000); nowMs < 60_000; nowMs = device.poll(nowMs));
	assert.ok(sent.slice(before).some((_, index) => packetTypeAt(sent, before + index) === 'connect'));
});

test('a shard of 300 devices takes at most 16 KiB and the fields of the host for each', () => {
	const firmware = new Firmware(module);
	const start = firmware.memoryBytes;
	const sizes = Array.from({length: 300}, (_, index) => {
		const {device, sent} = bench(firmware, {id: `pump-${index}`, random: seededRandom(index)});
		runUntil(device, 0);
		assert.partialDeepStrictEqual(packetAt(sent, 0), {clientId: `pump-${index}`});
		return device.flash.residentBytes;
	});
	const fieldBytes = simFields.datagram.offset + simFields.datagram.bytes + 64;
	assert.ok((firmware.memoryBytes - start) / 300 <= 16_384 + fieldBytes);
	assert.ok(sizes.every((size) => size <= 1024));
});

test('the module imports exactly what sim.h declares', () => {
	const names = WebAssembly.Module.imports(new WebAssembly.Module(module)).map((entry) => entry.name);
	assert.deepEqual(names.toSorted(), [...simImports].toSorted());
});

/** Refuses what the firmware wants, as if it broke a rule. */
class RefusingFlash extends Flash {
	override program(): never {
		throw new FlashError('planted');
	}
}

test('a firmware that breaks a rule of flash fails with the name of the device', () => {
	assert.throws(() => runUntil(bench(new Firmware(module), {flash: new RefusingFlash(geometry)}).device, 1000), {
		name: 'DeviceFailure',
		message: /device pump-1: .* failed: planted/,
	});
});
