import assert from 'node:assert/strict';
import {once} from 'node:events';
import type {ServerResponse} from 'node:http';
import {test} from 'node:test';
import fc from 'fast-check';
import type {WatchEvent, WatchOptions} from '../../../../runtime/kube/api.ts';
import type {KubeClient} from '../../../../runtime/kube/client.ts';
import {LineSplitter} from '../../../../runtime/kube/client/watch-lines.ts';
import {KubeError} from '../../../../runtime/kube/errors.ts';
import type {KubeObject} from '../../../../runtime/kube/types.ts';
import {cut, device, devices, json, path, scripted, type Step} from './client-support.ts';

const line = (type: string, object: unknown): string => `${JSON.stringify({type, object})}\n`;
const bookmark = (resourceVersion: string, annotations?: object): string =>
	line('BOOKMARK', {kind: 'FemtoDevice', metadata: {resourceVersion, annotations}});

/** Sends these pieces, each in a packet of its own, and ends. */
const pieces = (...parts: readonly (string | Uint8Array)[]): Step => async (response) => {
	response.writeHead(200, {'content-type': 'application/json'});
	for (const part of parts) {
		await written(response, part);
	}
	response.end();
};

function written(response: ServerResponse, part: string | Uint8Array): Promise<void> {
	return new Promise((resolve) => response.write(part, () => resolve()));
}

async function all(client: KubeClient, options: Partial<WatchOptions> = {}): Promise<WatchEvent<KubeObject>[]> {
	const events = client.watch(devices, {resourceVersion: '1', signal: new AbortController().signal, ...options});
	const seen: WatchEvent<KubeObject>[] = [];
	for await (const event of events) {
		seen.push(event);
	}
	return seen;
}

test('watch() gives events in order, frozen, and ends when the server ends', async (context) => {
	const {client} = await scripted(context, [pieces(
		line('ADDED', device('a')), line('MODIFIED', device('a', '2')) + line('DELETED', device('a', '3')), bookmark('9'),
		bookmark('10', {'k8s.io/initial-events-end': 'true'}),
	)]);
	const events = await all(client);
	assert.deepEqual(events, [
		{type: 'ADDED', object: device('a')}, {type: 'MODIFIED', object: device('a', '2')},
		{type: 'DELETED', object: device('a', '3')}, {type: 'BOOKMARK', resourceVersion: '9'},
		{type: 'BOOKMARK', resourceVersion: '10', initialEventsEnd: true},
	]);
	assert.ok(events[0]?.type === 'ADDED' && Object.isFrozen(events[0].object.metadata));
});

const questions: Readonly<Record<string, readonly [options: Partial<WatchOptions>, query: string]>> = {
	'a version': [{}, '&resourceVersion=1'],
	'no version': [{resourceVersion: ''}, ''],
	'selectors and a time': [
		{labelSelector: 'a=b', fieldSelector: 'metadata.name=c', timeoutSeconds: 300},
		'&resourceVersion=1&labelSelector=a%3Db&fieldSelector=metadata.name%3Dc&timeoutSeconds=300',
	],
	'what exists first': [
		{resourceVersion: '', sendInitialEvents: true}, '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan',
	],
};
for (const [what, [options, query]] of Object.entries(questions)) {
	test(`watch() with ${what} asks so, and for bookmarks`, async (context) => {
		const {client, seen} = await scripted(context, [pieces()]);
		assert.deepEqual(await all(client, options), []);
		assert.equal(seen[0]?.url, `${path}?watch=true&allowWatchBookmarks=true${query}`);
	});
}

test('LineSplitter gives the same lines wherever the stream is cut', () => {
	const text = fc.array(fc.string({unit: 'grapheme', maxLength: 12}).map((part) => part.replaceAll('\n', '')));
	fc.assert(fc.property(text, fc.array(fc.nat(200)), (lines, cuts) => {
		const bytes = Buffer.from(lines.map((one) => `${one}\n`).join(''));
		const places = [0, ...cuts.map((place) => Math.min(place, bytes.length)), bytes.length].toSorted((a, b) => a - b);
		const splitter = new LineSplitter();
		const found = places.slice(1).flatMap((end, index) => [...splitter.push(bytes.subarray(places[index], end))]);
		splitter.end();
		assert.deepEqual(found.map((one) => Buffer.from(one).toString()), lines);
	}));
});

test('an event survives a cut within a character', async (context) => {
	const bytes = Buffer.from(line('ADDED', device('größe-€-🚀')));
	const middle = bytes.indexOf(Buffer.from('🚀')) + 2;
	const {client} = await scripted(context, [pieces(bytes.subarray(0, middle), bytes.subarray(middle))]);
	assert.deepEqual(await all(client), [{type: 'ADDED', object: device('größe-€-🚀')}]);
});

test('an ERROR event is thrown as what its Status says', async (context) => {
	const status = {kind: 'Status', status: 'Failure', code: 410, reason: 'Expired', message: 'too old resource version: 1 (5)'};
	const {client} = await scripted(context, [pieces(line('ADDED', device('a')), line('ERROR', status))]);
	const seen: unknown[] = [];
	const error: unknown = await (async () => {
		for await (const event of client.watch(devices, {resourceVersion: '1', signal: new AbortController().signal})) {
			seen.push(event);
		}
	})().catch((thrown: unknown) => thrown);
	assert.ok(error instanceof KubeError);
	assert.deepEqual([seen.length, error.code, error.reason, error.message], [1, 410, 'Expired', status.message]);
});

test('a refusal instead of a stream is thrown', async (context) => {
	const {client} = await scripted(context, [json({kind: 'Status', code: 410, reason: 'Expired', message: 'old'}, 410)]);
	await assert.rejects(all(client), {name: 'KubeError', code: 410, reason: 'Expired'});
});

const malformed: Readonly<Record<string, readonly [bytes: string | Uint8Array, expected: RegExp]>> = {
	'no JSON': ['{"type":"ADDED"\n', /JSON required$/],
	'another type': [line('RENAMED', device('a')), /type and object of a watch event required$/],
	'no object': ['{"type":"ADDED"}\n', /type and object/],
	'null': ['null\n', /type and object/],
	'an empty line': ['\n', /JSON required$/],
	'an object without version': [line('ADDED', {metadata: {name: 'a'}}), /type and object/],
	'a bookmark without version': [line('BOOKMARK', {}), /type and object/],
	'bytes that are no UTF-8': [Buffer.concat([Buffer.from('{"type":"'), Buffer.from([0xff]), Buffer.from('"}\n')]), /UTF-8/],
	'half a line': ['{"type":', /it ends inside an event, after 8 bytes of it$/],
};
for (const [what, [bytes, expected]] of Object.entries(malformed)) {
	test(`${what} in a watch is an error, never passed over`, async (context) => {
		const {client} = await scripted(context, [pieces(line('ADDED', device('a')), bytes)]);
		await assert.rejects(all(client), expected);
	});
}

test('a line without end is given up', () => {
	const splitter = new LineSplitter();
	const piece = new Uint8Array(16 * 1024 * 1024);
	assert.throws(() => [1, 2, 3].map(() => [...splitter.push(piece)]), /a line is longer than 33554432 bytes/);
});

test('a cut connection is an error', async (context) => {
	const broken: Step = async (response) => {
		response.writeHead(200);
		await written(response, line('ADDED', device('a')));
		response.socket?.resetAndDestroy();
	};
	const {client} = await scripted(context, [broken, cut]);
	await assert.rejects(all(client), {name: 'UnreachableError'});
	await assert.rejects(all(client), {name: 'UnreachableError'});
});

test('an abort ends a quiet watch without error, and its connection with it', async (context) => {
	const open: Step = (response) => void response.writeHead(200).write(line('ADDED', device('a')));
	const {client, server, clock} = await scripted(context, [open]);
	const closed = new Promise<void>((resolve) => {
		server.once('connection', (socket) => socket.once('close', () => resolve()));
	});
	const abort = new AbortController();
	const events = client.watch(devices, {resourceVersion: '1', signal: abort.signal})[Symbol.asyncIterator]();
	await events.next();
	const quiet = events.next();
	abort.abort();
	assert.deepEqual(await quiet, {done: true, value: undefined});
	await closed;
	assert.equal(clock.longTimers, 0);
});

test('an abort before the answer, or before the start, ends it alike', async (context) => {
	const asked = Promise.withResolvers<void>();
	const {client, seen} = await scripted(context, [() => asked.resolve()]);
	const abort = new AbortController();
	const watching = all(client, {signal: abort.signal});
	await asked.promise;
	abort.abort();
	assert.deepEqual(await watching, []);
	assert.deepEqual(await all(client, {signal: abort.signal}), []);
	assert.equal(seen.length, 1);
});

test('a reader that stops lets go of the connection', async (context) => {
	const open: Step = (response) => void response.writeHead(200).write(line('ADDED', device('a')));
	const {client, server} = await scripted(context, [open]);
	for await (const event of client.watch(devices, {resourceVersion: '1', signal: new AbortController().signal})) {
		assert.equal(event.type, 'ADDED');
		break;
	}
	server.close();
	await once(server, 'close');
});

test('a watch that ended by itself gives its connection back', async (context) => {
	const {client, server} = await scripted(context, [pieces(bookmark('2')), json(device('a'))]);
	let connections = 0;
	server.on('connection', () => connections++);
	await all(client);
	await client.get(devices, 'a');
	assert.equal(connections, 1);
});
