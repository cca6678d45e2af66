import assert from 'node:assert/strict';
import test from 'node:test';
import {loadObjects} from '../../../cli/why/load.ts';
import {explain, type Explanation} from '../../../controller/mod.ts';
import {femtoContainers, femtoDevices, femtoTenants} from '../../../protocol/generated/resources.ts';
import {refusalReasons} from '../../../protocol/schema/reasons.ts';
import {Fixture, fullGrant, namespace, sign, strangerSecret} from './fixture.ts';
import type {ScriptedDevice} from './scripted-device.ts';

const tooManyFaults = refusalReasons.find(({name}) => name === 'TooManyFaults')?.id ?? 0;
const giveUp = () => ({reason: tooManyFaults, instruction: 9});
const signed = sign();

interface Row {
	/** Brings the fleet where the question is asked; `pump-1` is asked for. */
	readonly scene: (fixture: Fixture) => Promise<ScriptedDevice | void>;
	readonly reason: string;
	readonly message: RegExp;
	/** Of the container `vibration`, when that is another one. */
	readonly container?: string;
	readonly ready?: true;
}

async function ready(fixture: Fixture): Promise<ScriptedDevice> {
	const device = fixture.device('pump-1');
	await fixture.run(3_000);
	await fixture.apply(signed);
	await fixture.run(15_000);
	return device;
}

async function cordon(fixture: Fixture): Promise<void> {
	await fixture.store.patch(femtoDevices, 'pump-1', {spec: {cordoned: true}});
}

/** Two devices in two waves; `second` is the one of the second wave, named pump-1 whatever the ranking says. */
async function twoWaves(fixture: Fixture, changes: {readonly soakSeconds?: number; readonly paused?: boolean}): Promise<void> {
	fixture.device('pump-1');
	fixture.device('pump-2');
	await fixture.run(3_000);
	await fixture.store.patch(femtoDevices, 'pump-2', {metadata: {labels: {first: 'yes'}}});
	const waves = [
		{selector: {matchLabels: {first: 'yes'}}, soakSeconds: changes.soakSeconds ?? 0}, {percent: 100, soakSeconds: 0},
	];
	await fixture.apply(signed, {spec: {paused: changes.paused ?? false, rollout: {waves}}});
	await fixture.run(10_000);
}

const rows: Record<string, Row> = {
	'all is where it should be': {
		scene: ready, reason: 'ContainersReady', message: /every container is Ready/, container: 'Ready', ready: true,
	},
	'a device that nothing is meant for': {
		scene: async fixture => {
			fixture.device('pump-1');
			await fixture.run(3_000);
		},
		reason: 'NothingAssigned', message: /no container is meant/, ready: true,
	},
	'a device that has never reported': {
		scene: async fixture => {
			await fixture.store.create(femtoDevices, {
				apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoDevice', metadata: {name: 'pump-1', labels: {class: 'pump'}},
				spec: {cordoned: false, keyNumber: 0, wakeIntervalSeconds: 0},
			});
			await fixture.apply(signed);
			await fixture.run(5_000);
		},
		reason: 'NeverReported', message: /no report/, container: 'NoInventory',
	},
	'a device that was lost with the container': {
		scene: async fixture => {
			(await ready(fixture)).silence();
			await fixture.run(400_000);
		},
		reason: 'Lost', message: /missed three reports, the last one came at 20/,
	},
	'a container that the device gave up': {
		scene: async fixture => {
			fixture.device('pump-1', {giveUp});
			await fixture.run(3_000);
			await fixture.apply(signed);
			await fixture.run(15_000);
		},
		reason: 'TooManyFaults', message: /plant-a\/vibration: TooManyFaults: quarantined/,
	},
	'a container that the device went back from': {
		scene: async fixture => {
			const next = sign({sequence: 2, program: {bssSize: 32}});
			fixture.device('pump-1', {
				giveUp: ({statementDigest}) =>
					(next.digest.startsWith(`sha256:${Buffer.from(statementDigest).toString('hex')}`) ? giveUp() : undefined),
			});
			await fixture.run(3_000);
			await fixture.apply(signed);
			await fixture.run(15_000);
			await fixture.apply(next);
			await fixture.run(30_000);
		},
		reason: 'RolledBack', message: /vibration-\w+ failed: pump-1: TooManyFaults at instruction 9.*; Ready with vibration-/,
	},
	'a device without room': {
		scene: async fixture => {
			fixture.device('pump-1', {inventory: {freeRamBytes: 90}});
			await fixture.run(3_000);
			await fixture.apply(signed);
			await fixture.run(5_000);
		},
		reason: 'NoRam', message: /96 bytes of RAM needed, 90 free/,
	},
	'a cordoned device': {
		scene: async fixture => {
			fixture.device('pump-1');
			await fixture.run(3_000);
			await cordon(fixture);
			await fixture.apply(signed);
			await fixture.run(5_000);
		},
		reason: 'Cordoned', message: /keeps new work away/,
	},
	'a wave that soaks before its own': {
		scene: fixture => twoWaves(fixture, {soakSeconds: 600}),
		reason: 'WaveNotOpen', message: /wave 1 of 2 soaks, the device is in wave 2/,
	},
	'a pause': {scene: fixture => twoWaves(fixture, {paused: true}), reason: 'Paused', message: /spec.paused holds the device back/},
	'a rollout that failed on others': {
		scene: async fixture => {
			fixture.device('pump-1');
			fixture.device('pump-2', {giveUp});
			await fixture.run(3_000);
			await fixture.store.patch(femtoDevices, 'pump-2', {metadata: {labels: {first: 'yes'}}});
			const waves = [{selector: {matchLabels: {first: 'yes'}}, soakSeconds: 0}, {percent: 100, soakSeconds: 0}];
			await fixture.apply(signed, {spec: {rollout: {waves}}});
			await fixture.run(30_000);
		},
		reason: 'RolloutStopped', message: /failed on others: pump-2: TooManyFaults/,
	},
	'a bound on devices out of service': {
		scene: async fixture => {
			const devices = ['pump-1', 'pump-2', 'pump-3'].map(id => fixture.device(id));
			await fixture.run(3_000);
			await fixture.apply(signed);
			await fixture.run(15_000);
			assert.equal(devices.length, 3);
			await fixture.apply(sign({sequence: 2}), {spec: {minReadySeconds: 60, rollout: {maxUnavailable: 1}}});
			await fixture.run(10_000);
		},
		reason: 'MaxUnavailable', message: /as rollout.maxUnavailable allows, 1/,
	},
	'a sleeper that has not seen its head': {
		scene: async fixture => {
			const device = fixture.device('pump-1');
			await fixture.run(3_000);
			await fixture.store.patch(femtoDevices, 'pump-1', {spec: {wakeIntervalSeconds: 600}});
			await fixture.run(3_000);
			device.silence();
			await fixture.apply(signed);
			await fixture.run(5_000);
		},
		reason: 'Asleep', message: /head 2 is published, the last report in status has accepted 1; its next report is due at 20/,
	},
	'a device that has not seen its head': {
		scene: async fixture => {
			const device = fixture.device('pump-1');
			await fixture.run(3_000);
			device.silence();
			await fixture.apply(signed);
			await fixture.run(5_000);
		},
		reason: 'HeadNotAccepted', message: /head 1 is published, the last report in status has accepted 0/,
	},
	'a trial': {
		scene: async fixture => {
			fixture.device('pump-1', {hangs: () => true});
			await fixture.run(3_000);
			await fixture.apply(signed);
			await fixture.run(90_000);
		},
		reason: 'Trial', message: /Trial/,
	},
	'a statement signed by a stranger': {
		scene: async fixture => {
			fixture.device('pump-1');
			await fixture.run(3_000);
			await fixture.apply(sign({}, strangerSecret));
			await fixture.run(5_000);
		},
		reason: 'SignatureInvalid', message: /not signed by a key of tenant 7/,
	},
	'a grant that was revoked': {
		scene: async fixture => {
			await ready(fixture);
			await fixture.store.delete(femtoTenants, 'tenant-7');
			await fixture.createTenant({...fullGrant, sequence: 2, keys: []});
			await fixture.run(10_000);
		},
		reason: 'GrantRevoked', message: /holds no keys/,
	},
	'a parameter out of its bounds': {
		scene: async fixture => {
			await ready(fixture);
			await fixture.store.patch({...femtoContainers, namespace}, 'vibration', {spec: {parameters: {window: 101}}});
			await fixture.run(5_000);
		},
		reason: 'ParameterOutOfRange', message: /window is 101/,
	},
	'a spec that the controller has not looked at': {
		scene: async fixture => {
			const device = fixture.device('pump-1');
			await fixture.run(3_000);
			await fixture.controller.stop();
			await fixture.apply(signed);
			return device;
		},
		reason: 'NotObserved', message: /has not looked at the newest spec/,
	},
};

async function ask(fixture: Fixture): Promise<Explanation> {
	const explanation = explain(await loadObjects(fixture.store), 'pump-1', fixture.scheduler.clock.now());
	assert.ok(explanation);
	return explanation;
}

for (const [sentence, row] of Object.entries(rows)) {
	test(`explain(): ${sentence}`, async () => {
		const fixture = new Fixture();
		await fixture.start();
		await row.scene(fixture);
		// Of two devices of one wave the ranking decides which one waits.
		const explanation = await ask(fixture);
		const waiting = row.reason === 'MaxUnavailable' ? await whoWaits(fixture) : explanation;
		assert.equal(waiting.reason, row.reason);
		assert.match(waiting.message, row.message);
		assert.equal(waiting.ready, row.ready === true);
		assert.deepEqual(waiting.containers.map(({reason}) => reason), waiting.reason === 'NothingAssigned'
			? [] : [row.container ?? row.reason]);
		await fixture.stop();
	});
}

async function whoWaits(fixture: Fixture): Promise<Explanation> {
	const objects = await loadObjects(fixture.store);
	const all = ['pump-1', 'pump-2', 'pump-3'].map(name => explain(objects, name, fixture.scheduler.clock.now()));
	assert.equal(all.filter(explanation => explanation?.reason === 'HeadNotAccepted').length, 1);
	const found = all.find(explanation => explanation?.reason === 'MaxUnavailable');
	assert.ok(found);
	return found;
}

test('explain() keeps what it decided on', async () => {
	const fixture = new Fixture();
	await fixture.start();
	fixture.device('pump-1', {giveUp});
	await fixture.run(3_000);
	await fixture.apply(signed);
	await fixture.run(15_000);
	const {inputs, containers: [container]} = await ask(fixture);
	assert.deepEqual([inputs.desiredGeneration, inputs.acceptedGeneration], [1, 1]);
	assert.equal(container?.inputs.outcome, 'Stopped');
	assert.deepEqual(container?.inputs.refusal, {localId: 1, reason: 'TooManyFaults', instruction: 9});
	assert.equal(container?.inputs.reported?.state, 'Quarantined');
	assert.equal(container?.inputs.failure?.reason, 'TooManyFaults');
	assert.equal(explain(await loadObjects(fixture.store), 'pump-9', 0), undefined);
	await fixture.stop();
});
