import assert from 'node:assert/strict';
import {once} from 'node:events';
import type {Socket} from 'node:net';
import {test} from 'node:test';
import {configMaps} from '../../unit/apiserver/support.ts';
import {clientHello, heapBytes, serveCounted, type WireServer} from './wire-support.ts';

const cm = '/api/v1/namespaces/default/configmaps';
const body = JSON.stringify({apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'c'}, data: {k: 'v'}});

/** A request of each kind, whole, and how long its head is. */
const requests: Readonly<Record<string, string>> = {
	get: head('GET', `${cm}/kept`),
	list: head('GET', cm),
	watch: head('GET', `${cm}?watch=true`),
	create: withBody('POST', cm, 'application/json', body),
	replace: withBody('PUT', `${cm}/kept`, 'application/json', body.replace('"c"', '"kept"')),
	patch: withBody('PATCH', `${cm}/kept`, 'application/merge-patch+json', '{"data":{"k":"other"}}'),
	delete: withBody('DELETE', `${cm}/kept`, 'application/json', '{"kind":"DeleteOptions","apiVersion":"v1"}'),
	'delete a collection': withBody('DELETE', cm, 'application/json', '{"kind":"DeleteOptions","apiVersion":"v1"}'),
	status: withBody('PUT', '/apis/femtofleet.dev/v1alpha1/femtodevices/d/status', 'application/json', '{"status":{}}'),
};

function head(method: string, path: string, more = ''): string {
	return `${method} ${path} HTTP/1.1\r\nhost: x\r\naccept: application/json\r\n${more}\r\n`;
}

function withBody(method: string, path: string, type: string, text: string): string {
	return head(method, path, `content-type: ${type}\r\ncontent-length: ${text.length}\r\n`) + text;
}

/** Before the last byte: what is whole may be carried out. */
function cutsOf(text: string): readonly number[] {
	const headEnd = text.indexOf('\r\n\r\n') + 4;
	return [...new Set([1, 9, headEnd - 2, headEnd, headEnd + 5, text.length - 1])].filter((cut) => cut < text.length);
}

/** Ends as a program does that closes, and as one whose machine goes away. */
const endings: readonly ((socket: Socket, raw: Socket) => void)[] = [(socket) => socket.end(), (_, raw) => raw.resetAndDestroy()];

async function cutEverything(server: WireServer): Promise<number> {
	let cuts = 0;
	for (const text of Object.values(requests)) {
		for (const cut of cutsOf(text)) {
			for (const finish of endings) {
				const {secure, raw} = await server.tls();
				const closed = once(secure, 'close');
				await new Promise<void>((resolve) => void secure.write(text.slice(0, cut), () => resolve()));
				finish(secure, raw);
				await closed;
				cuts++;
			}
		}
	}
	await server.quiet();
	return cuts;
}

test('A request of any kind that is cut at any point changes nothing, leaves no connection, and the next works', async (context) => {
	const server = await serveCounted(context);
	await server.store.create(configMaps, {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'kept'}});
	const before = server.store.resourceVersion;
	assert.ok(await cutEverything(server) > 90);
	assert.equal(server.store.resourceVersion, before);
	assert.equal(server.open.size, 0);
	assert.equal((await server.ask('GET', `${cm}/kept`)).status, 200);
	assert.equal((await server.ask('POST', cm, {body})).status, 201);
});

test('Cut requests leave nothing in memory', async (context) => {
	const server = await serveCounted(context);
	await cutEverything(server);
	const first = await heapBytes();
	for (let round = 0; round < 4; round++) await cutEverything(server);
	const grown = await heapBytes() - first;
	assert.ok(grown < 1_500_000, `${grown} bytes more after 400 cuts`);
});

test('Watches that are cut while they tell end on the server too', async (context) => {
	const server = await serveCounted(context);
	for (const finish of endings) {
		const watches = await Promise.all(Array.from({length: 10}, async () => {
			const watch = await server.tls();
			watch.secure.write(requests['watch'] ?? '');
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
