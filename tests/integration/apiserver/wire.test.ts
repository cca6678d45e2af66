import assert from 'node:assert/strict';
import {once} from 'node:events';
import {Agent} from 'node:https';
import {test} from 'node:test';
import {makePki} from '../../../apiserver/mod.ts';
import {seededRandom} from '../../../runtime/random.ts';
import {systemClock} from '../../../runtime/system.ts';
import {pki, said} from '../../unit/apiserver/http/support.ts';
import {serveCounted} from './wire-support.ts';

const cm = '/api/v1/namespaces/default/configmaps';
const yearMs = 365 * 86_400_000;

test('Garbage and plain HTTP on the TLS port are cut, and the next request works', async (context) => {
	const server = await serveCounted(context);
	const random = seededRandom(1);
	const speeches = [
		'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n', '\0', 'SSH-2.0-OpenSSH_9.9\r\n', '\u0016\u0003\u0001\u00ff\u00ff',
		...Array.from({length: 30}, (_, index) => random.bytes(1 + index * 67)),
	];
	for (const speech of speeches) {
		const socket = await server.tcp();
		socket.end(speech);
		await once(socket, 'close');
	}
	await server.quiet();
	assert.equal((await server.ask('GET', '/readyz')).text, 'ok');
});

test('Who says nothing, or too slowly, is cut after the time for a head; others are served meanwhile', async (context) => {
	const headersMs = 300;
	const server = await serveCounted(context, {headersMs});
	const dumb = await server.tcp();
	const {secure: slow} = await server.tls();
	const began = performance.now();
	const drip = setInterval(() => slow.write('x'), 20);
	context.after(() => clearInterval(drip));
	slow.write('GET /healthz HTTP/1.1\r\nhost: ');
	const closed = Promise.all([once(dumb, 'close'), once(slow, 'close')]);
	assert.equal((await server.ask('GET', '/readyz')).text, 'ok');
	await closed;
	const tookMs = performance.now() - began;
	assert.ok(tookMs >= headersMs * 0.9, `${tookMs} ms`);
	server.agent.destroy();
	await server.quiet();
});

test('Closing does not wait for who has not shaken hands, or not finished the head of a request', async (context) => {
	const server = await serveCounted(context);
	await server.tcp();
	const [, {secure}] = [await server.tls(), await server.tls()];
	await new Promise<void>((resolve) => void secure.write('GET /healthz HTTP/1.1\r\n', () => resolve()));
	const began = performance.now();
	await server.close();
	assert.ok(performance.now() - began < 5_000);
	await server.quiet();
});

test('Objects of 2 MB and 4 MB are refused in words, and the same connection goes on', async (context) => {
	const server = await serveCounted(context);
	const before = server.store.resourceVersion;
	const sized = (bytes: number) => ({body: {metadata: {name: 'big'}, data: {text: 'x'.repeat(bytes)}}});
	const two = await server.ask('POST', cm, sized(2_000_000));
	assert.ok([413, 422].includes(two.status), two.text);
	assert.match(said(two.json['message']), /[Tt]oo (large|long)/);
	const four = await server.ask('POST', cm, sized(4_000_000));
	assert.deepEqual([four.status, four.json['kind'], four.json['reason']], [413, 'Status', 'RequestEntityTooLarge']);
	assert.equal(server.store.resourceVersion, before);
	assert.equal((await server.ask('POST', cm, sized(500_000))).status, 201);
	assert.equal(server.open.size, 1);
});

test('A wrong certificate, none and one that has expired are 401, also to write; the right one is not', async (context) => {
	const server = await serveCounted(context);
	const nowMs = systemClock.now();
	const stranger = await makePki({hosts: [], nowMs});
	const expired = await makePki({hosts: [], nowMs: nowMs - 11 * yearMs, authority: pki});
	const future = await makePki({hosts: [], nowMs: nowMs + yearMs, authority: pki});
	const renewed = await makePki({hosts: [], nowMs, authority: pki});
	const agents: Readonly<Record<string, Agent>> = {
		none: new Agent({ca: pki.caCert}),
		stranger: new Agent({ca: pki.caCert, cert: stranger.adminCert, key: stranger.adminKey}),
		expired: new Agent({ca: pki.caCert, cert: expired.adminCert, key: expired.adminKey}),
		future: new Agent({ca: pki.caCert, cert: future.adminCert, key: future.adminKey}),
	};
	const body = {metadata: {name: 'c'}};
	for (const [name, agent] of Object.entries(agents)) {
		const answers = [await server.ask('GET', cm, {agent}), await server.ask('POST', cm, {agent, body})];
		const refusals = answers.map(({status, json}) => [status, json['reason']]);
		assert.deepEqual(refusals, [[401, 'Unauthorized'], [401, 'Unauthorized']], name);
		assert.equal((await server.ask('GET', '/readyz', {agent})).status, 200, name);
	}
	const good = new Agent({ca: pki.caCert, cert: renewed.adminCert, key: renewed.adminKey});
	assert.equal((await server.ask('POST', cm, {agent: good, body})).status, 201);
});

test('A full disk is a 500 that says so; nothing is lost, and with space again writing goes on', async (context) => {
	const {newStore} = await import('../../unit/apiserver/support.ts');
	const server = await serveCounted(context, {store: newStore({clock: systemClock, bytesMax: 1_000_000})});
	const sized = (name: string) => ({body: {metadata: {name}, data: {text: 'x'.repeat(50_000)}}});
	let made = 0;
	let answer = await server.ask('POST', cm, sized(`c-${made}`));
	while (answer.status === 201 && made < 100) answer = await server.ask('POST', cm, sized(`c-${++made}`));
	assert.deepEqual([answer.status, answer.json['reason']], [500, 'InternalError']);
	assert.match(said(answer.json['message']), /Cannot write store: database or disk is full; nothing was changed$/);
	assert.equal((await server.ask('GET', cm)).json['items']?.['length'], made);
	server.store.compact(Number(server.store.resourceVersion));
	assert.equal((await server.ask('POST', cm, sized('after'))).status, 201);
});
