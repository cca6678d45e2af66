import assert from 'node:assert/strict';
import {test} from 'node:test';
import {isKubeError} from '../../../runtime/kube/errors.ts';
import {configMaps, device, devices, newStore} from '../../unit/apiserver/support.ts';

test('However busy the server, a quiet watch is told a version that a restarted watch can go on from', async (context) => {
	const store = newStore({historyLength: 2_000});
	context.after(() => store.close());
	const start = store.resourceVersion;
	const abort = new AbortController();
	const told: number[] = [];
	const watching = (async () => {
		for await (const event of store.watch(devices, {resourceVersion: start, signal: abort.signal})) {
			assert.equal(event.type, 'BOOKMARK');
			if (event.type === 'BOOKMARK') told.push(Number(event.resourceVersion));
		}
	})();
	await store.create(configMaps, {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'busy'}});
	for (let count = 0; count < 4_500; count++) await store.patch(configMaps, 'busy', {data: {count: String(count)}});
	abort.abort();
	await watching;
	const newest = Number(store.resourceVersion);
	assert.deepEqual(told.map((version) => version - Number(start)), [1_000, 2_000, 3_000, 4_000]);
	await store.create(devices, device('after'));
	const next = async (resourceVersion: string): Promise<unknown> => {
		const signal = AbortSignal.timeout(10_000);
		for await (const event of store.watch(devices, {resourceVersion, signal})) return event.type;
		return undefined;
	};
	assert.equal(await next(String(told.at(-1))), 'ADDED');
	await assert.rejects(next(start), (error) => isKubeError(error, 'Expired'), `history of ${newest} changes is cut`);
});
