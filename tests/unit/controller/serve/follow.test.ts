import assert from 'node:assert/strict';
import {once} from 'node:events';
import {connect} from 'node:net';
import test, {type TestContext} from 'node:test';
import type {Cache} from '../../../../controller/cache.ts';
import {Fleet} from '../../../../controller/fleet.ts';
import {ContainerLogs} from '../../../../controller/logs.ts';
import {createHandler} from '../../../../controller/serve/handler.ts';
import type {FemtoDevice} from '../../../../protocol/generated/resources.ts';
import {listenHttp} from '../../../../runtime/http-listen.ts';
import type {KubeObject} from '../../../../runtime/kube/types.ts';
import {silentLog} from '../../../../runtime/log.ts';
import {systemClock as clock} from '../../../../runtime/system.ts';

function cacheOf<T extends KubeObject>(...objects: T[]): Cache<T> {
	return {get: key => objects.find(({metadata}) => metadata.name === key), list: () => objects};
}

const device: FemtoDevice = {
	apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoDevice', metadata: {name: 'pump-1'},
	spec: {cordoned: false, keyNumber: 0, wakeIntervalSeconds: 0},
	status: {
		assigned: [{container: {namespace: 'a', name: 'b', uid: 'u'}, revision: 'b-1', localId: 1, statementDigest: 'sha256:'}],
	},
};

/** The log lines of one device, served on a port of its own. */
async function serveLogs(context: TestContext) {
	const caches = {containers: cacheOf(), devices: cacheOf(device), tenants: cacheOf(), revisions: cacheOf()};
	const logs = new ContainerLogs({clock, fleet: new Fleet(caches as never, () => new Map(), 60), count: () => undefined});
	const knows = {device: () => true, container: () => true};
	const handler = createHandler({
		clock, logs, knows, metrics: [], explain: () => undefined, idleReason: () => undefined, isConnected: () => true,
	});
	const listener = await listenHttp({host: '127.0.0.1', port: 0, handler, log: silentLog});
	context.after(() => listener.close());
	const log = (text: string): void => logs.receive('pump-1', Buffer.from(`\u0001${text}`));
	return {logs, log, port: listener.port, url: `http://127.0.0.1:${listener.port}/v1/logs?follow=true`};
}

test('a follower over HTTP gets each line as it comes, and ends with the controller', async context => {
	const {logs, log, url} = await serveLogs(context);
	const reader = (await fetch(url)).body?.getReader();
	assert.ok(reader);
	log('begin');
	const {text} = JSON.parse(new TextDecoder().decode((await reader.read()).value)) as {readonly text: string};
	assert.equal(text, 'begin');
	logs.stop();
	assert.equal((await reader.read()).done, true);
});

test('a follower that leaves is forgotten, also one that has never read', async context => {
	const {logs, log, port, url} = await serveLogs(context);
	const leave = new AbortController();
	await fetch(url, {signal: leave.signal});
	const socket = connect(port, '127.0.0.1');
	socket.write('GET /v1/logs?follow=true HTTP/1.1\r\nhost: x\r\n\r\n');
	await once(socket, 'readable');
	log('for both');
	assert.equal(logs.stats.followers, 2);
	leave.abort();
	socket.destroy();
	while (logs.stats.followers > 0) {
		await new Promise(setImmediate);
	}
});

test('a follower that does not read loses lines, and costs bounded memory', async context => {
	const {logs, log, port, url} = await serveLogs(context);
	const socket = connect(port, '127.0.0.1');
	socket.write('GET /v1/logs?follow=true HTTP/1.1\r\nhost: x\r\n\r\n');
	await once(socket, 'readable');
	socket.pause();
	const reader = (await fetch(url)).body?.getReader();
	assert.ok(reader);
	while (logs.stats.dropped === 0) {
		Array.from({length: 500}, () => log('x'.repeat(48)));
		await reader.read();
	}
	assert.ok(logs.stats.kept <= 200);
	socket.destroy();
});
