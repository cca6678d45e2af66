import assert from 'node:assert/strict';
import test from 'node:test';
import {femtoDevices, type FemtoDevice} from '../../../protocol/generated/resources.ts';
import {isKubeError} from '../../../runtime/kube/errors.ts';
import {Fixture, sign} from './fixture.ts';

test('the finalizer waits for a write that assigns the container and is still on its way', async () => {
	const fixture = new Fixture();
	await fixture.start();
	fixture.device('pump-1');
	await fixture.run(3_000);
	const {store} = fixture;
	const replace = store.replace.bind(store);
	const {promise: released, resolve: release} = Promise.withResolvers<void>();
	let held = 0;
	store.replace = async (ref, object, options) => {
		if (ref.plural === femtoDevices.plural && (object as unknown as FemtoDevice).status?.assigned?.length === 1) {
			held++;
			await released;
		}
		return replace(ref, object, options);
	};
	await fixture.apply(sign());
	await fixture.run(3_000);
	assert.equal(held, 1);
	await fixture.deleteContainer();
	await fixture.run(30_000);
	assert.notEqual((await fixture.container()).metadata.deletionTimestamp, undefined);
	release();
	await fixture.run(5_000);
	await assert.rejects(fixture.container(), error => isKubeError(error, 'NotFound'));
	const {status} = await fixture.fleetDevice('pump-1');
	assert.deepEqual([status?.assigned, status?.desiredGeneration], [[], 2]);
	await fixture.stop();
});
