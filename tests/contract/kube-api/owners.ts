import assert from 'node:assert/strict';
import type {KubeApi} from '../../../runtime/kube/api.ts';
import {configMap, configMapsIn, eventually, refused, type Check, type Loose} from './support.ts';

const maps = configMapsIn('default');

async function own(api: KubeApi, name: string, owners: readonly Loose[], more: Readonly<Record<string, unknown>> = {}) {
	const ownerReferences = owners.map(({metadata}) => ({
		apiVersion: 'v1',
		kind: 'ConfigMap',
		name: metadata.name,
		uid: metadata.uid ?? '',
		blockOwnerDeletion: true,
	}));
	return api.create<Loose>(maps, {...configMap(name), metadata: {name, ownerReferences, ...more}});
}

const gone = (api: KubeApi, name: string): Promise<void> =>
	eventually(async () => {
		await refused(api.get(maps, name), 404, 'NotFound');
	});

async function names(api: KubeApi): Promise<readonly string[]> {
	const {items} = await api.list<Loose>(maps, {labelSelector: '!system'});
	return items.map(({metadata}) => metadata.name).filter((name) => name !== 'kube-root-ca.crt');
}

export function owners(check: Check): void {
	check('what an object owns goes after it, and what that owns', async (api) => {
		const owner = await api.create<Loose>(maps, configMap('owner'));
		const child = await own(api, 'child', [owner]);
		await own(api, 'grandchild', [child]);
		await api.delete(maps, 'owner');
		for (const name of ['owner', 'child', 'grandchild']) await gone(api, name);
	});
	check('an object with another owner stays, without the reference to the one that went', async (api) => {
		const first = await api.create<Loose>(maps, configMap('first'));
		const second = await api.create<Loose>(maps, configMap('second'));
		await own(api, 'child', [first, second]);
		await api.delete(maps, 'first');
		await eventually(async () => {
			const {metadata} = await api.get<Loose>(maps, 'child');
			assert.deepEqual(metadata.ownerReferences?.map(({name}) => name), ['second']);
		});
	});
	check('in the foreground an owner waits for children that block it', async (api) => {
		const owner = await api.create<Loose>(maps, configMap('owner'));
		await own(api, 'child', [owner], {finalizers: ['femtofleet.dev/hold']});
		const kept = await api.delete(maps, 'owner', {propagationPolicy: 'Foreground'});
		assert.deepEqual(kept?.metadata.finalizers, ['foregroundDeletion']);
		await eventually(async () => {
			assert.notEqual((await api.get(maps, 'child')).metadata.deletionTimestamp, undefined);
		});
		assert.notEqual((await api.get(maps, 'owner')).metadata.deletionTimestamp, undefined);
		await api.patch(maps, 'child', {metadata: {finalizers: null}});
		await gone(api, 'owner');
		await gone(api, 'child');
	});
	check('in the foreground an owner goes with children that nothing holds', async (api) => {
		const owner = await api.create<Loose>(maps, configMap('owner'));
		const child = await own(api, 'child', [owner]);
		await own(api, 'grandchild', [child]);
		await api.delete(maps, 'owner', {propagationPolicy: 'Foreground'});
		for (const name of ['grandchild', 'child', 'owner']) await gone(api, name);
	});
	check('orphans stay, without the reference', async (api) => {
		const owner = await api.create<Loose>(maps, configMap('owner'));
		await own(api, 'child', [owner]);
		await api.delete(maps, 'owner', {propagationPolicy: 'Orphan'});
		await gone(api, 'owner');
		assert.equal((await api.get(maps, 'child')).metadata.ownerReferences, undefined);
		assert.deepEqual(await names(api), ['child']);
	});
	check('an object whose owner never existed is collected', async (api) => {
		await own(api, 'child', [{...configMap('ghost'), metadata: {name: 'ghost', uid: 'b3a1f0c2-0000-4000-8000-000000000000'}}]);
		await gone(api, 'child');
	});
	check('an owner that finalizers keep keeps its children', async (api) => {
		const held = {...configMap('owner'), metadata: {name: 'owner', finalizers: ['femtofleet.dev/hold']}};
		const owner = await api.create<Loose>(maps, held);
		await own(api, 'child', [owner]);
		await api.delete(maps, 'owner', {propagationPolicy: 'Background'});
		assert.equal((await api.get(maps, 'child')).metadata.deletionTimestamp, undefined);
		await api.patch(maps, 'owner', {metadata: {finalizers: null}});
		await gone(api, 'child');
	});
	check('two that own each other both go in the foreground', async (api) => {
		const first = await api.create<Loose>(maps, configMap('first'));
		const second = await own(api, 'second', [first]);
		const [reference] = second.metadata.ownerReferences ?? [];
		const back = {...reference, name: 'second', uid: second.metadata.uid};
		await api.patch(maps, 'first', {metadata: {ownerReferences: [back]}});
		await api.delete(maps, 'first', {propagationPolicy: 'Foreground'});
		for (const name of ['first', 'second']) await gone(api, name);
	});
	check('a dry run of a deletion touches no child', async (api) => {
		const owner = await api.create<Loose>(maps, configMap('owner'));
		await own(api, 'child', [owner]);
		await api.delete(maps, 'owner', {dryRun: true, propagationPolicy: 'Foreground'});
		assert.deepEqual(await names(api), ['child', 'owner']);
	});
}
