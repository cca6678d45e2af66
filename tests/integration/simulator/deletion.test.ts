import assert from 'node:assert/strict';
import {test} from 'node:test';
import {femtoContainers, femtoDevices, type FemtoDevice} from '../../../protocol/generated/resources.ts';
import type {SimulatedFleet} from '../../../simulator/fleet.ts';
import {sampleName, sampleNamespace} from '../../../simulator/sample.ts';
import {checkRest} from './canonical.ts';
import {createFleet, secondsToReady} from './fleet-scene.ts';

const devices = 4;
const ref = {...femtoContainers, namespace: sampleNamespace};
const finalizerGoes = new RegExp(` api femtocontainers/${sampleNamespace}/${sampleName} replace .*"finalizers":\\[\\]`);
const headGoes = / packet controller#\d+ > publish f\/([^/]+)\/d /;

interface Scene {
	readonly fleet: SimulatedFleet;
	/** Of the event log, from the deletion on. */
	readonly lines: readonly string[];
}

/** Deletes what runs on four devices, and kills the controller after its `write`-th write from there. */
async function killInDeletion(write: number): Promise<Scene> {
	const lines: string[] = [];
	const fleet = createFleet({devices, logSink: (line) => lines.push(line)});
	assert.ok((await secondsToReady(fleet)) < Infinity);
	await fleet.run({withinMs: 5000});
	lines.length = 0;
	fleet.controller.faults.arm(write, 'killed after');
	let deleted: Promise<unknown> | undefined;
	fleet.scheduler.clock.setTimer(0, () => {
		deleted = fleet.api.delete(ref, sampleName);
	});
	await fleet.run({withinMs: 1000});
	await deleted;
	assert.ok(!fleet.controller.isAlive);
	const {items} = await fleet.api.list<FemtoDevice>(femtoDevices);
	assert.equal(items.filter(({status}) => status?.assigned?.length !== 0).length, devices - write);
	assert.equal((await fleet.api.list(ref)).items.length, 1);
	return {fleet, lines};
}

for (let write = 1; write <= devices; write++) {
	test(`a controller that died after ${write} of ${devices} devices publishes all heads before the finalizer goes`, async () => {
		const {fleet, lines} = await killInDeletion(write);
		fleet.controller.start();
		await fleet.run({withinMs: 30_000});
		assert.deepEqual((await fleet.api.list(ref)).items, []);
		const end = lines.findIndex((line) => finalizerGoes.test(line));
		assert.ok(end > 0);
		const told = lines.slice(0, end).flatMap((line) => headGoes.exec(line)?.[1] ?? []);
		assert.equal(new Set(told).size, devices);
		assert.deepEqual(lines.slice(end).filter((line) => headGoes.test(line)), []);
		await checkRest(fleet);
		fleet.close();
	});
}

test('a deletion that a dead controller began waits for no device', async () => {
	const {fleet} = await killInDeletion(devices);
	for (const node of fleet.field.nodes.values()) node.cutPower();
	fleet.controller.start();
	await fleet.run({withinMs: 10_000});
	assert.deepEqual((await fleet.api.list(ref)).items, []);
	fleet.close();
});
