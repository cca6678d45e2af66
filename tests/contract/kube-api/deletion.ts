import assert from 'node:assert/strict';
import type {KubeApi} from '../../../runtime/kube/api.ts';
import {
	causes,
	type Check,
	configMap,
	configMapsIn,
	container,
	containersIn,
	device,
	devices,
	eventually,
	type Loose,
	namespaces,
	refused,
} from './support.ts';

export function deletion(check: Check): void {
	check('an object without finalizers goes at once', async (api) => {
		await api.create(devices, device('a'));
		await api.delete(devices, 'a');
		await refused(api.get(devices, 'a'), 404, 'NotFound');
		await refused(api.delete(devices, 'a'), 404, 'NotFound');
	});
	check('one with finalizers is marked, and goes with the last of them', async (api) => {
		const finalizers = ['femtofleet.dev/heads', 'femtofleet.dev/other'];
		const made = await api.create<Loose>(devices, {...device('a'), metadata: {name: 'a', finalizers}});
		await api.delete(devices, 'a');
		const marked = await api.get(devices, 'a');
		assert.match(marked.metadata.deletionTimestamp ?? '', /Z$/);
		await api.delete(devices, 'a');
		assert.deepEqual(await api.get(devices, 'a'), marked, 'deleting again changes nothing');
		const problems = await causes(
			api.patch(devices, 'a', {metadata: {finalizers: [...finalizers, 'femtofleet.dev/late']}}),
		);
		assert.match(problems[0] ?? '', /^metadata\.finalizers: Forbidden: no new finalizers can be added/);
		await api.patch(devices, 'a', {metadata: {finalizers: ['femtofleet.dev/other']}});
		assert.equal((await api.get(devices, 'a')).metadata.uid, made.metadata.uid);
		await api.patch(devices, 'a', {metadata: {finalizers: null}});
		await refused(api.get(devices, 'a'), 404, 'NotFound');
	});
	check('preconditions guard a deletion', async (api) => {
		const made = await api.create(devices, device('a'));
		await refused(api.delete(devices, 'a', {preconditions: {uid: 'other'}}), 409, 'Conflict');
		await refused(api.delete(devices, 'a', {preconditions: {resourceVersion: '1'}}), 409, 'Conflict');
		await api.delete(devices, 'a', {preconditions: {uid: made.metadata.uid ?? ''}});
		await refused(api.get(devices, 'a'), 404, 'NotFound');
	});
}

export function namespaceRules(check: Check): void {
	check('an object needs a namespace that exists', async (api) => {
		const error = await refused(api.create(configMapsIn('nowhere'), configMap('a')), 404, 'NotFound');
		assert.equal(error.message, 'namespaces "nowhere" not found');
		await refused(
			api.create(configMapsIn('default'), {...configMap('a'), metadata: {name: 'a', namespace: 'other'}}),
			400,
			'BadRequest',
		);
	});
	check('a namespace takes its contents with it', async (api) => {
		await api.create(namespaces, {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'plant'}});
		await api.create(configMapsIn('plant'), configMap('a'));
		await api.create(containersIn('plant'), container('b'));
		const held = await api.create<Loose>(configMapsIn('plant'), {
			...configMap('held'),
			metadata: {name: 'held', finalizers: ['femtofleet.dev/hold']},
		});
		const watch = untilDeleted(api, held.metadata.resourceVersion ?? '');
		await api.delete(namespaces, 'plant');
		await eventually(async () => {
			const {items} = await api.list(configMapsIn('plant'));
			assert.deepEqual(
				items.map(({metadata}) => [metadata.name, metadata.deletionTimestamp === undefined]),
				[['held', false]],
			);
			assert.deepEqual((await api.list(containersIn('plant'))).items, []);
		});
		const error = await refused(api.create(configMapsIn('plant'), configMap('late')), 403, 'Forbidden');
		assert.equal(
			error.message,
			'configmaps "late" is forbidden: unable to create new content in namespace plant because it is being terminated',
		);
		await api.patch(configMapsIn('plant'), 'held', {metadata: {finalizers: null}});
		assert.deepEqual(await watch, ['MODIFIED plant', 'DELETED plant']);
		await refused(api.get(namespaces, 'plant'), 404, 'NotFound');
	});
}

/** Each kind of event once: with controllers, conditions of a namespace that ends change on the way. */
async function untilDeleted(api: KubeApi, resourceVersion: string): Promise<readonly string[]> {
	const seen = new Set<string>();
	const abort = new AbortController();
	for await (const event of api.watch(namespaces, {resourceVersion, signal: abort.signal})) {
		if (event.type !== 'BOOKMARK') seen.add(`${event.type} ${event.object.metadata.name}`);
		if (event.type === 'DELETED') break;
	}
	abort.abort();
	return [...seen];
}
