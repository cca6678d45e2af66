import assert from 'node:assert/strict';
import test from 'node:test';
import {bytesToHex} from '../../../protocol/crypto.ts';
import {femtoContainers, femtoDevices} from '../../../protocol/generated/resources.ts';
import {refusalReasons} from '../../../protocol/schema/reasons.ts';
import {KubeError} from '../../../runtime/kube/errors.ts';
import {Fixture, namespace, sign, type ContainerChanges} from './fixture.ts';
import type {ScriptedDevice} from './scripted-device.ts';

const good = sign();
const bad = sign({sequence: 2, program: {bssSize: 32}});
const better = sign({sequence: 3, program: {bssSize: 48}});

const tooManyFaults = refusalReasons.find(({name}) => name === 'TooManyFaults')?.id ?? 0;
const hexOf = ({digest}: {readonly digest: string}): string => digest.slice(7, 39);

interface Fleet {
	readonly fixture: Fixture;
	readonly devices: readonly ScriptedDevice[];
	/** Statements that devices give up when they run them, hexadecimal. */
	readonly fatal: Set<string>;
	/** Statements that never come to an end with their trial. */
	readonly hanging: Set<string>;
	/** Names of devices that run `signed` by their own word. */
	readonly running: (signed: {readonly digest: string}) => Promise<readonly string[]>;
}

const waves = [{count: 1, soakSeconds: 30}, {percent: 100, soakSeconds: 0}];
const careful: ContainerChanges = {spec: {rollout: {waves}}};

/** A fleet of four on which `good` is complete; what `fatal` names is given up wherever it runs. */
function withFleet(sentence: string, body: (fleet: Fleet) => Promise<void>, firstApplied = true): void {
	test(sentence, async () => {
		const fixture = new Fixture();
		await fixture.start();
		const fatal = new Set([hexOf(bad)]);
		const hanging = new Set<string>();
		const devices = Array.from({length: 4}, (_, index) => fixture.device(`pump-${index}`, {
			giveUp: ({statementDigest}) =>
				(fatal.has(bytesToHex(statementDigest)) ? {reason: tooManyFaults, instruction: 9} : undefined),
			hangs: ({statementDigest}) => hanging.has(bytesToHex(statementDigest)),
		}));
		await fixture.run(3_000);
		if (firstApplied) {
			await fixture.apply(good, careful);
			await fixture.run(60_000);
			assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
		}
		const running = async (signed: {readonly digest: string}): Promise<readonly string[]> => {
			const found = await Promise.all(devices.map(({id}) => fixture.fleetDevice(id)));
			return found.filter(({status}) => status?.containers?.some(
				({statementDigest, state}) => statementDigest === hexOf(signed) && state === 'Confirmed'))
				.map(({metadata}) => metadata.name);
		};
		await body({fixture, devices, fatal, hanging, running});
		await fixture.stop();
	});
}

const ranBad = (devices: readonly ScriptedDevice[]): number => devices.filter(({ran}) => ran.includes(hexOf(bad))).length;

withFleet('a fatal release stops at the first wave and goes back, without anybody doing anything', async ({fixture, devices, running}) => {
	await fixture.apply(bad, careful);
	await fixture.run(60_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/RolledBack', 'Stalled=True/RolledBack']);
	assert.match(await fixture.message(), /^vibration-\w+ failed: pump-\d: TooManyFaults at instruction 9; the generation before/);
	assert.match(await fixture.message(), /back at vibration-\w+, 4 of 4 devices Ready with it$/);
	assert.equal(ranBad(devices), 1);
	assert.equal((await running(good)).length, 4);
	const {status} = await fixture.container();
	assert.equal(status?.failure?.reason, 'TooManyFaults');
	assert.notEqual(status?.currentRevision, status?.updatedRevision);
	assert.equal(status?.failure?.revision, status?.updatedRevision);
	const told = (await fixture.told()).map(line => line.split(':')[0]);
	for (const reason of ['TooManyFaults', 'RollingBack', 'RolledBack']) {
		assert.equal(told.filter(text => text === reason).length, 1, reason);
	}
});

withFleet('what has failed is not tried again, after a restart of the controller neither, and nothing is written', async ({fixture, devices}) => {
	await fixture.apply(bad, careful);
	await fixture.run(60_000);
	await fixture.restart();
	await fixture.run(10_000);
	fixture.writes.length = 0;
	await fixture.run(3_600_000);
	assert.deepEqual(fixture.writes, []);
	assert.equal(ranBad(devices), 1);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/RolledBack', 'Stalled=True/RolledBack']);
});

withFleet('the annotation tries a failed revision once more', async ({fixture, devices, fatal, running}) => {
	await fixture.apply(bad, careful);
	await fixture.run(60_000);
	fatal.clear();
	const ref = {...femtoContainers, namespace};
	await fixture.store.patch(ref, 'vibration', {metadata: {annotations: {'femtofleet.dev/retry': 'now'}}});
	await fixture.run(90_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
	assert.equal((await running(bad)).length, 4);
	assert.equal((await fixture.container()).status?.failure, undefined);
	assert.equal(ranBad(devices), 4);
});

withFleet('a spec that is changed and changed back is tried again', async ({fixture, devices}) => {
	await fixture.apply(bad, careful);
	await fixture.run(60_000);
	const configMap = (await fixture.container()).spec.image.configMap.name;
	await fixture.applyContainer(`vibration-${good.digest.slice(7, 15)}`, good.digest, careful);
	await fixture.applyContainer(configMap, bad.digest, careful);
	await fixture.run(60_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/RolledBack', 'Stalled=True/RolledBack']);
	assert.equal(devices.flatMap(({ran}) => ran.filter(digest => digest === hexOf(bad))).length, 2);
});

withFleet('the next release goes its own way', async ({fixture, running}) => {
	await fixture.apply(bad, careful);
	await fixture.run(60_000);
	await fixture.apply(better, careful);
	await fixture.run(90_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
	assert.equal((await running(better)).length, 4);
	assert.equal((await fixture.container()).status?.failure, undefined);
});

withFleet('onFailure Pause stops and leaves devices as they are, until it says Rollback', async ({fixture, devices, running}) => {
	await fixture.apply(bad, {spec: {rollout: {waves, onFailure: 'Pause'}}});
	await fixture.run(60_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/TooManyFaults', 'Stalled=True/TooManyFaults']);
	const {status} = await fixture.container();
	assert.deepEqual([status?.counts?.updated, status?.counts?.failed], [1, 1]);
	await fixture.store.patch({...femtoContainers, namespace}, 'vibration', {spec: {rollout: {onFailure: 'Rollback'}}});
	await fixture.run(30_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/RolledBack', 'Stalled=True/RolledBack']);
	assert.equal((await running(good)).length, 4);
	assert.equal(ranBad(devices), 1);
});

withFleet('without a revision to go back to, devices stay and the rollout is Stalled; a retry tries them again', async ({fixture, devices, fatal}) => {
	await fixture.apply(bad, careful);
	await fixture.run(60_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/TooManyFaults', 'Stalled=True/TooManyFaults']);
	assert.match(await fixture.message(), /failed: pump-\d: TooManyFaults: quarantined/);
	assert.equal(ranBad(devices), 1);
	fatal.clear();
	const ref = {...femtoContainers, namespace};
	await fixture.store.patch(ref, 'vibration', {metadata: {annotations: {'femtofleet.dev/retry': '1'}}});
	await fixture.run(90_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
	assert.equal(devices.flatMap(({ran}) => ran).length, 5);
}, false);

withFleet('a pause holds the way back, and a resume lets it go on without another try', async ({fixture, devices, running}) => {
	const ref = {...femtoContainers, namespace};
	await fixture.apply(bad, {spec: {rollout: {waves: [{percent: 100, soakSeconds: 0}], maxUnavailable: 1}}});
	await fixture.run(1_500);
	await fixture.store.patch(ref, 'vibration', {spec: {paused: true}});
	await fixture.run(30_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/Paused', 'Reconciling=True/Paused']);
	assert.match(await fixture.message(), /failed: pump-\d: TooManyFaults.*paused on the way back/);
	await fixture.store.patch(ref, 'vibration', {spec: {paused: false}});
	await fixture.run(30_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/RolledBack', 'Stalled=True/RolledBack']);
	assert.equal((await running(good)).length, 4);
	assert.equal(ranBad(devices), 1);
});

withFleet('devices that serve the failed revision well go back one after the other', async ({fixture, devices, fatal, running}) => {
	fatal.clear();
	const rollout = {waves: [{count: 3, soakSeconds: 60}, {percent: 100, soakSeconds: 0}], maxUnavailable: 1};
	await fixture.apply(bad, {spec: {minReadySeconds: 5, rollout}});
	await fixture.run(50_000);
	const on = await running(bad);
	assert.equal(on.length, 3);
	devices.find(({id}) => id === on[0])?.fault(1, {reason: tooManyFaults, instruction: 3});
	const unavailable = new Set<number>();
	for (let step = 0; step < 60; step++) {
		await fixture.run(1_000);
		const left = 4 - (await running(good)).length - (await running(bad)).length;
		unavailable.add(left);
	}
	assert.deepEqual(await fixture.conditions(), ['Ready=False/RolledBack', 'Stalled=True/RolledBack']);
	assert.equal((await running(good)).length, 4);
	assert.ok(Math.max(...unavailable) <= 1);
});

withFleet('a revision to go back to that is broken as well ends the way back with a reason of its own', async ({fixture, devices, fatal}) => {
	await fixture.apply(bad, {spec: {rollout: {waves: [{percent: 100, soakSeconds: 0}], maxUnavailable: 1}}});
	fatal.add(hexOf(good));
	await fixture.run(120_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/RollbackFailed', 'Stalled=True/RollbackFailed']);
	assert.match(await fixture.message(), /it fails, too: pump-\d: TooManyFaults/);
	assert.equal(devices.flatMap(({ran}) => ran.slice(1)).length, 2);
});

withFleet('a device that gets nowhere fails the rollout at its deadline, and all go back', async ({fixture, hanging, running}) => {
	hanging.add(hexOf(better));
	await fixture.apply(better, {spec: {rollout: {waves, progressDeadlineSeconds: 120}}});
	await fixture.run(115_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/Progressing', 'Reconciling=True/Progressing']);
	await fixture.run(30_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/RolledBack', 'Stalled=True/RolledBack']);
	assert.match(await fixture.message(), /failed: no progress for 120 s; pump-\d: Trial; back at/);
	assert.equal((await fixture.container()).status?.failure?.reason, 'ProgressDeadlineExceeded');
	assert.equal((await running(good)).length, 4);
});

withFleet('a soak longer than the deadline is no lack of progress', async ({fixture}) => {
	const rollout = {waves: [{count: 1, soakSeconds: 300}, {percent: 100, soakSeconds: 0}], progressDeadlineSeconds: 60};
	await fixture.apply(better, {spec: {rollout}});
	await fixture.run(290_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/Soaking', 'Reconciling=True/Soaking']);
	await fixture.run(60_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
});

withFleet('a pause longer than the deadline is no lack of progress', async ({fixture}) => {
	const ref = {...femtoContainers, namespace};
	await fixture.apply(better, {spec: {paused: true, rollout: {waves, progressDeadlineSeconds: 60}}});
	await fixture.run(300_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/Paused', 'Reconciling=True/Paused']);
	await fixture.store.patch(ref, 'vibration', {spec: {paused: false}});
	await fixture.run(90_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
});

withFleet('a first revision that is slow may still get there', async ({fixture, hanging}) => {
	hanging.add(hexOf(better));
	await fixture.apply(better, {spec: {rollout: {waves, progressDeadlineSeconds: 60}}});
	await fixture.run(120_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/ProgressDeadlineExceeded', 'Stalled=True/ProgressDeadlineExceeded']);
	assert.equal((await fixture.container()).status?.failure, undefined);
}, false);

withFleet('a fault after the rollout starts no way back: Degraded, and one event per class', async ({fixture, devices}) => {
	for (const device of devices.slice(0, 2)) {
		device.fault(1, {reason: tooManyFaults, instruction: 4});
	}
	await fixture.run(30_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete', 'Degraded=True/TooManyFaults']);
	assert.equal((await fixture.told()).filter(line => line.startsWith('TooManyFaults')).length, 1);
	assert.equal((await fixture.container()).status?.counts?.failed, 2);
	assert.ok(devices.every(({generations}) => generations.length === 1));
	fixture.writes.length = 0;
	await fixture.restart();
	await fixture.run(30_000);
	assert.deepEqual(fixture.writes, []);
});

withFleet('a controller that dies between the failure and its consequences does not forget it', async ({fixture, devices}) => {
	const {store} = fixture;
	const replace = store.replace.bind(store);
	let written = false;
	let held = true;
	store.replace = async (ref, object, options) => {
		const failed = JSON.stringify(object).includes('"failure"');
		if (ref.plural === femtoContainers.plural && failed && held) {
			const answer = await replace(ref, object, options);
			written = true;
			assert.ok(answer);
			throw new KubeError({code: 504, reason: 'Timeout', message: 'it took too long'});
		}
		if (ref.plural === femtoDevices.plural && written && held) {
			throw new KubeError({code: 503, reason: 'ServiceUnavailable', message: 'gone'});
		}
		return replace(ref, object, options);
	};
	await fixture.apply(bad, careful);
	await fixture.run(20_000);
	assert.equal(written, true);
	held = false;
	await fixture.restart();
	await fixture.run(60_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/RolledBack', 'Stalled=True/RolledBack']);
	assert.equal(ranBad(devices), 1);
	assert.equal(devices.flatMap(({ran}) => ran.filter(digest => digest === hexOf(bad))).length, 1);
});

withFleet('nothing goes back before the failure is written: a controller that can not write it does not move a device', async ({fixture, devices}) => {
	const {store} = fixture;
	const replace = store.replace.bind(store);
	let refused = 0;
	let held = true;
	store.replace = async (ref, object, options) => {
		if (held && ref.plural === femtoContainers.plural && JSON.stringify(object).includes('"failure"')) {
			refused++;
			throw new KubeError({code: 503, reason: 'ServiceUnavailable', message: 'gone'});
		}
		return replace(ref, object, options);
	};
	await fixture.apply(bad, careful);
	await fixture.run(20_000);
	assert.ok(refused > 0);
	const onBad = devices.filter(({document}) => bytesToHex(document.containers[0]?.statementDigest ?? new Uint8Array(0)) === hexOf(bad));
	assert.equal(onBad.length, 1);
	held = false;
	await fixture.restart();
	await fixture.run(60_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/RolledBack', 'Stalled=True/RolledBack']);
	assert.equal(devices.flatMap(({ran}) => ran.filter(digest => digest === hexOf(bad))).length, 1);
});
