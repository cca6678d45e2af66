import assert from 'node:assert/strict';
import {test} from 'node:test';
import {unpackImage} from '../../../protocol/image/unpack.ts';
import {packImage} from '../../../protocol/image/pack.ts';
import {seededRandom} from '../../../runtime/random.ts';
import {DeviceFailure, SimulatedDevice} from '../../../simulator/device.ts';
import {fatalKinds, fatalProgram} from '../../../simulator/fatal/images.ts';
import {Firmware} from '../../../simulator/firmware.ts';
import {perfectLink} from '../../../simulator/lane.ts';
import {Link} from '../../../simulator/link.ts';
import {createFleetKeys} from '../../../simulator/sample.ts';
import {Scheduler} from '../../../simulator/scheduler.ts';
import {SimulatedNode} from '../../../simulator/simulated-node.ts';
import {firmware} from './fleet-scene.ts';

const delayMs = 25;

test('a deaf device loses what it sends and what is on its way to it, and other devices nothing', async () => {
	const scheduler = new Scheduler({seed: 1, nextMacrotask: setImmediate});
	const link = new Link({clock: scheduler.clock, random: (name) => scheduler.random(name), conditions: {...perfectLink, delayMs}});
	const arrived: string[] = [];
	link.bridgePort.onDatagram((address, [value]) => arrived.push(`${address} up ${value}`));
	const senders = ['deaf', 'other'].map((id) => [id, link.attach(id, ([value]) => arrived.push(`${id} down ${value}`))] as const);
	let isDeaf = false;
	link.setDeaf((device) => isDeaf && device === 'deaf');
	const sendAll = (value: number): void => {
		for (const [id, send] of senders) {
			send(Uint8Array.of(value));
			link.bridgePort.send(id, Uint8Array.of(value));
		}
	};
	// 1 arrives before, 2 is on its way when the device goes deaf, 3 is sent meanwhile, 4 after.
	for (const [index, atMs] of [0, 90, 110, 200].entries()) scheduler.clock.setTimer(atMs, () => sendAll(index + 1));
	scheduler.clock.setTimer(100, () => {
		isDeaf = true;
	});
	scheduler.clock.setTimer(130, () => {
		isDeaf = false;
	});
	await scheduler.run({withinMs: 1000});
	const of = (id: string): readonly string[] => arrived.filter((line) => line.startsWith(id)).toSorted();
	assert.deepEqual(of('deaf'), ['deaf down 1', 'deaf down 4', 'deaf up 1', 'deaf up 4']);
	assert.equal(of('other').length, 8);
	assert.deepEqual([link.counts('deaf', 'up').dropped.partition, link.counts('deaf', 'down').dropped.partition], [2, 2]);
});

test('each fatal program is a well-formed image', () => {
	for (const kind of fatalKinds) {
		const packed = packImage(fatalProgram(kind));
		assert.ok(packed.ok, kind);
		assert.ok(unpackImage(packed.value).ok, kind);
	}
});

test('a device that asks to be polled at once again and again fails the run', async (t) => {
	const scheduler = new Scheduler({seed: 1, nextMacrotask: setImmediate});
	t.mock.method(SimulatedDevice.prototype, 'poll', (nowMs: number) => nowMs);
	const keys = createFleetKeys(seededRandom(1));
	const node = new SimulatedNode({
		id: 'stuck', firmware: new Firmware(firmware), buildId: new Uint8Array(8), keys, mtuBytes: 64,
		clock: scheduler.clock, random: scheduler.random('device'), send: () => {}, samplesPerSecond: 0,
	});
	assert.ok(node.device.isOn);
	await assert.rejects(scheduler.run({withinMs: 1000}), DeviceFailure);
});
