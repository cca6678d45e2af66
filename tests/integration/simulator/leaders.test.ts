import assert from 'node:assert/strict';
import {test} from 'node:test';
import {femtoDevices, type FemtoDevice} from '../../../protocol/generated/resources.ts';
import type {ControllerHost} from '../../../simulator/controller-host.ts';
import type {SimulatedFleet} from '../../../simulator/fleet.ts';
import {checkRest} from './canonical.ts';
import {createFleet, secondsToReady} from './fleet-scene.ts';
import {applyVersion} from './recovery-scene.ts';

interface Scene {
	readonly fleet: SimulatedFleet;
	readonly lines: string[];
	readonly second: ControllerHost;
}

/** Two controllers that stand for election, each with an MQTT session of its own; the first one leads. */
async function twoControllers(secondClientId: string, apiLatencyMs = 1): Promise<Scene> {
	const lines: string[] = [];
	const fleet = createFleet({devices: 4, election: true, apiLatencyMs, logSink: (line) => lines.push(line)});
	const second = fleet.addController('controller-2', secondClientId);
	fleet.scheduler.clock.setTimer(100, () => second.start());
	assert.ok((await secondsToReady(fleet)) < Infinity);
	await fleet.run({withinMs: 5000});
	assert.deepEqual(heads(lines, 'controller-2'), []);
	assert.equal(heads(lines, 'controller').length, 4);
	return {fleet, lines, second};
}

/** Heads that one controller has sent to the broker. */
function heads(lines: readonly string[], controller: string): readonly string[] {
	const pattern = new RegExp(` packet ${controller}#\\d+ > publish f/[^/]+/d `);
	return lines.filter((line) => pattern.test(line));
}

async function generations(fleet: SimulatedFleet): Promise<readonly (number | undefined)[]> {
	return (await fleet.api.list<FemtoDevice>(femtoDevices)).items.map(({status}) => status?.desiredGeneration);
}

test('a second controller takes over from one that is killed in a rollout, and finishes it', async () => {
	const {fleet, lines, second} = await twoControllers('_femto-controller');
	await applyVersion(fleet, 2);
	fleet.controller.kill();
	await fleet.run({withinMs: 100_000});
	assert.ok(second.isAlive);
	assert.ok(heads(lines, 'controller-2').length >= 3);
	assert.deepEqual(await generations(fleet), [2, 2, 2, 2]);
	await checkRest(fleet);
	fleet.close();
});

/** Longer than a lease stands, shorter than the broker waits for a silent client. */
const absenceMs = 60_000;

test('a leader that stands still before its write comes back late: 409, and it sends nothing', async () => {
	const {fleet, lines, second} = await twoControllers('_second');
	fleet.controller.faults.armNext('replace femtodevices/', 'frozen before');
	await applyVersion(fleet, 2);
	await fleet.run({withinMs: absenceMs});
	assert.ok(!fleet.controller.faults.isArmed);
	assert.deepEqual(await generations(fleet), [2, 2, 2, 2]);
	const before = lines.length;
	fleet.controller.thaw();
	await fleet.run({withinMs: 30_000});
	const late = lines.slice(before);
	const refused = late.filter((line) => / api femtodevices\/\/sim-\d+ replace-status refused Conflict /.test(line));
	assert.equal(refused.length, 1);
	assert.deepEqual(heads(late, 'controller'), []);
	assert.ok(late.some((line) => line.includes(' log controller info stopped leading')), late.join(''));
	assert.ok(second.isAlive);
	assert.deepEqual(await generations(fleet), [2, 2, 2, 2]);
	await checkRest(fleet);
	fleet.close();
});

test('a leader that stands still after its write, before the head, comes back late and sends nothing', async () => {
	const {fleet, lines} = await twoControllers('_second');
	fleet.controller.faults.armNext('replace femtodevices/', 'frozen after');
	await applyVersion(fleet, 2);
	await fleet.run({withinMs: absenceMs / 2});
	await applyVersion(fleet, 3);
	await fleet.run({withinMs: absenceMs / 2});
	assert.deepEqual(await generations(fleet), [3, 3, 3, 3]);
	const before = lines.length;
	fleet.controller.thaw();
	await fleet.run({withinMs: 30_000});
	assert.deepEqual(heads(lines.slice(before), 'controller'), []);
	await checkRest(fleet);
	fleet.close();
});

test('a leader that stood still for longer than its lease writes and sends nothing at all, however fast the API is', async () => {
	const {fleet, lines, second} = await twoControllers('_second', 0);
	// The change waits for it before the timer of its lease does.
	fleet.controller.freeze();
	await applyVersion(fleet, 2);
	await fleet.run({withinMs: absenceMs / 2});
	await applyVersion(fleet, 3);
	await fleet.run({withinMs: absenceMs / 2});
	assert.deepEqual(await generations(fleet), [3, 3, 3, 3]);
	const before = lines.length;
	const writes = fleet.controller.faults.count;
	fleet.controller.thaw();
	await fleet.run({withinMs: 30_000});
	const late = lines.slice(before);
	assert.equal(fleet.controller.faults.count, writes);
	assert.deepEqual(late.filter((line) => / packet controller#\d+ > publish /.test(line)), []);
	assert.ok(late.some((line) => line.includes(' log controller info stopped leading')), late.join(''));
	assert.ok(second.isAlive);
	await checkRest(fleet);
	fleet.close();
});
