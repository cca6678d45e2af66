import assert from 'node:assert/strict';
import {once} from 'node:events';
import {test} from 'node:test';
import {bodyText, successText, UnreachableError} from '../../../../runtime/kube/client.ts';
import {KubeError} from '../../../../runtime/kube/errors.ts';
import {clientOf, cut, device, devices, json, path, scripted, type Step} from './client-support.ts';

const busy = (status: number, seconds: string): Step => json({}, status, {'retry-after': seconds});

test('what can not be reached is told with server and cause', async (context) => {
	const {url, server} = await scripted(context, []);
	server.close();
	await once(server, 'close');
	const error: unknown = await clientOf({server: url}).get(devices, 'a').catch((thrown: unknown) => thrown);
	assert.ok(error instanceof UnreachableError && error.isRefused);
	assert.equal(error.message, `Cannot reach ${url}: connection refused`);
	assert.equal((error.cause as NodeJS.ErrnoException).code, 'ECONNREFUSED');
	const noPem = clientOf({server: 'https://127.0.0.1:1', tls: {cert: 'x', key: 'y'}});
	await assert.rejects(noPem.get(devices, 'a'), UnreachableError);
});

test('a GET that meets a connection closed meanwhile is sent again, once', async (context) => {
	const {client, seen} = await scripted(context, [json(device('a')), cut, json(device('b')), cut, cut]);
	await client.get(devices, 'a');
	assert.equal((await client.get(devices, 'b')).metadata.name, 'b');
	await assert.rejects(client.get(devices, 'c'), {name: 'UnreachableError', phrase: 'connection cut'});
	assert.equal(seen.length, 5);
});

test('a GET on a new connection is not repeated', async (context) => {
	const {client, seen} = await scripted(context, [cut, json(device('a'))]);
	await assert.rejects(client.get(devices, 'a'), UnreachableError);
	assert.equal(seen.length, 1);
});

test('a write that was sent is never repeated after a cut', async (context) => {
	const {client, seen} = await scripted(context, [json(device('a')), cut, json(device('a')), cut]);
	await client.get(devices, 'a');
	await assert.rejects(client.create(devices, device('a')), UnreachableError);
	await client.get(devices, 'a');
	await assert.rejects(client.delete(devices, 'a'), UnreachableError);
	assert.deepEqual(seen.map(({method}) => method), ['GET', 'POST', 'GET', 'DELETE']);
});

test('a write that could not be handed over whole is sent again: no server can have acted on it', async (context) => {
	const {client, seen, server} = await scripted(context, [json(device('a')), json(device('a'))]);
	await client.get(devices, 'a');
	let cuts = 0;
	server.prependOnceListener('request', (request) => {
		cuts++;
		request.socket.resetAndDestroy();
	});
	// More than the buffers of a connection take.
	await client.patch(devices, 'a', {spec: {note: 'x'.repeat(32 * 1024 * 1024)}});
	assert.deepEqual([cuts, seen.map(({method}) => method)], [1, ['GET', 'PATCH']]);
});

test('an answer that is cut in its middle is an error', async (context) => {
	const half: Step = (response) => {
		response.writeHead(200, {'content-length': '100'}).write('{"a');
		setImmediate(() => response.socket?.destroy());
	};
	const {client} = await scripted(context, [half]);
	await assert.rejects(client.get(devices, 'a'), {name: 'UnreachableError', phrase: /cut|aborted/});
});

for (const status of [429, 503]) {
	test(`${status} with Retry-After is repeated when the time has come, a write too`, async (context) => {
		const {client, clock, seen} = await scripted(context, [busy(status, '2'), busy(status, '1'), json(device('a'))]);
		await client.create(devices, device('a'));
		assert.equal(seen.length, 3);
		const [first = 0, second = 0] = clock.waits;
		assert.ok(first >= 2000 && first <= 2500 && second >= 1000 && second <= 1250, String(clock.waits));
	});
}

test('a server that stays busy is told after five tries, with its wish', async (context) => {
	const {client, seen} = await scripted(context, Array.from({length: 9}, () => busy(429, '1')));
	const error: unknown = await client.get(devices, 'a').catch((thrown: unknown) => thrown);
	assert.ok(error instanceof KubeError);
	assert.deepEqual([error.code, error.status.details], [429, {retryAfterSeconds: 1}]);
	assert.equal(seen.length, 5);
});

const notRepeated: Readonly<Record<string, Step>> = {
	'a wait beyond the limit of the call': busy(503, '60'),
	'503 without Retry-After': json({}, 503),
	'a date in Retry-After': busy(503, 'Wed, 21 Oct 2026 07:28:00 GMT'),
	'500 with Retry-After': busy(500, '1'),
};
for (const [what, step] of Object.entries(notRepeated)) {
	test(`${what} is told at once`, async (context) => {
		const {client, seen, clock} = await scripted(context, [step]);
		await assert.rejects(client.get(devices, 'a'), KubeError);
		assert.deepEqual([seen.length, clock.waits], [1, []]);
	});
}

test('a server that does not answer is given up after a minute', async (context) => {
	const asked = Promise.withResolvers<void>();
	const {client, clock, url} = await scripted(context, [() => asked.resolve()]);
	const waiting = client.get(devices, 'a');
	const rejected = assert.rejects(waiting, {message: `Cannot reach ${url}: no answer within 60 s`});
	await asked.promise;
	assert.equal(clock.longTimers, 1);
	clock.pass();
	await rejected;
});

test('a call leaves no timer behind', async (context) => {
	const {client, clock} = await scripted(context, [json(device('a')), json({}, 404)]);
	await client.get(devices, 'a');
	await client.get(devices, 'b').catch(() => {});
	assert.equal(clock.longTimers, 0);
});

test('close() ends what is under way, and the client with it', async (context) => {
	const asked = Promise.withResolvers<void>();
	const {client} = await scripted(context, [() => asked.resolve()]);
	const rejected = assert.rejects(client.get(devices, 'a'), /Cannot reach .*: the client is closed/);
	await asked.promise;
	client.close();
	await rejected;
	await assert.rejects(client.get(devices, 'a'), /the client is closed/);
});

test('request() gives any status, headers and the body as it comes', async (context) => {
	const {client, seen} = await scripted(context, [json({a: 1}, 404, {'x-y': 'z'}), json({a: 1})]);
	const missing = await client.request({
		method: 'POST', path: '/x', query: {tail: '5'}, headers: {accept: 'text/plain'}, body: 'é',
	});
	assert.deepEqual([missing.status, missing.headers['x-y'], await bodyText(missing)], [404, 'z', '{"a":1}']);
	const {method, url, headers, body} = seen[0] ?? {headers: {}};
	assert.deepEqual([method, url, body], ['POST', '/x?tail=5', 'é']);
	assert.deepEqual([headers.accept, headers['content-length']], ['text/plain', '2']);
	assert.equal(await successText(await client.request({method: 'GET', path})), '{"a":1}');
});

test('request() follows a body for as long as its signal lets it', async (context) => {
	const follow: Step = (response) => void response.writeHead(200).write('line\n');
	const {client, clock, server} = await scripted(context, [follow]);
	const abort = new AbortController();
	const {body} = await client.request({method: 'GET', path: '/logs', signal: abort.signal});
	assert.equal(clock.longTimers, 0, 'the headers were in time');
	const pieces: string[] = [];
	for await (const piece of body as AsyncIterable<Uint8Array>) {
		pieces.push(Buffer.from(piece).toString());
		abort.abort();
	}
	assert.deepEqual(pieces, ['line\n']);
	server.close();
	await once(server, 'close');
});

test('request() that is aborted before the headers rejects with the reason', async (context) => {
	const asked = Promise.withResolvers<void>();
	const {client} = await scripted(context, [() => asked.resolve()]);
	const abort = new AbortController();
	const rejected = assert.rejects(client.request({method: 'GET', path: '/x', signal: abort.signal}), /enough/);
	await asked.promise;
	abort.abort(new Error('enough'));
	await rejected;
});
