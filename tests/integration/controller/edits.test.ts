import assert from 'node:assert/strict';
import test from 'node:test';
import {femtoContainers, femtoDevices} from '../../../protocol/generated/resources.ts';
import {Fixture, namespace, sign} from './fixture.ts';
import type {ScriptedDevice} from './scripted-device.ts';

const first = sign();
const second = sign({sequence: 2, program: {bssSize: 32}});
const third = sign({sequence: 3, program: {bssSize: 48}});
const hexOf = ({digest}: {readonly digest: string}): string => digest.slice(7, 39);

const slow = {waves: [{count: 1, soakSeconds: 300}, {percent: 100, soakSeconds: 0}]};
const quick = {waves: [{percent: 100, soakSeconds: 0}]};

/** Four devices Ready with `first`, and `second` in the soak of its first wave. */
function withRunningWave(
	sentence: string, body: (scene: {readonly fixture: Fixture; readonly devices: ScriptedDevice[]}) => Promise<void>,
): void {
	test(sentence, async () => {
		const fixture = new Fixture();
		await fixture.start();
		const devices = Array.from({length: 4}, (_, index) => fixture.device(`pump-${index}`));
		await fixture.run(3_000);
		await fixture.apply(first, {spec: {rollout: quick}});
		await fixture.run(20_000);
		await fixture.apply(second, {spec: {rollout: slow}});
		await fixture.run(20_000);
		assert.deepEqual(await fixture.conditions(), ['Ready=False/Soaking', 'Reconciling=True/Soaking']);
		assert.equal(countRan(devices, second), 1);
		await body({fixture, devices});
		await fixture.stop();
	});
}

const countRan = (devices: readonly ScriptedDevice[], signed: {readonly digest: string}): number =>
	devices.filter(({ran}) => ran.includes(hexOf(signed))).length;

const patchSpec = (fixture: Fixture, spec: object): Promise<unknown> =>
	fixture.store.patch({...femtoContainers, namespace}, 'vibration', {spec});

withRunningWave('a new revision in a running wave begins with its own first wave', async ({fixture, devices}) => {
	await fixture.apply(third, {spec: {rollout: slow}});
	await fixture.run(20_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/Soaking', 'Reconciling=True/Soaking']);
	assert.deepEqual([countRan(devices, second), countRan(devices, third)], [1, 1]);
	await fixture.run(330_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
	assert.deepEqual([countRan(devices, second), countRan(devices, third)], [1, 4]);
});

withRunningWave('the old revision back in a running wave takes the device back at once: it has proven itself', async ({fixture, devices}) => {
	await fixture.applyContainer(`vibration-${first.digest.slice(7, 15)}`, first.digest, {spec: {rollout: slow}});
	await fixture.run(20_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
	assert.equal(countRan(devices, second), 1);
	assert.equal((await fixture.container()).status?.counts?.ready, 4);
});

withRunningWave('other waves count at once', async ({fixture, devices}) => {
	await patchSpec(fixture, {rollout: {waves: [{count: 2, soakSeconds: 300}, {percent: 100, soakSeconds: 0}]}});
	await fixture.run(20_000);
	assert.equal(countRan(devices, second), 2);
	await patchSpec(fixture, {rollout: quick});
	await fixture.run(20_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
	assert.equal(countRan(devices, second), 4);
});

withRunningWave('smaller waves leave what has moved where it is', async ({fixture, devices}) => {
	await patchSpec(fixture, {rollout: {waves: [{count: 3, soakSeconds: 600}, {percent: 100, soakSeconds: 0}]}});
	await fixture.run(20_000);
	assert.equal(countRan(devices, second), 3);
	await patchSpec(fixture, {rollout: {waves: [{count: 1, soakSeconds: 600}, {percent: 100, soakSeconds: 0}]}});
	await fixture.run(20_000);
	assert.equal((await fixture.container()).status?.counts?.updated, 3);
});

withRunningWave('another selector takes the container off those it no longer matches', async ({fixture, devices}) => {
	await fixture.store.patch(femtoDevices, 'pump-3', {metadata: {labels: {hall: 'north'}}});
	await patchSpec(fixture, {deviceSelector: {matchLabels: {class: 'pump', hall: 'north'}}});
	await fixture.run(20_000);
	assert.equal((await fixture.container()).status?.counts?.matched, 1);
	assert.deepEqual(devices.map(({document}) => document.containers.length), [0, 0, 0, 1]);
});

withRunningWave('a device that joins waits for its wave', async ({fixture, devices}) => {
	const joined = fixture.device('pump-9');
	await fixture.run(20_000);
	const {counts} = (await fixture.container()).status ?? {};
	assert.equal(counts?.matched, 5);
	// It may outrank the one that has moved: then it proves the wave, too.
	assert.ok(countRan([...devices, joined], second) <= 2);
	await fixture.run(400_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
	assert.equal(countRan([...devices, joined], second), 5);
});

withRunningWave('a device of the wave that leaves makes room for the next one', async ({fixture, devices}) => {
	const moved = devices.find(({ran}) => ran.includes(hexOf(second)));
	assert.ok(moved);
	await fixture.store.patch(femtoDevices, moved.id, {metadata: {labels: {class: 'fan'}}});
	await fixture.run(20_000);
	assert.equal(countRan(devices, second), 2);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/Soaking', 'Reconciling=True/Soaking']);
	assert.deepEqual(moved.document.containers, []);
});

withRunningWave('a pause in a running wave holds the next one, a resume lets it go', async ({fixture, devices}) => {
	await patchSpec(fixture, {paused: true});
	await fixture.run(400_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/Paused', 'Reconciling=True/Paused']);
	assert.equal(countRan(devices, second), 1);
	await patchSpec(fixture, {paused: false});
	await fixture.run(20_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
});

test('a sleeper that took the update and missed three wake cycles has failed, one that never took it has not started', async () => {
	const fixture = new Fixture();
	await fixture.start();
	const devices = Array.from({length: 3}, (_, index) => fixture.device(`pump-${index}`));
	await fixture.run(3_000);
	for (const {id} of devices.slice(0, 2)) {
		await fixture.store.patch(femtoDevices, id, {spec: {wakeIntervalSeconds: 60}});
	}
	await fixture.run(5_000);
	const [taker, never, awake] = devices;
	never?.silence();
	const rollout = {waves: [{percent: 100, soakSeconds: 3_600}], maxFailures: 1};
	await fixture.apply(first, {spec: {minReadySeconds: 1, rollout}});
	await fixture.run(20_000);
	taker?.silence();
	await fixture.run(100_000);
	const counts = async () => (await fixture.container()).status?.counts;
	assert.deepEqual([(await counts())?.asleep, (await counts())?.late, (await counts())?.lost], [0, 2, 0]);
	await fixture.run(200_000);
	const late = await counts();
	assert.deepEqual([late?.asleep, late?.late, late?.lost, late?.failed], [0, 0, 2, 1]);
	const sample = (await fixture.container()).status?.devices ?? [];
	assert.deepEqual(sample.map(({name, message}) => `${name}: ${message}`), [
		'pump-0: lost after it took the revision', 'pump-1: lost before it took the revision',
	]);
	assert.ok(awake);
	await fixture.stop();
});
