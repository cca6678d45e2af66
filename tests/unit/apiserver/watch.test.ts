import assert from 'node:assert/strict';
import {test} from 'node:test';
import {KubeError} from '../../../runtime/kube/errors.ts';
import type {WatchOptions} from '../../../runtime/kube/api.ts';
import type {Store} from '../../../apiserver/mod.ts';
import {configMaps, device, devices, newScheduler, newStore} from './support.ts';

/** Collects what a watch of devices says, until it ends. */
function collect(store: Store, options: Omit<WatchOptions, 'signal'>) {
	const seen: string[] = [];
	const abort = new AbortController();
	const ended = (async () => {
		for await (const event of store.watch(devices, {...options, signal: abort.signal})) {
			seen.push(
				event.type === 'BOOKMARK' ? `BOOKMARK ${event.resourceVersion}` : `${event.type} ${event.object.metadata.name}`,
			);
		}
	})();
	return {seen, ended, abort};
}

test('A quiet watch gets a bookmark each minute, never ahead of what it was told', async () => {
	const scheduler = newScheduler();
	const store = newStore({clock: scheduler.clock});
	const {seen, ended, abort} = collect(store, {resourceVersion: store.resourceVersion});
	await store.create(configMaps, {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'other-kind'}});
	await scheduler.run({withinMs: 60_000});
	assert.deepEqual(seen, [`BOOKMARK ${store.resourceVersion}`]);
	await store.create(devices, device('a'));
	await scheduler.run({withinMs: 60_000});
	assert.deepEqual(seen.slice(1), ['ADDED a', `BOOKMARK ${store.resourceVersion}`]);
	abort.abort();
	await ended;
});

test('A watch ends cleanly after its timeout, two seconds after a last bookmark, and leaves no timer', async () => {
	const scheduler = newScheduler();
	const store = newStore({clock: scheduler.clock});
	const {seen, ended} = collect(store, {resourceVersion: store.resourceVersion, timeoutSeconds: 30});
	await scheduler.run({withinMs: 30_000});
	await ended;
	const {eventCount} = scheduler;
	await scheduler.run({withinMs: 3_600_000});
	assert.equal(scheduler.eventCount, eventCount);
	assert.deepEqual(seen, [`BOOKMARK ${store.resourceVersion}`]);
});

test('A consumer that stops leaves no timer', async () => {
	const scheduler = newScheduler();
	const store = newStore({clock: scheduler.clock});
	const {resourceVersion} = store;
	await store.create(devices, device('a'));
	for await (const event of store.watch(devices, {resourceVersion, signal: new AbortController().signal})) {
		assert.equal(event.type, 'ADDED');
		break;
	}
	await scheduler.run({withinMs: 3_600_000});
	assert.equal(scheduler.eventCount, 0);
});

test('A watch without a version begins with what is there', async () => {
	const store = newStore();
	await store.create(devices, device('b'));
	await store.create(devices, device('a'));
	const {seen, ended, abort} = collect(store, {resourceVersion: '0'});
	await store.create(devices, device('c'));
	await new Promise(setImmediate);
	abort.abort();
	await ended;
	assert.deepEqual(seen, ['ADDED a', 'ADDED b', 'ADDED c']);
});

async function refusal(store: Store, resourceVersion: string): Promise<readonly [number, string, string]> {
	const error: unknown = await (async () => collect(store, {resourceVersion}).ended)().then(
		() => undefined,
		(thrown: unknown) => thrown,
	);
	assert(error instanceof KubeError);
	return [error.code, error.reason, error.message];
}

test('A version that is compacted is 410, one of the future 504, and no number 422', async () => {
	const store = newStore();
	const old = store.resourceVersion;
	await store.create(devices, device('a'));
	await store.create(devices, device('b'));
	store.compact(2);
	assert.deepEqual(await refusal(store, old), [410, 'Expired', 'too old resource version: 1 (2)']);
	assert.deepEqual(await refusal(store, '9'), [504, 'Timeout', 'Timeout: Too large resource version: 9, current: 3']);
	assert.deepEqual((await refusal(store, 'x')).slice(0, 2), [422, 'Invalid']);
});

test('A watch that waits is not overtaken by compaction, one that is behind is', async () => {
	const store = newStore({historyLength: 10});
	const quick = collect(store, {resourceVersion: store.resourceVersion});
	const slow = store.watch(devices, {resourceVersion: store.resourceVersion, signal: new AbortController().signal});
	const iterator = slow[Symbol.asyncIterator]();
	for (let index = 0; index < 50; index++) {
		await store.create(devices, device(`d-${index}`));
		await new Promise(setImmediate);
	}
	assert.equal(quick.seen.length, 50);
	await assert.rejects(iterator.next(), (error) => error instanceof KubeError && error.code === 410);
	assert.equal((await iterator.next()).done, true);
	quick.abort.abort();
	await quick.ended;
});
