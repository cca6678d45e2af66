import assert from 'node:assert/strict';
import {test} from 'node:test';
import {forwardTo} from '../../../runtime/http-forward.ts';
import {listenHttp} from '../../../runtime/http-listen.ts';
import {silentLog} from '../../../runtime/log.ts';
import {createKubeClient} from '../../../runtime/kube/client.ts';
import {seededRandom} from '../../../runtime/random.ts';
import {systemClock} from '../../../runtime/system.ts';
import {pki, serve, said} from '../../unit/apiserver/http/support.ts';

const base = '/api/v1/namespaces/n/services';

test('A service of another program answers piece by piece, and learns when nobody waits any more', async (context) => {
	const left = Promise.withResolvers<void>();
	async function* lines(signal: AbortSignal) {
		yield 'one\n';
		await new Promise((resolve) => signal.addEventListener('abort', resolve, {once: true}));
		left.resolve();
	}
	const service = await listenHttp({
		host: '127.0.0.1', port: 0, log: silentLog,
		handler: async ({method, path, query, signal}) => path === '/follow'
			? {status: 200, headers: {'content-type': 'application/x-ndjson'}, body: lines(signal)}
			: {status: 203, headers: {'x-seen': `${method} ${path}?${query.toString()}`}, body: 'hello'},
	});
	context.after(() => service.close());
	const server = await serve(context, {services: {'n/s': forwardTo(`http://127.0.0.1:${service.port}`)}});
	const plain = await server.ask('GET', `${base}/s:http/proxy/v1/a%2Fb?tail=3`);
	assert.deepEqual([plain.status, plain.headers['x-seen'], plain.text], [203, 'GET /v1/a%2Fb?tail=3', 'hello']);
	const tls = {ca: pki.caCert, cert: pki.adminCert, key: pki.adminKey};
	const connection = {server: server.url, namespace: 'n', tls, headers: async () => ({})};
	const client = createKubeClient(connection, {clock: systemClock, random: seededRandom(1)});
	context.after(() => client.close());
	const abort = new AbortController();
	const {body} = await client.request({method: 'GET', path: `${base}/s/proxy/follow`, signal: abort.signal});
	for await (const piece of body as AsyncIterable<Uint8Array>) {
		assert.equal(Buffer.from(piece).toString(), 'one\n');
		abort.abort();
	}
	await left.promise;
});

test('A service that nobody serves is a 503 that says where and why', async (context) => {
	const handler = async () => ({status: 200, headers: {}, body: ''});
	const gone = await listenHttp({host: '127.0.0.1', port: 0, log: silentLog, handler});
	await gone.close();
	const server = await serve(context, {services: {'n/s': forwardTo(`http://127.0.0.1:${gone.port}`)}});
	const {status, json} = await server.ask('GET', `${base}/s/proxy/`);
	assert.deepEqual([status, json['kind'], json['reason']], [503, 'Status', 'ServiceUnavailable']);
	assert.equal(said(json['message']), `error trying to reach service: http://127.0.0.1:${gone.port}: connection refused`);
});
