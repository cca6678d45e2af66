import assert from 'node:assert/strict';
import {once} from 'node:events';
import {request as httpsRequest} from 'node:https';
import type {IncomingMessage} from 'node:http';
import {createInterface} from 'node:readline';
import {test, type TestContext} from 'node:test';
import {systemClock} from '../../../../runtime/system.ts';
import {configMaps, newStore} from '../support.ts';
import {serve, type Loose, type Server} from './support.ts';

const cm = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string, labels: Readonly<Record<string, string>> = {}) =>
	({apiVersion: 'v1', kind: 'ConfigMap', metadata: {name, labels}}) as const;

interface Watching {
	readonly response: IncomingMessage;
	readonly next: () => Promise<Loose | undefined>;
}

/** Events of a watch as they come; undefined at its end. */
async function watch(context: TestContext, server: Server, query: string, accept = 'application/json'): Promise<Watching> {
	const request = httpsRequest(server.options(`${cm}?watch=true&${query}`, {headers: {accept}}));
	request.end();
	const [response] = (await once(request, 'response')) as [IncomingMessage];
	response.on('error', () => {});
	request.on('error', () => {});
	const lines = createInterface({input: response})[Symbol.asyncIterator]();
	context.after(() => request.destroy());
	return {
		response,
		next: async () => {
			const {value, done} = await lines.next();
			return done === true ? undefined : (JSON.parse(value) as Loose);
		},
	};
}

const seen = (event: Loose | undefined) => [event?.['type'], event?.['object']?.['metadata']?.['name']];

test('A watch begins at its version and tells every change in order, as chunked lines', async (context) => {
	const server = await serve(context);
	await server.store.create(configMaps, configMap('before'));
	const {response, next} = await watch(context, server, `resourceVersion=${server.store.resourceVersion}`);
	assert.deepEqual([response.statusCode, response.headers['content-type'], response.headers['transfer-encoding']], [200, 'application/json', 'chunked']);
	await server.store.create(configMaps, configMap('a'));
	await server.store.patch(configMaps, 'a', {data: {k: 'v'}});
	await server.store.delete(configMaps, 'a');
	assert.deepEqual([seen(await next()), seen(await next()), seen(await next())], [['ADDED', 'a'], ['MODIFIED', 'a'], ['DELETED', 'a']]);
});

test('Without a version what exists comes first; a selector sees objects move in and out', async (context) => {
	const server = await serve(context);
	await server.store.create(configMaps, configMap('in', {side: 'l'}));
	await server.store.create(configMaps, configMap('out', {side: 'r'}));
	const {next} = await watch(context, server, 'labelSelector=side%3Dl');
	assert.deepEqual(seen(await next()), ['ADDED', 'in']);
	await server.store.patch(configMaps, 'out', {metadata: {labels: {side: 'l'}}});
	await server.store.patch(configMaps, 'in', {metadata: {labels: {side: 'r'}}});
	assert.deepEqual([seen(await next()), seen(await next())], [['ADDED', 'out'], ['DELETED', 'in']]);
});

test('sendInitialEvents ends what exists with an annotated bookmark; false begins with what changes from now on', async (context) => {
	const server = await serve(context);
	await server.store.create(configMaps, configMap('a'));
	const initial = 'resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&sendInitialEvents';
	const {next} = await watch(context, server, `${initial}=true`);
	assert.deepEqual(seen(await next()), ['ADDED', 'a']);
	const bookmark = await next();
	assert.deepEqual(bookmark, {
		type: 'BOOKMARK',
		object: {
			kind: 'ConfigMap', apiVersion: 'v1',
			metadata: {resourceVersion: server.store.resourceVersion, annotations: {'k8s.io/initial-events-end': 'true'}},
		},
	});
	const later = await watch(context, server, `${initial}=false`);
	await server.store.create(configMaps, configMap('b'));
	assert.deepEqual(seen(await later.next()), ['ADDED', 'b']);
});

test('As a Table each event has one row and only the first tells the columns', async (context) => {
	const server = await serve(context);
	const {next} = await watch(context, server, 'resourceVersion=0', 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json');
	await server.store.create(configMaps, configMap('a'));
	await server.store.create(configMaps, configMap('b'));
	const tables = [(await next())?.['object'], (await next())?.['object']];
	assert.deepEqual(tables.map((table) => [table?.['kind'], table?.['rows']?.[0]?.['cells']?.[0]]), [['Table', 'a'], ['Table', 'b']]);
	assert.deepEqual(tables.map((table) => table?.['columnDefinitions'] === null), [false, true]);
});

test('A version that is forgotten is told by an ERROR event with 410, and the watch ends', async (context) => {
	const server = await serve(context);
	for (const name of ['a', 'b', 'c']) await server.store.create(configMaps, configMap(name));
	server.store.compact(Number(server.store.resourceVersion));
	const {response, next} = await watch(context, server, 'resourceVersion=1');
	assert.equal(response.statusCode, 200);
	const event = await next();
	assert.deepEqual([event?.['type'], event?.['object']?.['kind'], event?.['object']?.['code'], event?.['object']?.['reason']], ['ERROR', 'Status', 410, 'Expired']);
	assert.equal(await next(), undefined);
});

test('A watch that can not begin is refused with a status', async (context) => {
	const {ask} = await serve(context);
	assert.equal((await ask('GET', `${cm}?watch=1&labelSelector=((`)).status, 400);
	assert.equal((await ask('GET', `${cm}?watch=1&sendInitialEvents=true`)).status, 422);
	assert.equal((await ask('GET', `${cm}?watch=1`, {accept: 'application/yaml'})).status, 406);
});

test('timeoutSeconds ends a watch cleanly', async (context) => {
	const server = await serve(context);
	const {next, response} = await watch(context, server, 'timeoutSeconds=1');
	assert.equal(await next(), undefined);
	assert.equal(response.complete, true);
});

test('Closing the server ends watches cleanly and at once', async (context) => {
	const server = await serve(context);
	const {next, response} = await watch(context, server, 'resourceVersion=0');
	const began = performance.now();
	await Promise.all([server.close(), next().then((event) => assert.equal(event, undefined))]);
	assert.equal(response.complete, true);
	assert.ok(performance.now() - began < 900);
});

test('A client that does not read costs one buffer and is cut after a while; others go on', async (context) => {
	const store = newStore({clock: systemClock});
	const signals: AbortSignal[] = [];
	const begin = store.watch.bind(store);
	store.watch = (ref, options) => {
		signals.push(options.signal);
		return begin(ref, options);
	};
	const server = await serve(context, {store, stallMs: 300});
	const stuck = await watch(context, server, 'resourceVersion=0');
	stuck.response.pause();
	const reading = await watch(context, server, 'resourceVersion=0');
	const value = 'x'.repeat(100_000);
	for (let index = 0; index < 200; index++) {
		await store.create(configMaps, {...configMap(`c${index}`), data: {value}} as ReturnType<typeof configMap>);
		assert.deepEqual(seen(await reading.next()), ['ADDED', `c${index}`]);
	}
	const [stuckSignal, readingSignal] = signals;
	if (stuckSignal?.aborted === false) await once(stuckSignal, 'abort');
	assert.equal(readingSignal?.aborted, false);
	await store.create(configMaps, configMap('last'));
	assert.deepEqual(seen(await reading.next()), ['ADDED', 'last']);
});
