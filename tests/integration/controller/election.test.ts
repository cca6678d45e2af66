import assert from 'node:assert/strict';
import test from 'node:test';
import {createController, type Controller} from '../../../controller/mod.ts';
import type {KubeApi} from '../../../runtime/kube/api.ts';
import type {KubeObject} from '../../../runtime/kube/types.ts';
import {silentLog} from '../../../runtime/log.ts';
import {publicKeyOf} from '../../../protocol/crypto.ts';
import {Fixture, sign} from './fixture.ts';

function standby(fixture: Fixture, api: KubeApi, identity: string): {readonly controller: Controller; readonly started: () => boolean} {
	const link = fixture.broker.link();
	let started = false;
	const watched: typeof link = {
		...link,
		start: handlers => {
			started = true;
			link.start(handlers);
		},
	};
	const {clock} = fixture.scheduler;
	const controller = createController({
		api, link: watched, clock, random: fixture.scheduler.random(identity), log: silentLog,
		fleetSecret: new Uint8Array(32).fill(1), rootPublicKey: publicKeyOf(new Uint8Array(32).fill(2)),
		options: {deviceLabels: {class: 'pump'}, election: {identity}},
	});
	return {controller, started: () => started};
}

test('of two controllers one works, and the other takes over when it stops', async () => {
	const fixture = new Fixture();
	await fixture.start();
	await fixture.controller.stop();
	const first = standby(fixture, fixture.store, 'first');
	const second = standby(fixture, fixture.store, 'second');
	await first.controller.start();
	await fixture.run(1_000);
	await second.controller.start();
	const device = fixture.device('pump-1');
	await fixture.run(5_000);
	assert.deepEqual([first.started(), second.started()], [true, false]);
	await fixture.apply(sign());
	await fixture.run(10_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
	const stopping = first.controller.stop();
	await fixture.run(30_000);
	await stopping;
	assert.equal(second.started(), true);
	await fixture.apply(sign({sequence: 2}));
	await fixture.run(20_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
	assert.deepEqual(device.generations, [1, 2]);
	const ending = second.controller.stop();
	await fixture.run(1_000);
	await ending;
	fixture.store.close();
});

test('a controller that can no longer renew its Lease stops by itself', async () => {
	const fixture = new Fixture();
	await fixture.start();
	await fixture.controller.stop();
	let cut = false;
	const api: KubeApi = {
		...bind(fixture),
		replace: (ref, object, options) =>
			cut ? Promise.reject(new Error('unreachable')) : fixture.store.replace(ref, object, options),
	};
	const {controller} = standby(fixture, api, 'only');
	await controller.start();
	await fixture.run(5_000);
	let ended = false;
	void controller.ended.then(() => {
		ended = true;
	});
	await fixture.run(60_000);
	assert.equal(ended, false);
	cut = true;
	await fixture.run(60_000);
	assert.equal(ended, true);
	fixture.store.close();
});

test('the Lease is released only when the last write of the leader has ended', async () => {
	const fixture = new Fixture();
	await fixture.start();
	await fixture.controller.stop();
	const gate = Promise.withResolvers<void>();
	let writing = false;
	const api: KubeApi = {
		...bind(fixture),
		replace: async (ref, object, options) => {
			if (ref.plural === 'femtodevices' && object.metadata.name === 'pump-1') {
				writing = true;
				await gate.promise;
			}
			return fixture.store.replace(ref, object, options);
		},
	};
	const {controller} = standby(fixture, api, 'slow');
	await controller.start();
	await fixture.run(1_000);
	fixture.device('pump-1');
	await fixture.run(3_000);
	assert.equal(writing, true);
	const stopping = controller.stop();
	await fixture.run(2_000);
	assert.equal(await holder(fixture), 'slow');
	gate.resolve();
	await fixture.run(2_000);
	await stopping;
	assert.equal(await holder(fixture), undefined);
	fixture.store.close();
});

async function holder({store}: Fixture): Promise<string | undefined> {
	const ref = {group: 'coordination.k8s.io', version: 'v1', plural: 'leases', namespace: 'femtofleet'};
	const lease = await store.get<KubeObject & {readonly spec: {readonly holderIdentity?: string}}>(ref, 'femto-controller');
	return lease.spec.holderIdentity;
}

function bind({store}: Fixture): KubeApi {
	return {
		get: (ref, name) => store.get(ref, name),
		list: (ref, options) => store.list(ref, options),
		watch: (ref, options) => store.watch(ref, options),
		create: (ref, object, options) => store.create(ref, object, options),
		replace: (ref, object, options) => store.replace(ref, object, options),
		patch: (ref, name, patch, options) => store.patch(ref, name, patch, options),
		delete: (ref, name, options) => store.delete(ref, name, options),
	};
}
