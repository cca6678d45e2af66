import assert from 'node:assert/strict';
import {Buffer} from 'node:buffer';
import {X509Certificate} from 'node:crypto';
import {once} from 'node:events';
import {Agent} from 'node:https';
import {test, type TestContext} from 'node:test';
import {connect, type ConnectionOptions, type TLSSocket} from 'node:tls';
import {parse} from 'yaml';
import {kubeconfigOf, listenApi, makePki} from '../../../../apiserver/mod.ts';
import {silentLog} from '../../../../runtime/log.ts';
import {seededRandom} from '../../../../runtime/random.ts';
import {systemClock} from '../../../../runtime/system.ts';
import {newStore} from '../support.ts';
import {type Server, pki, said, serve} from './support.ts';

const cm = '/api/v1/namespaces/default/configmaps';

test('The certificates belong together, name this machine, and hold for ten years', async () => {
	const nowMs = Date.UTC(2026, 1, 3);
	const made = await makePki({hosts: ['10.1.2.3', 'fleet.example'], nowMs});
	const [ca, server, admin] = [made.caCert, made.serverCert, made.adminCert].map((pem) => new X509Certificate(pem));
	assert.ok(ca !== undefined && server !== undefined && admin !== undefined);
	assert.deepEqual([server, admin].map((cert) => [cert.checkIssued(ca), cert.verify(ca.publicKey), cert.ca]), [[true, true, false], [true, true, false]]);
	const hosts = ['127.0.0.1', '::1', '10.1.2.3'].map((host) => server.checkIP(host));
	assert.ok([...hosts, server.checkHost('localhost'), server.checkHost('fleet.example')].every((found) => found !== undefined));
	assert.equal(server.checkHost('other.example'), undefined);
	assert.match(admin.subject, /CN=femto-admin/);
	assert.match(admin.subject, /O=system:masters/);
	assert.equal(new Date(admin.validTo).getTime(), Date.UTC(2036, 1, 3));
});

test('The kubeconfig holds everything', () => {
	const config = parse(kubeconfigOf({server: 'https://127.0.0.1:1', pki, namespace: 'n'})) as {
		readonly clusters: readonly {readonly cluster: Readonly<Record<string, string>>}[];
		readonly users: readonly {readonly user: Readonly<Record<string, string>>}[];
		readonly contexts: readonly {readonly context: Readonly<Record<string, string>>}[];
	};
	const text = (base64: string | undefined) => Buffer.from(base64 ?? '', 'base64').toString();
	assert.equal(config.clusters[0]?.cluster['server'], 'https://127.0.0.1:1');
	assert.equal(text(config.clusters[0]?.cluster['certificate-authority-data']), pki.caCert);
	assert.equal(text(config.users[0]?.user['client-certificate-data']), pki.adminCert);
	assert.equal(text(config.users[0]?.user['client-key-data']), pki.adminKey);
	assert.equal(config.contexts[0]?.context['namespace'], 'n');
});

const unauthorized = {kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'Unauthorized', reason: 'Unauthorized', code: 401};

test('Without a certificate of the authority only health and version answer', async (context) => {
	const {ask} = await serve(context);
	const stranger = await makePki({hosts: [], nowMs: systemClock.now()});
	const agents = {
		nobody: new Agent({ca: pki.caCert}),
		stranger: new Agent({ca: pki.caCert, cert: stranger.adminCert, key: stranger.adminKey}),
		server: new Agent({ca: pki.caCert, cert: pki.serverCert, key: pki.serverKey}),
	};
	for (const [name, agent] of Object.entries(agents)) {
		for (const path of ['/api', cm, '/apis', '/foo', '/api/v1/namespaces/femtofleet/services/femto-controller/proxy/metrics']) {
			const {status, json} = await ask('GET', path, {agent});
			assert.deepEqual([name, path, status, json], [name, path, 401, unauthorized]);
		}
		assert.equal((await ask('POST', cm, {agent, body: {metadata: {name: 'c'}}})).status, 401);
		for (const path of ['/healthz', '/livez', '/readyz', '/readyz/ping']) assert.equal((await ask('GET', path, {agent})).text, 'ok');
		assert.equal((await ask('GET', '/version', {agent})).json['major'], '1');
	}
	assert.match((await ask('GET', '/readyz?verbose')).text, /^\[\+\]ping ok\n\[\+\]store ok\nreadyz check passed\n$/);
	assert.equal((await ask('GET', '/healthz/other')).status, 404);
	assert.equal((await ask('GET', cm)).json['items']?.['length'], 0);
});

async function dial(context: TestContext, server: Server, more: ConnectionOptions = {}): Promise<TLSSocket> {
	const admin = {cert: pki.adminCert, key: pki.adminKey};
	const socket = connect({host: '127.0.0.1', port: server.port, ca: pki.caCert, ...admin, ...more});
	context.after(() => socket.destroy());
	socket.on('error', () => {});
	await once(socket, 'secureConnect');
	return socket;
}

test('A session resumed without a certificate does not count as one with', async (context) => {
	const server = await serve(context);
	const nobody = {cert: '', key: ''};
	for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
		const first = connect({host: '127.0.0.1', port: server.port, ca: pki.caCert, maxVersion});
		first.on('error', () => {});
		const [session] = (await once(first, 'session')) as [Buffer];
		first.destroy();
		const again = await dial(context, server, {...nobody, maxVersion, session});
		assert.ok(again.isSessionReused());
		again.write(`GET ${cm} HTTP/1.1\r\nhost: x\r\n\r\n`);
		const [answer] = (await once(again, 'data')) as [Buffer];
		assert.match(answer.toString(), /^HTTP\/1\.1 401 /);
		again.destroy();
	}
});

test('A request whose body breaks off changes nothing, and the next one works', async (context) => {
	const server = await serve(context);
	const before = server.store.resourceVersion;
	const body = JSON.stringify({metadata: {name: 'c'}});
	const heads = [`content-length: ${body.length + 1}\r\n\r\n${body}`, `transfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n`];
	for (const [method, path] of [['POST', cm], ['PUT', `${cm}/c`], ['PATCH', `${cm}/c`], ['DELETE', '/api/v1/namespaces/default']] as const) {
		for (const head of heads) {
			const socket = await dial(context, server);
			const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
			socket.write(`${method} ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\n${head}`);
			socket.resume().end();
			await once(socket, 'close');
		}
	}
	assert.equal(server.store.resourceVersion, before);
	assert.equal((await server.ask('POST', cm, {body})).status, 201);
});

test('A body above the ceiling is 413, one that only the store refuses too, and the connection lives on', async (context) => {
	const {ask} = await serve(context);
	const sized = (bytes: number) => ({body: {apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoDevice', metadata: {name: 'd', annotations: {a: 'x'.repeat(bytes)}}}});
	const tooLarge = await ask('POST', '/apis/femtofleet.dev/v1alpha1/femtodevices', sized(4_000_000));
	assert.deepEqual([tooLarge.status, tooLarge.json['message'], tooLarge.json['reason']], [413, 'Request entity too large: limit is 3145728', 'RequestEntityTooLarge']);
	const annotations = await ask('POST', '/apis/femtofleet.dev/v1alpha1/femtodevices', sized(2_000_000));
	assert.equal(annotations.status, 422);
	assert.match(said(annotations.json['message']), /metadata\.annotations: Too long/);
	const kept = await ask('POST', cm, {body: {metadata: {name: 'c'}, binaryData: {a: Buffer.alloc(1_300_000).toString('base64')}}});
	assert.ok([413, 422].includes(kept.status), kept.text);
	assert.equal((await ask('GET', cm)).status, 200);
});

test('A service is asked through the proxy, piece by piece; one that is not there is 503', async (context) => {
	async function* pieces() {
		yield 'one\n';
		yield 'two\n';
	}
	const {ask} = await serve(context, {
		services: {
			'femtofleet/femto-controller': async ({path, query, headers}) => {
				if (path === '/broken') throw new Error('no route to device');
				if (path === '/stream') return {status: 200, headers: {'content-type': 'application/x-ndjson', 'connection': 'close'}, body: pieces()};
				return {status: 203, headers: {'x-seen': `${path}?${query.toString()} ${headers['authorization'] ?? 'nothing'}`}, body: ''};
			},
		},
	});
	const base = '/api/v1/namespaces/femtofleet/services/femto-controller:http/proxy';
	const plain = await ask('GET', `${base}/v1/why/a%2Fb?tail=3`);
	assert.deepEqual([plain.status, plain.headers['x-seen']], [203, '/v1/why/a%2Fb?tail=3 nothing']);
	assert.equal((await ask('GET', `${base}/stream`)).text, 'one\ntwo\n');
	const broken = await ask('GET', `${base}/broken`);
	assert.deepEqual([broken.status, broken.json['message']], [503, 'error trying to reach service: no route to device']);
	assert.equal((await ask('POST', base)).status, 405);
	const absent = await ask('GET', '/api/v1/namespaces/femtofleet/services/other/proxy/');
	assert.deepEqual([absent.status, absent.json['reason'], absent.json['message']], [503, 'ServiceUnavailable', 'no endpoints available for service "other"']);
});

test('Who asks whether he may is told yes; who may not ask is told nothing', async (context) => {
	const {ask} = await serve(context);
	const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
	const spec = {resourceAttributes: {verb: 'delete', resource: 'femtodevices', group: 'femtofleet.dev'}};
	const answer = await ask('POST', path, {body: {kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', spec}});
	assert.deepEqual([answer.status, answer.json['status'], answer.json['spec']], [201, {allowed: true}, spec]);
	assert.equal((await ask('POST', path, {body: {}})).status, 400);
	assert.equal((await ask('GET', path)).status, 405);
	assert.equal((await ask('POST', path, {body: {spec}, agent: new Agent({ca: pki.caCert})})).status, 401);
});

test('Discovery answers in both forms, and OpenAPI for each group', async (context) => {
	const {ask} = await serve(context);
	const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
	const groups = await ask('GET', '/apis', {accept: `${aggregated},application/json`});
	assert.deepEqual([groups.headers['content-type'], groups.json['kind'], groups.json['apiVersion']], [aggregated, 'APIGroupDiscoveryList', 'apidiscovery.k8s.io/v2']);
	assert.equal((await ask('GET', '/api', {accept: `${aggregated},application/json`})).json['items']?.['length'], 1);
	assert.equal((await ask('GET', '/api')).json['kind'], 'APIVersions');
	assert.equal((await ask('GET', '/apis')).json['kind'], 'APIGroupList');
	assert.equal((await ask('GET', '/apis/femtofleet.dev')).json['kind'], 'APIGroup');
	assert.equal((await ask('GET', '/apis/femtofleet.dev/v1alpha1')).json['kind'], 'APIResourceList');
	const index = (await ask('GET', '/openapi/v3')).json['paths'] as unknown as Readonly<Record<string, {readonly serverRelativeURL: string}>>;
	for (const {serverRelativeURL} of Object.values(index)) {
		const document = await ask('GET', serverRelativeURL);
		assert.deepEqual([serverRelativeURL, document.status, said(document.json['openapi']).slice(0, 2)], [serverRelativeURL, 200, '3.']);
	}
});

test('It listens on this machine only unless told otherwise; an address in use is an error', async (context) => {
	const store = newStore();
	const options = {store, port: 0, pki, log: silentLog, clock: systemClock, random: seededRandom(1)};
	const first = await listenApi(options);
	context.after(() => first.close());
	assert.deepEqual([first.host, first.url], ['127.0.0.1', `https://127.0.0.1:${first.port}`]);
	await assert.rejects(listenApi({...options, port: first.port}), {code: 'EADDRINUSE'});
	await Promise.all([first.close(), first.close()]);
	const again = await listenApi({...options, port: first.port});
	await again.close();
});
