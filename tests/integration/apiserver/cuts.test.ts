import assert from 'node:assert/strict';
import {once} from 'node:events';
import {test} from 'node:test';
import {configMaps} from '../../unit/apiserver/support.ts';
import {body, cm, cutEverything, endings, requests} from './cuts-support.ts';
import {clientHello, serveCounted} from './wire-support.ts';

test('A request of any kind, cut at any point, changes nothing and leaves no connection; the next works', async (context) => {
	const server = await serveCounted(context);
	await server.store.create(configMaps, {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'kept'}});
	const before = server.store.resourceVersion;
	assert.ok(await cutEverything(server) > 90);
	assert.equal(server.store.resourceVersion, before);
	assert.equal(server.open.size, 0);
	assert.equal((await server.ask('GET', `${cm}/kept`)).status, 200);
	assert.equal((await server.ask('POST', cm, {body})).status, 201);
});

test('Watches that are cut while they tell end on the server too', async (context) => {
	const server = await serveCounted(context);
	for (const finish of endings) {
		const watches = await Promise.all(Array.from({length: 10}, async () => {
			const watch = await server.tls();
			watch.secure.write(requests.watch);
			await once(watch.secure, 'data');
			return watch;
		}));
		assert.equal(server.open.size, 10);
		watches.forEach(({secure, raw}) => finish(secure, raw));
		await server.store.create(configMaps, {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: '', generateName: 'c-'} as never});
		await server.quiet();
	}
	assert.equal(server.open.size, 0);
});

test('A handshake that is cut at any point leaves no connection', async (context) => {
	const server = await serveCounted(context);
	const hello = await clientHello();
	for (const cut of [0, 1, 4, 5, 6, Math.floor(hello.length / 2), hello.length - 1, hello.length]) {
		for (const finish of endings) {
			const socket = await server.tcp();
			if (cut > 0) await new Promise<void>((resolve) => void socket.write(hello.subarray(0, cut), () => resolve()));
			finish(socket, socket);
			await once(socket, 'close');
		}
	}
	await server.quiet();
	assert.equal((await server.ask('GET', '/readyz')).text, 'ok');
});
