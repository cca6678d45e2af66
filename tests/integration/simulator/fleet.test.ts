import assert from 'node:assert/strict';
import {test} from 'node:test';
import {decode} from '../../../protocol/mqttsn/codec.ts';
import type {KubeObject} from '../../../runtime/kube/types.ts';
import type {SimulatedFleet} from '../../../simulator/fleet.ts';
import {GuardError} from '../../../simulator/guard.ts';
import {containerObjects, sampleName, sampleNamespace, sampleObjects} from '../../../simulator/sample.ts';
import {badLink, createFleet, firmware, secondsToReady} from './fleet-scene.ts';
import {statesOnDevices, testRollouts} from './rollout-times.ts';

const containers = {group: 'femtofleet.dev', version: 'v1alpha1', plural: 'femtocontainers', namespace: sampleNamespace};
const configMaps = {group: '', version: 'v1', plural: 'configmaps', namespace: sampleNamespace};

/** Runs `act` as an event of the simulation and then goes on until it and all that it started have settled. */
async function within(fleet: SimulatedFleet, act: () => Promise<unknown>): Promise<void> {
	let settled: Promise<unknown> | undefined;
	fleet.scheduler.clock.setTimer(0, () => {
		settled = act();
	});
	await fleet.run({withinMs: 1});
	await settled;
}

for (const mtuBytes of [64, 256]) {
	test(`50 devices become Ready on a bad link with an MTU of ${mtuBytes}, in 5 seeds`, () => testRollouts([1, 2, 3, 4, 5], mtuBytes));
}

test('the same seed gives the same event log, another seed another, and so does another firmware', async () => {
	const digest = async (seed: number, module: Uint8Array): Promise<string> => {
		const fleet = createFleet({seed, firmware: module, conditions: badLink});
		await fleet.run({withinMs: 20_000});
		fleet.close();
		return fleet.log.digest();
	};
	// A custom section (WebAssembly 2.0, 5.5.3) of one name byte: same code, another build.
	const rebuilt = new Uint8Array(Buffer.concat([firmware, Uint8Array.of(0, 2, 1, 0x78)]));
	const first = await digest(7, firmware);
	assert.equal(await digest(7, firmware), first);
	assert.notEqual(await digest(8, firmware), first);
	assert.notEqual(await digest(7, rebuilt), first);
});

test('a planted Date.now fails the run and is named', async () => {
	const fleet = createFleet({
		objects: (keys) => {
			assert.ok(Date.now() > 0);
			return sampleObjects(keys, {imageBytes: 600, version: 1});
		},
	});
	await assert.rejects(fleet.run({withinMs: 10_000}), (error: unknown) => {
		assert.ok(error instanceof GuardError);
		assert.match(error.message, /Date\.now.*fleet\.test\.ts/);
		return true;
	});
	fleet.close();
});

test('an idle fleet is idle: in an hour no API write but Leases, no message but period reports, pings and presence', async () => {
	const lines: string[] = [];
	let isIdle = false;
	const fleet = createFleet({logSink: (line) => isIdle && lines.push(line.trimEnd())});
	assert.ok((await secondsToReady(fleet)) < 60);
	// The first period report after a rollout still carries the inventory.
	await fleet.run({withinMs: 90_000});
	const writes = (): Readonly<Record<string, number>> => ({...Object.fromEntries(fleet.controllerWrites), leases: 0});
	const before = writes();
	isIdle = true;
	await fleet.run({withinMs: 3_600_000});
	assert.deepEqual(writes(), before);
	const counts = countMessages(lines);
	const perDevice = 3600 / 60;
	const reports = fleet.field.nodes.size * perDevice;
	assert.deepEqual(Object.keys(counts).toSorted(compareTexts), [
		'packet pingreq', 'packet pingresp', 'packet puback', 'packet publish f/bridge/sim', 'packet publish f/+/r',
		'datagram pingreq', 'datagram pingresp', 'datagram puback', 'datagram publish 2',
	].toSorted(compareTexts));
	// A report without inventory takes a few slices; what a device says in an hour is bounded by that.
	const slices = counts['datagram publish 2'] ?? 0;
	assert.ok(slices >= reports && slices <= 4 * reports, `${slices} slices of ${reports} reports`);
	assert.equal(counts['datagram puback'], slices);
	assert.ok((counts['datagram pingreq'] ?? 0) <= reports, `${counts['datagram pingreq']} pings`);
	fleet.close();
});

/** Datagrams by type, packets of MQTT by command and topic; both as they leave their sender. */
function countMessages(lines: readonly string[]): Readonly<Record<string, number>> {
	const counts: Record<string, number> = {};
	for (const line of lines) {
		const [, kind, , direction, ...detail] = line.split(' ');
		if (kind !== 'packet' && (kind !== 'datagram' || direction !== 'send')) continue;
		const key = `${kind} ${kind === 'packet' ? describePacket(detail) : describeDatagram(detail[0] ?? '')}`;
		counts[key] = (counts[key] ?? 0) + 1;
	}
	return counts;
}

function describePacket([command = '', topic = '']: readonly string[]): string {
	return command === 'publish' ? `publish ${topic.replace(/^f\/[^/]+\/r$/, 'f/+/r')}` : command;
}

function describeDatagram(hex: string): string {
	const decoded = decode(Buffer.from(hex, 'hex'));
	assert.ok(decoded.ok, hex);
	const packet = decoded.value;
	return packet.type === 'publish' ? `publish ${packet.topicId}` : packet.type;
}

function compareTexts(left: string, right: string): number {
	return left < right ? -1 : 1;
}

test('a new version reaches every device, and a deleted container leaves every device', async () => {
	const fleet = createFleet({conditions: badLink});
	assert.ok((await secondsToReady(fleet)) < 600);
	const [configMap, container] = containerObjects(fleet.keys, {imageBytes: 800, version: 2});
	const {spec} = container as KubeObject & {readonly spec: Readonly<Record<string, unknown>>};
	await within(fleet, async () => {
		await fleet.api.create(configMaps, configMap as KubeObject);
		await fleet.api.patch(containers, sampleName, {spec: {image: spec['image']}});
	});
	assert.ok(!fleet.readiness.complete);
	assert.ok((await secondsToReady(fleet)) < Infinity);
	const generations = [...fleet.field.nodes.values()].flatMap((node) => node.containers().map(({generation}) => generation));
	assert.deepEqual(generations, [2, 2, 2, 2, 2]);
	await within(fleet, () => fleet.api.delete(containers, sampleName));
	const gone = (): boolean => statesOnDevices(fleet).every((states) => states.length === 0);
	assert.equal(await fleet.run({until: gone, withinMs: 300_000}), 'reached');
	fleet.close();
});
