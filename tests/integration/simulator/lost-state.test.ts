import assert from 'node:assert/strict';
import {copyFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';
import {femtoDevices, type FemtoDevice} from '../../../protocol/generated/resources.ts';
import type {SimulatedFleet} from '../../../simulator/fleet.ts';
import {createSimulatedMqttLink} from '../../../simulator/mqtt-link.ts';
import {checkRest} from './canonical.ts';
import {createFleet, secondsToReady} from './fleet-scene.ts';
import {applyVersion} from './recovery-scene.ts';

async function readyFleet(storePath = ':memory:'): Promise<SimulatedFleet> {
	const fleet = createFleet({devices: 4, storePath});
	assert.ok((await secondsToReady(fleet)) < Infinity);
	await fleet.run({withinMs: 5000});
	return fleet;
}

async function desiredGenerations(fleet: SimulatedFleet): Promise<readonly number[]> {
	const {items} = await fleet.api.list<FemtoDevice>(femtoDevices);
	return items.map(({status}) => status?.desiredGeneration ?? 0);
}

/** Retained heads by topic, as a new client is told them. */
async function retainedHeads(fleet: SimulatedFleet): Promise<ReadonlyMap<string, string>> {
	const heads = new Map<string, string>();
	const {clock} = fleet.scheduler;
	const watcher = createSimulatedMqttLink({openChannel: fleet.field.broker.openChannel('watcher'), clock, clientId: '_watcher'});
	watcher.start({
		onConnect: () => void watcher.subscribe(['f/+/d'], 1),
		onMessage: ({topic, payload}) => void heads.set(topic, Buffer.from(payload).toString('hex')),
		onDisconnect: () => {},
	});
	await fleet.run({withinMs: 1000});
	await watcher.stop();
	return heads;
}

test('a broker that lost everything while the fleet was idle has every head again, and no device moves', async () => {
	const fleet = await readyFleet();
	const [heads, generations] = [await retainedHeads(fleet), await desiredGenerations(fleet)];
	assert.equal(heads.size, 4);
	const writes = {...Object.fromEntries(fleet.controllerWrites), leases: 0};
	fleet.field.broker.stop('state lost');
	fleet.scheduler.clock.setTimer(3000, () => fleet.field.broker.start());
	await fleet.run({withinMs: 200_000});
	assert.deepEqual(await retainedHeads(fleet), heads);
	assert.deepEqual(await desiredGenerations(fleet), generations);
	assert.deepEqual({...Object.fromEntries(fleet.controllerWrites), leases: 0}, writes);
	await checkRest(fleet);
	fleet.close();
});

test('a broker that lost everything while no controller ran has every head again when one does', async () => {
	const fleet = await readyFleet();
	const heads = await retainedHeads(fleet);
	fleet.controller.kill();
	fleet.field.broker.stop('state lost');
	fleet.field.broker.start();
	await fleet.run({withinMs: 20_000});
	assert.equal((await retainedHeads(fleet)).size, 0);
	fleet.controller.start();
	await fleet.run({withinMs: 20_000});
	assert.deepEqual(await retainedHeads(fleet), heads);
	fleet.close();
});

/** Copies the store, goes on with `act`, and puts the copy back; nothing runs while it is copied. */
async function restoreOlder(
	fleet: SimulatedFleet, folder: string, act: () => Promise<void>,
): Promise<void> {
	const copy = join(folder, 'copy');
	fleet.controller.kill();
	fleet.reopenStore((path) => copyFileSync(path, copy));
	fleet.controller.start();
	await act();
	fleet.controller.kill();
	fleet.reopenStore((path) => copyFileSync(copy, path));
	fleet.controller.start();
}

/** The restored store has lost what the operator applied, and the devices' inventories. */
async function enrolAgain(fleet: SimulatedFleet): Promise<void> {
	const before = await desiredGenerations(fleet);
	let applied: Promise<unknown> | undefined;
	fleet.scheduler.clock.setTimer(0, () => {
		applied = fleet.applyObjects();
	});
	await fleet.run({withinMs: 60_000});
	await applied;
	await checkRest(fleet);
	assert.deepEqual(await desiredGenerations(fleet), before.map((generation) => generation + 1));
	assert.deepEqual([...fleet.field.nodes.values()].map((node) => node.containers().length), [1, 1, 1, 1]);
}

for (const when of ['before a rollout', 'before the enrolment'] as const) {
	test(`a store restored from a copy made ${when} counts on from what devices report, and they follow`, async () => {
		const folder = await mkdtemp(join(tmpdir(), 'femtofleet-store-'));
		try {
			const storePath = join(folder, 'store');
			const fleet = when === 'before a rollout' ? await readyFleet(storePath) : createFleet({devices: 4, storePath});
			if (when === 'before the enrolment') await fleet.run({withinMs: 100});
			await restoreOlder(fleet, folder, async () => {
				if (when === 'before a rollout') await applyVersion(fleet, 2);
				await fleet.run({withinMs: 20_000});
				assert.ok(fleet.readiness.complete);
			});
			const accepted = [...fleet.field.nodes.values()].map(({device}) => device.acceptedGeneration());
			assert.deepEqual(await desiredGenerations(fleet), when === 'before a rollout' ? [1, 1, 1, 1] : []);
			await fleet.run({withinMs: 200_000});
			assert.deepEqual(await desiredGenerations(fleet), accepted.map((generation) => generation + 1));
			await checkRest(fleet);
			if (when === 'before the enrolment') await enrolAgain(fleet);
			fleet.close();
		} finally {
			await rm(folder, {recursive: true});
		}
	});
}
