import assert from 'node:assert/strict';
import {test} from 'node:test';
import {KubeError, type KubeStatus} from '../../../../runtime/kube/errors.ts';
import type {Patch} from '../../../../runtime/kube/api.ts';
import type {KubeObject} from '../../../../runtime/kube/types.ts';
import {version} from '../../../../runtime/version.ts';
import {clientOf, configMaps, device, devices, json, path, scripted} from './client-support.ts';

async function refused(promise: Promise<unknown>): Promise<KubeStatus> {
	const error: unknown = await promise.then(() => undefined, (thrown: unknown) => thrown);
	assert.ok(error instanceof KubeError, String(error));
	return error.status;
}

test('get() asks for one object, says who asks, and freezes what comes', async (context) => {
	const {client, seen} = await scripted(context, [json(device('a'))], {headers: async () => ({authorization: 'Bearer t'})});
	const found = await client.get(devices, 'a');
	assert.deepEqual(found, device('a'));
	assert.ok(Object.isFrozen(found.metadata));
	assert.deepEqual([seen[0]?.method, seen[0]?.url], ['GET', `${path}/a`]);
	const {authorization, accept, 'user-agent': agent} = seen[0]?.headers ?? {};
	assert.deepEqual([authorization, accept, agent], ['Bearer t', 'application/json', `femtofleet/${version}`]);
});

test('credentials are asked for with each request', async (context) => {
	let asked = 0;
	const headers = async () => ({authorization: `Bearer ${asked++}`});
	const {client, seen} = await scripted(context, [json(device('a')), json(device('a'))], {headers});
	await client.get(devices, 'a');
	await client.get(devices, 'a');
	assert.deepEqual(seen.map((one) => one.headers.authorization), ['Bearer 0', 'Bearer 1']);
});

test('the path of the server goes before that of the request', async (context) => {
	const {client, seen, url} = await scripted(context, [json(device('a'))]);
	client.close();
	const other = clientOf({server: `${url}/k8s/c-1`});
	context.after(() => other.close());
	await other.get(configMaps, 'a');
	assert.equal(seen[0]?.url, '/k8s/c-1/api/v1/namespaces/default/configmaps/a');
});

const lists: Readonly<Record<string, readonly [options: object, query: string]>> = {
	'nothing': [{}, ''],
	'selectors and a page': [
		{labelSelector: 'a in (b, c)', fieldSelector: 'metadata.name=x', limit: 500, continue: 'a+b/='},
		'?labelSelector=a+in+%28b%2C+c%29&fieldSelector=metadata.name%3Dx&limit=500&continue=a%2Bb%2F%3D',
	],
	'a version': [{resourceVersion: '7', limit: 1}, '?limit=1&resourceVersion=7'],
	'an exact version': [{resourceVersion: '7', resourceVersionMatch: 'Exact'}, '?resourceVersion=7&resourceVersionMatch=Exact'],
	'an empty version': [{resourceVersion: ''}, ''],
};
for (const [what, [options, query]] of Object.entries(lists)) {
	test(`list() with ${what} asks so`, async (context) => {
		const body = {apiVersion: 'v1', kind: 'FemtoDeviceList', metadata: {resourceVersion: '9', continue: ''}, items: null};
		const {client, seen} = await scripted(context, [json(body)]);
		assert.deepEqual(await client.list(devices, options), {items: [], resourceVersion: '9'});
		assert.equal(seen[0]?.url, `${path}${query}`);
	});
}

test('list() says version and kind of items that do not say them, and the next page', async (context) => {
	const body = {
		apiVersion: 'v1', kind: 'ConfigMapList', metadata: {resourceVersion: '9', continue: 'more'},
		items: [{metadata: {name: 'a'}, data: {x: 'y'}}],
	};
	const {client} = await scripted(context, [json(body)]);
	const list = await client.list(configMaps);
	assert.deepEqual(list.items, [{apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'a'}, data: {x: 'y'}}]);
	assert.equal(list.continue, 'more');
	assert.ok(Object.isFrozen(list.items[0]?.metadata));
});

test('writes say method, place, options and content type', async (context) => {
	const {client, seen} = await scripted(context, Array.from({length: 5}, () => json(device('a'))));
	const options = {dryRun: true, fieldManager: 'me', fieldValidation: 'Strict'} as const;
	await client.create(devices, device('a'), options);
	await client.replace(devices, device('a'), {subresource: 'status'});
	await client.patch(devices, 'a', {spec: {cordoned: true}}, {subresource: 'status', fieldManager: 'me'});
	const operations: Patch = [{op: 'remove', path: '/spec'}];
	await client.patch(devices, 'a', operations);
	assert.deepEqual(seen.map(({method, url, headers}) => [method, url, headers['content-type']]), [
		['POST', `${path}?dryRun=All&fieldManager=me&fieldValidation=Strict`, 'application/json'],
		['PUT', `${path}/a/status`, 'application/json'],
		['PATCH', `${path}/a/status?fieldManager=me`, 'application/merge-patch+json'],
		['PATCH', `${path}/a`, 'application/json-patch+json'],
	]);
	assert.deepEqual(seen.map(({body}) => JSON.parse(body) as unknown), [
		device('a'), device('a'), {spec: {cordoned: true}}, operations,
	]);
	assert.ok(seen.every(({headers}) => headers['transfer-encoding'] === undefined && headers['content-length'] !== undefined));
});

test('delete() tells what is kept from what has gone', async (context) => {
	const metadata = {name: 'a', deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['f']};
	const kept: KubeObject = {...device('a'), metadata};
	const status = {kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: {uid: '1'}};
	const {client, seen} = await scripted(context, [json(kept), json(status), json(device('a'))]);
	const options = {dryRun: true, preconditions: {uid: '1'}, propagationPolicy: 'Foreground'} as const;
	assert.deepEqual(await client.delete(devices, 'a', options), kept);
	assert.equal(await client.delete(devices, 'a'), undefined);
	assert.equal(await client.delete(devices, 'a'), undefined);
	assert.deepEqual(seen.slice(0, 2).map(({body}) => JSON.parse(body) as unknown), [
		{
			apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Foreground', preconditions: {uid: '1'}, dryRun: ['All'],
		},
		{apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background'},
	]);
});

test('warnings come before the result, several in one header too', async (context) => {
	const warning = '299 - "unknown field \\"spec.x\\"", 299 femto "second, of two"';
	const {client} = await scripted(context, [json(device('a'), 200, {warning})]);
	const texts: string[] = [];
	await client.create(devices, device('a'), {onWarning: (text) => texts.push(text)});
	assert.deepEqual(texts, ['unknown field "spec.x"', 'second, of two']);
});

test('a Status becomes a KubeError with all it says', async (context) => {
	const details = {name: 'a', group: 'femtofleet.dev', kind: 'femtodevices'};
	const status = {
		kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure',
		message: 'gone', reason: 'NotFound', details, code: 404,
	};
	const {client} = await scripted(context, [json(status, 404)]);
	assert.deepEqual(await refused(client.get(devices, 'a')), {code: 404, reason: 'NotFound', message: 'gone', details});
});

const strangeBodies: Readonly<Record<string, readonly [status: number, body: string, expected: Partial<KubeStatus>]>> = {
	'a page of a proxy': [503, '<html>', {code: 503, reason: 'ServiceUnavailable'}],
	'nothing': [401, '', {code: 401, reason: 'Unauthorized'}],
	'a Status of other types': [404, '{"kind":"Status","code":"x","message":7}', {code: 404, reason: 'NotFound'}],
	'null': [500, 'null', {code: 500, reason: 'InternalError'}],
	'an unknown status': [302, '', {code: 302, reason: 'Unknown', message: 'the server answered with the unexpected status 302'}],
};
for (const [what, [status, body, expected]] of Object.entries(strangeBodies)) {
	test(`a refusal with ${what} is a KubeError by its code`, async (context) => {
		const {client} = await scripted(context, [(response) => void response.writeHead(status).end(body)]);
		assert.partialDeepStrictEqual(await refused(client.get(devices, 'a')), expected);
	});
}

test('a success that is no object, or no list, is an error', async (context) => {
	const {client} = await scripted(context, [json(null), json({}), json({items: []}), (response) => void response.end('{"a')]);
	await assert.rejects(client.get(devices, 'a'), /an object with metadata\.name required/);
	await assert.rejects(client.get(devices, 'a'), /an object with metadata\.name required/);
	await assert.rejects(client.list(devices), /Cannot read list: /);
	await assert.rejects(client.get(devices, 'a'), /Cannot read answer to GET .*: JSON required/);
});

test('a name that is another path is refused and not sent', async (context) => {
	const {client, seen} = await scripted(context, []);
	for (const name of ['', '.', '..', 'a/b', 'a%2e']) {
		assert.equal((await refused(client.get(devices, name))).code, 400, name);
	}
	assert.equal((await refused(client.list({...configMaps, namespace: '..'}))).code, 400);
	assert.deepEqual(seen, []);
});
