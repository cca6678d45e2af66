import assert from 'node:assert/strict';
import {type Check, configMap, configMapsIn, device, devices, events, namespaces, take} from './support.ts';

export function watches(check: Check): void {
	check('a watch from the version of a list shows each change once, in order', async (api) => {
		await api.create(devices, device('old'));
		const {resourceVersion} = await api.list(devices);
		await api.create(devices, device('a'));
		await api.patch(devices, 'a', {spec: {cordoned: true}});
		await api.patch(devices, 'a', {spec: {cordoned: true}});
		const live = take(api, devices, {resourceVersion}, 5);
		await api.patch(devices, 'old', {status: {bridge: 'b'}}, {subresource: 'status'});
		await api.delete(devices, 'a');
		await api.create(devices, device('last'));
		assert.deepEqual(await live, ['ADDED a', 'MODIFIED a', 'MODIFIED old', 'DELETED a', 'ADDED last']);
	});
	check('many writes while watching leave no gap and no duplicate', async (api) => {
		const {resourceVersion} = await api.list(devices);
		const watching = Promise.all(Array.from({length: 3}, () => take(api, devices, {resourceVersion}, 50)));
		await Promise.all(Array.from({length: 50}, (_, index) => api.create(devices, device(`d-${index}`))));
		for (const seen of await watching) assert.equal(new Set(seen).size, 50);
	});
	check('a deleted object carries the version of its deletion', async (api) => {
		const made = await api.create(devices, device('a'));
		await api.delete(devices, 'a');
		const [event] = await events(api, devices, made.metadata.resourceVersion ?? '', 1);
		assert(event !== undefined && event.type === 'DELETED');
		assert(Number(event.object.metadata.resourceVersion) > Number(made.metadata.resourceVersion));
	});
	check('an object that leaves or enters the selection is DELETED or ADDED', async (api) => {
		const made = await api.create(devices, device('a', {}, {class: 'pump'}));
		const resourceVersion = made.metadata.resourceVersion ?? '';
		await api.patch(devices, 'a', {metadata: {labels: {class: 'valve'}}});
		await api.patch(devices, 'a', {spec: {cordoned: true}});
		await api.patch(devices, 'a', {metadata: {labels: {class: 'pump'}}});
		await api.patch(devices, 'a', {spec: {cordoned: false}});
		const seen = await events(api, devices, resourceVersion, 3, {labelSelector: 'class=pump'});
		assert.deepEqual(
			seen.map(({type}) => type),
			['DELETED', 'ADDED', 'MODIFIED'],
		);
		const [left] = seen;
		assert.equal(left?.type === 'DELETED' ? left.object.metadata.labels?.['class'] : '', 'pump');
	});
	check('a watch of a namespace or a name sees nothing else', async (api) => {
		await api.create(namespaces, {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'plant'}});
		const {resourceVersion} = await api.list(configMapsIn('plant'));
		await api.create(configMapsIn('default'), configMap('a'));
		await api.create(configMapsIn('plant'), configMap('b'));
		await api.create(configMapsIn('plant'), configMap('c'));
		assert.deepEqual(await take(api, configMapsIn('plant'), {resourceVersion}, 2), ['ADDED b', 'ADDED c']);
		assert.deepEqual(await take(api, configMapsIn('plant'), {resourceVersion, fieldSelector: 'metadata.name=c'}, 1), [
			'ADDED c',
		]);
	});
	check('a watch ends with its signal', async (api) => {
		const {resourceVersion} = await api.list(devices);
		const abort = new AbortController();
		const seen: unknown[] = [];
		const watching = (async () => {
			for await (const event of api.watch(devices, {resourceVersion, signal: abort.signal})) seen.push(event);
		})();
		abort.abort();
		await watching;
		assert.deepEqual(seen, []);
	});
	check('initial events come first, then the bookmark that ends them, then changes', async (api) => {
		for (const name of ['a', 'b']) await api.create(devices, device(name));
		const {resourceVersion} = await api.list(devices);
		const abort = new AbortController();
		const seen: string[] = [];
		for await (const event of api.watch(devices, {resourceVersion: '', sendInitialEvents: true, signal: abort.signal})) {
			if (event.type === 'BOOKMARK') {
				assert.equal(event.initialEventsEnd, true);
				assert(Number(event.resourceVersion) >= Number(resourceVersion));
				seen.push('end');
				await api.create(devices, device('c'));
				continue;
			}
			seen.push(`${event.type} ${event.object.metadata.name}`);
			if (seen.length === 4) break;
		}
		abort.abort();
		assert.deepEqual(seen, ['ADDED a', 'ADDED b', 'end', 'ADDED c']);
	});
}
