import assert from 'node:assert/strict';
import {test} from 'node:test';
import {seededRandom} from '../../../runtime/random.ts';
import {DeviceFailure, SimulatedDevice, type DeviceOptions} from '../../../simulator/device.ts';
import {Firmware} from '../../../simulator/firmware.ts';
import {Flash} from '../../../simulator/flash.ts';
import {madeModule} from './device-module.ts';

function optionsOf(changes: Partial<DeviceOptions> = {}): DeviceOptions {
	return {
		id: 'pump-1',
		deviceKey: new Uint8Array(32),
		rootKey: new Uint8Array(32),
		firmwareVersion: '1.0.0',
		board: 'sim',
		buildId: new Uint8Array(8),
		mtuBytes: 64,
		flash: new Flash({unitBytes: 1024, unitCount: 4}),
		random: seededRandom(1),
		send: () => {},
		...changes,
	};
}

test('a trap names the device and what it did, and the device is never used again', () => {
	const device = new SimulatedDevice(new Firmware(madeModule()), optionsOf());
	assert.equal(device.poll(0), 64);
	assert.throws(() => device.feed(new Uint8Array(12), 345), {
		name: 'DeviceFailure',
		message: /^Cannot go on with device pump-1: feed of 12 bytes at 345 ms failed: unreachable$/,
	});
	assert.equal(device.isOn, false);
	assert.throws(() => device.poll(346), DeviceFailure);
	assert.throws(() => device.restart(), DeviceFailure);
});

test('a trap in one device leaves the others of its shard running', () => {
	const firmware = new Firmware(madeModule());
	const failing = new SimulatedDevice(firmware, optionsOf());
	const other = new SimulatedDevice(firmware, optionsOf({id: 'pump-2'}));
	assert.throws(() => failing.feed(new Uint8Array(1), 1), DeviceFailure);
	assert.equal(other.poll(2), 64);
});

test('a module that imports what sim.h does not declare is refused', () => {
	assert.throws(() => new Firmware(madeModule(true)), {
		message: 'Cannot load firmware: it imports env.clock, which sim.h does not declare',
	});
});

test('the memory of a shard grows with its devices, and places given back are used again', () => {
	const firmware = new Firmware(madeModule());
	const devices = Array.from({length: 50}, () => new SimulatedDevice(firmware, optionsOf()));
	const grown = firmware.memoryBytes;
	assert.ok(grown >= 50 * 16_384 && grown < 52 * 16_384 + 65_536);
	devices.forEach((device) => device.dispose());
	Array.from({length: 50}, () => new SimulatedDevice(firmware, optionsOf()));
	assert.equal(firmware.memoryBytes, grown);
});

test('an unsigned result arrives unsigned', () => {
	assert.equal(new SimulatedDevice(new Firmware(madeModule()), optionsOf()).counter(1), 0xffff_ffff);
});

test('a device that is off refuses every call until it restarts', () => {
	const device = new SimulatedDevice(new Firmware(madeModule()), optionsOf());
	device.crash();
	assert.throws(() => device.poll(1), /Cannot poll at 1 ms on device pump-1: it is off/);
	device.restart();
	assert.equal(device.poll(0), 64);
});

const refused: readonly {readonly name: string; readonly changes: Partial<DeviceOptions>}[] = [
	{name: 'an id with a capital letter', changes: {id: 'Pump'}},
	{name: 'an id of 24 characters', changes: {id: 'a'.repeat(24)}},
	{name: 'a short device key', changes: {deviceKey: new Uint8Array(31)}},
	{name: 'a long root key', changes: {rootKey: new Uint8Array(33)}},
	{name: 'a build id of 4 bytes', changes: {buildId: new Uint8Array(4)}},
	{name: 'an empty board', changes: {board: ''}},
	{name: 'an MTU of 63', changes: {mtuBytes: 63}},
	{name: 'an MTU of 256', changes: {mtuBytes: 256}},
];

for (const {name, changes} of refused) {
	test(`${name} is refused`, () => {
		assert.throws(() => new SimulatedDevice(new Firmware(madeModule()), optionsOf(changes)), RangeError);
	});
}
