import assert from 'node:assert/strict';
import test from 'node:test';
import {femtoDevices, femtoTenants} from '../../../protocol/generated/resources.ts';
import {Fixture, fullGrant, namespace, sign} from './fixture.ts';

/** Runs `body` with a started fixture, and stops it. */
function withFixture(sentence: string, body: (fixture: Fixture) => Promise<void>): void {
	test(sentence, async () => {
		const fixture = new Fixture();
		await fixture.start();
		await body(fixture);
		await fixture.stop();
	});
}

async function readyFleet(fixture: Fixture, count: number) {
	const devices = Array.from({length: count}, (_, index) => fixture.device(`pump-${index + 1}`));
	await fixture.run(3_000);
	await fixture.apply(sign());
	await fixture.run(20_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
	return devices;
}

withFixture('a container comes from its manifest to Ready on a device', async fixture => {
	const [device] = await readyFleet(fixture, 1);
	assert.deepEqual(device?.generations, [1]);
	const {status} = await fixture.fleetDevice('pump-1');
	assert.equal(status?.desiredGeneration, 1);
	assert.equal(status?.acceptedGeneration, 1);
	assert.deepEqual(status?.containers?.map(({state}) => state), ['Confirmed']);
	assert.deepEqual(status?.assigned?.map(({localId, container}) => [localId, container.name]), [[1, 'vibration']]);
	const told = await fixture.told();
	assert.equal(told.filter(line => line.startsWith('NewRevision: ')).length, 1);
	assert.equal(told.filter(line => line.startsWith('RolloutComplete: ')).length, 1);
});

withFixture('a device enrols with its first authentic report and carries the labels of the controller', async fixture => {
	fixture.device('pump-1');
	fixture.device('pump-2', {fleetSecret: new Uint8Array(32).fill(9)});
	await fixture.run(3_000);
	const {items} = await fixture.store.list(femtoDevices);
	assert.deepEqual(items.map(({metadata}) => [metadata.name, metadata.labels]), [['pump-1', {class: 'pump'}]]);
	assert.ok(fixture.controller.counts.mac > 0);
});

withFixture('a rollout costs a device two writes, and then nothing is written', async fixture => {
	Array.from({length: 10}, (_, index) => fixture.device(`pump-${index}`));
	await fixture.run(5_000);
	fixture.writes.length = 0;
	await fixture.apply(sign());
	await fixture.run(20_000);
	const perDevice = fixture.writes.filter(({plural}) => plural === 'femtodevices').length / 10;
	assert.equal(perDevice, 2);
	fixture.writes.length = 0;
	fixture.broker.published.length = 0;
	await fixture.run(3_600_000);
	assert.deepEqual(fixture.writes, []);
	assert.deepEqual(fixture.broker.published, []);
});

withFixture('a new parameter moves every device to a new revision without new bytes', async fixture => {
	const [device] = await readyFleet(fixture, 1);
	const signed = sign();
	await fixture.applyContainer('gone', signed.digest, {spec: {parameters: {window: 20}}});
	await fixture.run(15_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
	assert.deepEqual(device?.document.containers.map(({parameters}) => parameters), [[20]]);
	const {status} = await fixture.container();
	assert.equal(status?.currentRevision, status?.updatedRevision);
});

withFixture('a policy reaches every device at once, without a rollout', async fixture => {
	const [device] = await readyFleet(fixture, 1);
	const revision = (await fixture.container()).status?.currentRevision;
	const configMap = (await fixture.container()).spec.image.configMap.name;
	const faultPolicy = {maxFaults: 9, action: 'Count'} as const;
	await fixture.applyContainer(configMap, sign().digest, {spec: {faultPolicy}});
	await fixture.run(5_000);
	assert.deepEqual(device?.document.containers.map(entry => entry.faultPolicy), [{maxFaults: 9, action: 3}]);
	assert.equal((await fixture.container()).status?.updatedRevision, revision);
});

withFixture('waves go forward one after the other', async fixture => {
	const devices = Array.from({length: 5}, (_, index) => fixture.device(`pump-${index}`));
	await fixture.run(3_000);
	await fixture.apply(sign(), {spec: {rollout: {waves: [{count: 1, soakSeconds: 30}, {percent: 100, soakSeconds: 0}]}}});
	await fixture.run(20_000);
	assert.equal(devices.filter(({generations}) => generations.length > 0).length, 1);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/Soaking', 'Reconciling=True/Soaking']);
	assert.match(await fixture.message(), /^wave 1 of 2, 1 of 5 devices Ready/);
	await fixture.run(40_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
	assert.ok(devices.every(({generations}) => generations.length === 1));
});

withFixture('maxUnavailable holds all but one device back', async fixture => {
	const devices = await readyFleet(fixture, 4);
	await fixture.apply(sign({sequence: 2}), {spec: {minReadySeconds: 60, rollout: {maxUnavailable: 1}}});
	await fixture.run(30_000);
	// The policy reaches all of them; the new statement only one.
	const digests = new Set(devices.map(({document}) => String(document.containers[0]?.statementDigest)));
	assert.equal(digests.size, 2);
	assert.equal((await fixture.container()).status?.counts?.updated, 1);
	await fixture.run(300_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
});

withFixture('a paused container moves no device', async fixture => {
	const [device] = await readyFleet(fixture, 1);
	await fixture.apply(sign({sequence: 2}), {spec: {paused: true}});
	await fixture.run(10_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/Paused', 'Reconciling=True/Paused']);
	assert.equal(device?.generations.length, 1);
});

withFixture('a deleted container leaves every device, one that is silent too, and takes its revisions along', async fixture => {
	const [device, silent] = await readyFleet(fixture, 2);
	silent?.silence();
	await fixture.deleteContainer();
	await fixture.run(5_000);
	await assert.rejects(fixture.container(), {name: 'KubeError', message: /not found/});
	assert.deepEqual(device?.document.containers, []);
	const revisions = {group: 'apps', version: 'v1', plural: 'controllerrevisions', namespace};
	assert.deepEqual((await fixture.store.list(revisions)).items, []);
	const {status} = await fixture.fleetDevice('pump-2');
	assert.deepEqual(status?.assigned, []);
	assert.equal(status?.desiredGeneration, 2);
});

withFixture('a deleted container waits for the broker, so that no retained head names it any more', async fixture => {
	const [device] = await readyFleet(fixture, 1);
	fixture.link.lose();
	await fixture.deleteContainer();
	await fixture.run(10_000);
	assert.ok((await fixture.container()).metadata.deletionTimestamp);
	fixture.link.resume(true);
	await fixture.run(10_000);
	await assert.rejects(fixture.container(), {name: 'KubeError'});
	assert.deepEqual(device?.document.containers, []);
});

withFixture('a device that no longer matches loses the container', async fixture => {
	const [device] = await readyFleet(fixture, 2);
	await fixture.store.patch(femtoDevices, 'pump-1', {metadata: {labels: {class: 'fan'}}});
	await fixture.run(10_000);
	assert.deepEqual(device?.document.containers, []);
	assert.equal((await fixture.container()).status?.counts?.matched, 1);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
});

withFixture('a tenant without keys loses its containers', async fixture => {
	const [device] = await readyFleet(fixture, 1);
	await fixture.store.delete(femtoTenants, 'tenant-7');
	await fixture.createTenant({...fullGrant, sequence: 2, keys: []});
	await fixture.run(10_000);
	assert.deepEqual(device?.document.containers, []);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/GrantRevoked', 'Stalled=True/GrantRevoked']);
});

withFixture('a second container gets its own local id, and both stand in one document', async fixture => {
	const [device] = await readyFleet(fixture, 1);
	await fixture.apply(sign({container: 'other'}), {name: 'other'});
	await fixture.run(15_000);
	assert.deepEqual(device?.document.containers.map(({localId}) => localId), [1, 2]);
	assert.deepEqual(await fixture.conditions('other'), ['Ready=True/RolloutComplete']);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
});

withFixture('a device is late, then lost, then back', async fixture => {
	const [, silent] = await readyFleet(fixture, 2);
	const lost = async () => (await fixture.fleetDevice('pump-2')).status?.conditions?.find(({type}) => type === 'Lost');
	silent?.silence();
	await fixture.run(95_000);
	assert.equal((await lost())?.reason, 'ReportLate');
	assert.equal((await fixture.container()).status?.counts?.late, 1);
	await fixture.run(90_000);
	assert.equal((await lost())?.status, 'True');
	assert.equal((await fixture.container()).status?.counts?.lost, 1);
	silent?.speak();
	silent?.report();
	await fixture.run(5_000);
	assert.equal((await lost())?.status, 'False');
	assert.equal((await fixture.container()).status?.counts?.ready, 2);
});
