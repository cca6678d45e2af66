import assert from 'node:assert/strict';
import {femtoContainers, femtoDevices, type FemtoContainer, type FemtoDevice} from '../../../protocol/generated/resources.ts';
import type {Program} from '../../../protocol/image/program.ts';
import type {Random} from '../../../runtime/random.ts';
import type {SimulatedFleet} from '../../../simulator/fleet.ts';
import {publishVersion, sampleName, sampleNamespace, type PublishedVersion} from '../../../simulator/sample.ts';
import {secondsToReady} from './fleet-scene.ts';

export const devices = 40;
export const sleepers = 12;
export const goodBytes = 600;

const containersRef = {...femtoContainers, namespace: sampleNamespace};
const configMapsRef = {group: '', version: 'v1', plural: 'configmaps', namespace: sampleNamespace};

/** Runs `act` as an event of the simulation and then goes on until it and all that it started have settled. */
export async function within<T>(fleet: SimulatedFleet, act: () => Promise<T>): Promise<T> {
	let settled: Promise<T> | undefined;
	fleet.scheduler.clock.setTimer(0, () => {
		settled = act();
	});
	await fleet.run({withinMs: 1});
	assert.ok(settled);
	return settled;
}

/** Completes the version that the fleet begins with, puts 30 % of the devices to sleep, and names those awake. */
export async function settleAndSleep(fleet: SimulatedFleet, wakeIntervalSeconds: number): Promise<ReadonlySet<string>> {
	assert.ok((await secondsToReady(fleet)) < Infinity, 'the good version is not complete');
	const {nodes} = fleet.field;
	const names = shuffle([...nodes.keys()], fleet.scheduler.random('sleepers'));
	const asleep = names.slice(0, sleepers);
	await within(fleet, async () => {
		for (const name of asleep) await fleet.api.patch(femtoDevices, name, {spec: {wakeIntervalSeconds}});
	});
	const sleep = (): boolean => asleep.every((name) => nodes.get(name)?.device.isConnected() === false);
	assert.equal(await fleet.run({until: sleep, withinMs: 120_000}), 'reached', 'not all sleepers fell asleep');
	// The last reports are on their way to the store.
	await fleet.run({withinMs: 10_000});
	return new Set(names.slice(sleepers));
}

/** Applies a version with `spec` besides its image. */
export async function applyVersion(
	fleet: SimulatedFleet, {configMap, image}: PublishedVersion, spec: Readonly<Record<string, unknown>>,
): Promise<void> {
	await within(fleet, async () => {
		await fleet.api.create(configMapsRef, configMap);
		await fleet.api.patch(containersRef, sampleName, {spec: {...spec, image}});
	});
}

export function publish(fleet: SimulatedFleet, sequence: number, program: Program): PublishedVersion {
	return publishVersion(fleet.keys, {name: sampleName, sequence, program});
}

export function getContainer(fleet: SimulatedFleet): Promise<FemtoContainer> {
	return fleet.api.get<FemtoContainer>(containersRef, sampleName);
}

export async function listDevices(fleet: SimulatedFleet): Promise<readonly FemtoDevice[]> {
	return (await fleet.api.list<FemtoDevice>(femtoDevices)).items;
}

function shuffle<T>(items: readonly T[], random: Random): readonly T[] {
	const keyed = items.map((item) => ({item, key: random.uint32()}));
	return keyed.toSorted((left, right) => left.key - right.key).map(({item}) => item);
}
