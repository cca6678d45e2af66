import assert from 'node:assert/strict';
import test from 'node:test';
import type {HttpResponse} from '../../../runtime/http.ts';
import {ask, askJson, askLines} from '../../unit/controller/serve/ask.ts';
import {Fixture, sign} from './fixture.ts';

/** Two devices that run plant-a/vibration under local id 1. */
function withFleet(sentence: string, body: (fixture: Fixture) => Promise<void>): void {
	test(sentence, async () => {
		const fixture = new Fixture();
		await fixture.start();
		['pump-1', 'pump-2'].forEach(id => fixture.device(id));
		await fixture.run(3_000);
		await fixture.apply(sign());
		await fixture.run(15_000);
		await body(fixture);
		await fixture.stop();
	});
}

/** What a device sends when the container with this local id logs. */
async function log(fixture: Fixture, device: string, text: string | Uint8Array, localId = 1): Promise<void> {
	fixture.broker.publish(`f/${device}/l`, Buffer.concat([Uint8Array.of(localId), Buffer.from(text)]), {qos: 0});
	await fixture.run(20);
}

const lines = (fixture: Fixture, query = '') => askLines(fixture.controller.handle, `/v1/logs${query}`);
const texts = async (fixture: Fixture, query = '') => (await lines(fixture, query)).map(({text}) => text);

withFleet('a line names time, device, container and text', async fixture => {
	await log(fixture, 'pump-1', 'begin\x1b[1m\n');
	const [line, ...others] = await lines(fixture);
	assert.deepEqual(others, []);
	const {time, ...rest} = line ?? {};
	assert.deepEqual(rest, {device: 'pump-1', container: 'plant-a/vibration', text: 'begin\\x1b[1m'});
	assert.match(String(time), /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
	assert.ok(Date.parse(String(time)) <= fixture.scheduler.clock.now());
});

withFleet('lines are chosen by device, container, age and number', async fixture => {
	await log(fixture, 'pump-1', 'old');
	await fixture.run(10_000);
	await log(fixture, 'pump-2', 'two');
	await log(fixture, 'pump-1', 'new');
	assert.deepEqual(await texts(fixture), ['old', 'two', 'new']);
	assert.deepEqual(await texts(fixture, '?device=pump-1'), ['old', 'new']);
	assert.deepEqual(await texts(fixture, '?container=plant-a/vibration&tail=2'), ['two', 'new']);
	assert.deepEqual(await texts(fixture, '?sinceMs=5000'), ['two', 'new']);
	assert.deepEqual(await texts(fixture, '?tail=0'), []);
});

withFleet('what names no assigned container, or is too long, is counted once and not shown', async fixture => {
	const before = fixture.controller.counts.log;
	await log(fixture, 'pump-1', 'stranger', 2);
	await log(fixture, 'pump-9', 'no such device');
	await log(fixture, 'pump-1', 'x'.repeat(49));
	fixture.broker.publish('f/pump-1/l', new Uint8Array(0), {qos: 0});
	await fixture.run(20);
	assert.equal(fixture.controller.counts.log - before, 4);
	assert.deepEqual(await texts(fixture), []);
	await log(fixture, 'pump-1', 'x'.repeat(48));
	assert.equal((await texts(fixture)).length, 1);
});

withFleet('a parameter that can\'t be read is refused with its rule', async ({controller: {handle}}) => {
	const refusals: Record<string, string> = {
		'tail=-1': 'tail is "-1", a whole number required',
		'sinceMs=5s': 'sinceMs is "5s", a whole number required',
		'follow=yes': 'follow is "yes", true or false required',
		'container=vibration': 'container is "vibration", namespace/name required',
	};
	for (const [query, error] of Object.entries(refusals)) {
		assert.deepEqual(await askJson(handle, `/v1/logs?${query}`), [400, {error}]);
	}
	assert.deepEqual(await askJson(handle, '/v1/logs?device=pump-9'), [404, {error: 'there is no device pump-9'}]);
	const unknown = await askJson(handle, '/v1/logs?container=plant-a/none');
	assert.deepEqual(unknown, [404, {error: 'there is no FemtoContainer plant-a/none'}]);
});

/** Reads piece by piece; undefined at the end. */
function reader({body}: HttpResponse): () => Promise<readonly Record<string, unknown>[] | undefined> {
	assert.ok(typeof body !== 'string' && !(body instanceof Uint8Array));
	const iterator = body[Symbol.asyncIterator]();
	return async () => {
		const piece = await iterator.next();
		return piece.done === true ? undefined
			: String(piece.value).trimEnd().split('\n').map(text => JSON.parse(text) as Record<string, unknown>);
	};
}

withFleet('a follower gets what is kept, then each line as it comes, until it leaves', async fixture => {
	await log(fixture, 'pump-1', 'kept');
	const leave = new AbortController();
	const read = reader(await ask(fixture.controller.handle, '/v1/logs?follow=true&device=pump-1', {signal: leave.signal}));
	assert.deepEqual((await read())?.map(({text}) => text), ['kept']);
	const next = read();
	await log(fixture, 'pump-2', 'of another device');
	await log(fixture, 'pump-1', 'new');
	assert.deepEqual((await next)?.map(({text}) => text), ['new']);
	const last = read();
	leave.abort();
	assert.equal(await last, undefined);
});

withFleet('a follower that reads too slowly learns how many lines it missed', async fixture => {
	const read = reader(await ask(fixture.controller.handle, '/v1/logs?follow=true&tail=0'));
	for (let index = 0; index < 1_005; index++) {
		fixture.broker.publish('f/pump-1/l', Buffer.from(`\u0001${index}`), {qos: 0});
	}
	await fixture.run(100);
	const all = await read();
	assert.deepEqual([all?.length, all?.at(-2)?.['text'], all?.at(-1)], [1_001, '999', {dropped: 5}]);
	const next = read();
	await log(fixture, 'pump-1', 'later');
	assert.deepEqual((await next)?.map(({text}) => text), ['later']);
	// As a server does whose client has gone.
	await fixture.controller.stop();
	assert.equal(await read(), undefined);
});

withFleet('one hundred follow at most, and one that left before it read makes room', async fixture => {
	const {handle} = fixture.controller;
	const leave = new AbortController();
	for (let index = 0; index < 100; index++) {
		assert.equal((await ask(handle, '/v1/logs?follow=true', {signal: leave.signal})).status, 200);
	}
	assert.deepEqual(await askJson(handle, '/v1/logs?follow=true'), [503, {error: 'too many clients follow the logs'}]);
	leave.abort();
	assert.equal((await ask(handle, '/v1/logs?follow=true')).status, 200);
});
