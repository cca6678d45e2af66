import assert from 'node:assert/strict';
import {test} from 'node:test';
import {DeviceRunner, type DrivenDevice} from '../../../simulator/device-runner.ts';
import {Scheduler} from '../../../simulator/scheduler.ts';

/** A device that asks for the given deadlines, one per poll, and writes down when it was called. */
class FakeDevice implements DrivenDevice {
	readonly calls: string[] = [];
	readonly #deadlines: number[];

	constructor(deadlines: readonly number[]) {
		this.#deadlines = [...deadlines];
	}

	feed(datagram: Uint8Array, nowMs: number): void {
		this.calls.push(`feed ${datagram[0] ?? ''} @${nowMs}`);
	}

	poll(nowMs: number): number {
		this.calls.push(`poll @${nowMs}`);
		return this.#deadlines.shift() ?? Infinity;
	}

	sample(channel: number, value: number, nowMs: number): void {
		this.calls.push(`sample ${channel}=${value} @${nowMs}`);
	}
}

async function run(deadlines: readonly number[], script: (runner: DeviceRunner, at: (ms: number, act: () => void) => void) => void): Promise<readonly string[]> {
	const scheduler = new Scheduler({seed: 1, nextMacrotask: setImmediate});
	const device = new FakeDevice(deadlines);
	// Time of the device begins when it boots, not when the simulation does.
	await scheduler.run({withinMs: 1000});
	const runner = new DeviceRunner(device, scheduler.clock);
	script(runner, (ms, act) => void scheduler.clock.setTimer(ms, act));
	await scheduler.run({withinMs: 10_000});
	return device.calls;
}

test('DeviceRunner polls at boot and then exactly at each deadline the device names', async () => {
	assert.deepEqual(await run([0, 100, 250], () => {}), ['poll @0', 'poll @0', 'poll @100', 'poll @250']);
});

test('DeviceRunner polls after a datagram and a sample, and takes the newest deadline only', async () => {
	const calls = await run([500, 300, 700, Infinity], (runner, at) => {
		at(50, () => runner.receive(Uint8Array.of(7)));
		at(100, () => runner.sample(0, 21));
	});
	assert.deepEqual(calls, ['poll @0', 'feed 7 @50', 'poll @50', 'sample 0=21 @100', 'poll @100', 'poll @700']);
});

test('DeviceRunner never calls a device again after stop()', async () => {
	const calls = await run([100], (runner, at) => {
		at(50, () => runner.stop());
		at(60, () => runner.receive(Uint8Array.of(1)));
		at(70, () => runner.sample(0, 1));
	});
	assert.deepEqual(calls, ['poll @0']);
});
