import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {EventLog} from '../../../simulator/event-log.ts';
import {Field} from '../../../simulator/field.ts';
import {perfectLink, type LinkConditions} from '../../../simulator/lane.ts';
import {createSimulatedMqttLink} from '../../../simulator/mqtt-link.ts';
import {createFleetKeys} from '../../../simulator/sample.ts';
import {Scheduler} from '../../../simulator/scheduler.ts';

/** Made by `npm run firmware`. */
const firmware = readFileSync(new URL('../../../build/femto-sim.wasm', import.meta.url));
const lossy = {...perfectLink, delayMs: 25, lossPercent: 20, duplicatePercent: 5, reorderDepth: 3, mtuBytes: 64};

interface Scene {
	readonly scheduler: Scheduler;
	readonly field: Field;
	readonly log: EventLog;
	readonly lines: string[];
	/** Devices from which a slice of a report came, in the order of the first. */
	readonly reporters: ReadonlySet<string>;
}

function createScene(seed: number, conditions: LinkConditions, devices = 10): Scene {
	const scheduler = new Scheduler({seed, nextMacrotask: setImmediate});
	const lines: string[] = [];
	const log = new EventLog(() => scheduler.clock.now(), (line) => lines.push(line));
	const keys = createFleetKeys(scheduler.random('keys'));
	const field = new Field({scheduler, log, devices, firmware, keys, conditions, samplesPerSecond: 0});
	const reporters = new Set<string>();
	const openChannel = field.broker.openChannel('watcher');
	const watcher = createSimulatedMqttLink({openChannel, clock: scheduler.clock, clientId: '_watcher'});
	watcher.start({
		onConnect: () => void watcher.subscribe(['f/+/r'], 1),
		onMessage: ({topic}) => void reporters.add(topic.split('/')[1] ?? ''),
		onDisconnect: () => {},
	});
	return {scheduler, field, log, lines, reporters};
}

test('every device reports through the real bridge on a bad link, in datagrams of 64 bytes at most', async () => {
	const {scheduler, field, reporters} = createScene(1, lossy);
	assert.equal(await scheduler.run({until: () => reporters.size === 10, withinMs: 300_000}), 'reached');
	for (const id of field.link.devices) {
		for (const direction of ['up', 'down'] as const) {
			const counts = field.link.counts(id, direction);
			assert.equal(counts.dropped.mtu, 0);
			assert.ok(counts.longestBytes <= 64, `${id} ${direction}: ${counts.longestBytes} bytes`);
		}
	}
});

test('the same seed gives the same event log, another seed another', async () => {
	const digests: string[] = [];
	for (const seed of [4, 4, 5]) {
		const {scheduler, log} = createScene(seed, lossy, 5);
		await scheduler.run({withinMs: 30_000});
		digests.push(log.digest());
	}
	assert.equal(digests[0], digests[1]);
	assert.notEqual(digests[0], digests[2]);
});

test('a device that loses power connects again, and its flash is read, not formatted', async () => {
	const {scheduler, field, reporters, lines} = createScene(1, {...perfectLink, delayMs: 25}, 1);
	await scheduler.run({until: () => reporters.size === 1, withinMs: 60_000});
	const node = field.nodes.get('sim-0001');
	assert.ok(node);
	scheduler.clock.setTimer(1000, () => node.cutPower());
	await scheduler.run({withinMs: 5000});
	const before = lines.length;
	scheduler.clock.setTimer(0, () => node.boot());
	await scheduler.run({withinMs: 10_000});
	const after = lines.slice(before);
	assert.ok(after.some((line) => line.includes('device sim-0001 connected=true')), after.join(''));
	assert.ok(!after.some((line) => line.includes('flash sim-0001 erase')), after.join(''));
});

test('a device behind a partition is cut off, and comes back when it heals', async () => {
	const {scheduler, field, reporters} = createScene(2, {...perfectLink, delayMs: 25}, 2);
	field.link.setConditions('sim-0001', {partitioned: true});
	field.link.setConditions('sim-0002', {partitioned: true});
	await scheduler.run({withinMs: 30_000});
	assert.equal(reporters.size, 0);
	field.link.setConditions('sim-0001', {partitioned: false});
	await scheduler.run({withinMs: 30_000});
	assert.deepEqual([...reporters], ['sim-0001']);
	field.link.setConditions('sim-0002', {partitioned: false});
	assert.equal(await scheduler.run({until: () => reporters.has('sim-0002'), withinMs: 60_000}), 'reached');
});
