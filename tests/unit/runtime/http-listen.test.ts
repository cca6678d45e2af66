import assert from 'node:assert/strict';
import {once} from 'node:events';
import {connect} from 'node:net';
import {test, type TestContext} from 'node:test';
import type {HttpHandler, HttpRequest} from '../../../runtime/http.ts';
import {listenHttp, type HttpListener} from '../../../runtime/http-listen.ts';
import {silentLog} from '../../../runtime/log.ts';

async function serve(context: TestContext, handler: HttpHandler): Promise<HttpListener & {readonly url: string}> {
	const listener = await listenHttp({host: '127.0.0.1', port: 0, handler, log: silentLog});
	context.after(() => listener.close());
	return {...listener, url: `http://127.0.0.1:${listener.port}`};
}

const text = (body: string) => ({status: 200, headers: {'content-type': 'text/plain'}, body});

test('a handler sees method, path, query and headers, and its answer arrives as it is', async context => {
	const seen: HttpRequest[] = [];
	const {url} = await serve(context, async request => {
		seen.push(request);
		return {status: 418, headers: {'x-kind': 'pot'}, body: new TextEncoder().encode('short')};
	});
	const response = await fetch(`${url}/a%2Fb/c?x=1&y=?2`, {method: 'PUT', headers: {'X-Name': 'v'}, body: 'unread'});
	assert.deepEqual([response.status, response.headers.get('x-kind'), await response.text()], [418, 'pot', 'short']);
	const [request] = seen;
	assert.deepEqual([request?.method, request?.path, request?.headers['x-name']], ['PUT', '/a%2Fb/c', 'v']);
	assert.deepEqual([...request?.query ?? []], [['x', '1'], ['y', '?2']]);
});

test('an iterable is sent piece by piece, and its reader learns of the answer before the first', async context => {
	const first = Promise.withResolvers<void>();
	async function* pieces() {
		await first.promise;
		yield 'one\n';
		yield new TextEncoder().encode('two\n');
	}
	const {url} = await serve(context, async () => ({status: 200, headers: {}, body: pieces()}));
	const response = await fetch(url);
	first.resolve();
	assert.equal(await response.text(), 'one\ntwo\n');
});

test('a handler that rejects means 500, and the next request works', async context => {
	let calls = 0;
	const {url} = await serve(context, async () => {
		calls++;
		if (calls === 1) {
			throw new Error('broken');
		}
		return text('fine');
	});
	const response = await fetch(url);
	assert.deepEqual([response.status, await response.json()], [500, {error: 'internal error'}]);
	assert.equal(await (await fetch(url)).text(), 'fine');
});

test('the signal aborts when the client leaves', async context => {
	const aborted = Promise.withResolvers<void>();
	const {url} = await serve(context, async ({signal}) => {
		signal.addEventListener('abort', () => aborted.resolve(), {once: true});
		return {status: 200, headers: {}, body: untilAborted(signal)};
	});
	const leave = new AbortController();
	const response = await fetch(url, {signal: leave.signal});
	assert.equal(response.status, 200);
	leave.abort();
	await aborted.promise;
});

async function* untilAborted(signal: AbortSignal) {
	yield 'begin\n';
	await once(signal, 'abort');
}

test('close() ends answers under way, also of a client that reads nothing, and frees the port', async context => {
	async function* flood(signal: AbortSignal) {
		while (!signal.aborted) {
			yield 'x'.repeat(100_000);
		}
	}
	const listener = await serve(context, async ({signal}) => ({status: 200, headers: {}, body: flood(signal)}));
	const socket = connect(listener.port, '127.0.0.1');
	socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
	await once(socket, 'readable');
	await listener.close();
	socket.destroy();
	const again = await listenHttp({host: '127.0.0.1', port: listener.port, handler: async () => text(''), log: silentLog});
	await again.close();
});

test('a request target that is no path is refused', async context => {
	const {port} = await serve(context, async () => text('never'));
	const socket = connect(port, '127.0.0.1');
	socket.end('GET http://other/ HTTP/1.1\r\nhost: x\r\n\r\n');
	const [answer] = await once(socket, 'data') as [Buffer];
	assert.match(answer.toString(), /^HTTP\/1\.1 400 /);
	socket.destroy();
});

test('an address in use is an error with its code', async context => {
	const {port} = await serve(context, async () => text(''));
	const again = listenHttp({host: '127.0.0.1', port, handler: async () => text(''), log: silentLog});
	await assert.rejects(again, {code: 'EADDRINUSE'});
});
