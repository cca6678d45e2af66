import assert from 'node:assert/strict';
import test from 'node:test';
import type {Explanation} from '../../../controller/mod.ts';
import {ask, askJson, textOf} from '../../unit/controller/serve/ask.ts';
import {Fixture, namespace, sign} from './fixture.ts';

/** Runs `body` with a started fixture, and stops it. */
function withFixture(sentence: string, body: (fixture: Fixture) => Promise<void>): void {
	test(sentence, async () => {
		const fixture = new Fixture();
		await fixture.start();
		await body(fixture);
		await fixture.stop();
	});
}

async function why({controller}: Fixture, device: string): Promise<Explanation> {
	const [status, value] = await askJson(controller.handle, `/v1/why/${device}`);
	assert.equal(status, 200);
	return value as Explanation;
}

/** A statement with an image of many blocks. */
const large = () => sign({program: {rodata: Uint8Array.from({length: 1_000}, (_, index) => index & 0xff)}});

withFixture('why: a transfer says how far it is, while its status in the API knows nothing of it', async fixture => {
	fixture.device('pump-1', {hangs: () => true});
	await fixture.run(3_000);
	await fixture.apply(large());
	let seen: Explanation | undefined;
	for (let tries = 0; tries < 400 && seen === undefined; tries++) {
		await fixture.run(10);
		const {containers: [container], ...explanation} = await why(fixture, 'pump-1');
		const {transfer} = container?.inputs ?? {};
		if (transfer?.object === 'image' && transfer.blocks < transfer.of) {
			seen = {...explanation, containers: [container as Explanation['containers'][number]]};
		}
	}
	const [container] = seen?.containers ?? [];
	assert.equal(seen?.reason, 'Fetching');
	const {blocks, of} = container?.inputs.transfer ?? {blocks: 0, of: 0};
	assert.ok(blocks >= 1 && of > 20, `${blocks}/${of}`);
	assert.equal(container?.message, `Fetching, image ${blocks}/${of} blocks`);
	assert.equal(seen?.inputs.live?.lastHeard?.kind, 'blockRequest');
	assert.equal((await fixture.fleetDevice('pump-1')).status?.containers?.length ?? 0, 0);
});

withFixture('why: a trial says since when, and how often it ran, at once', async fixture => {
	const device = fixture.device('pump-1', {hangs: () => true});
	await fixture.run(3_000);
	await fixture.apply(sign());
	await fixture.run(5_000);
	device.change(1, {runs: 3, faults: 0});
	await fixture.run(100);
	const {ready, reason, message, inputs} = await why(fixture, 'pump-1');
	assert.deepEqual([ready, reason, inputs.live?.lastHeard?.kind], [false, 'Trial', 'report']);
	assert.match(message, /^plant-a\/vibration: Trial since 20[0-9T:-]+Z, 3 runs, 0 faults$/);
	const states = (await fixture.fleetDevice('pump-1')).status?.containers?.map(({state}) => state) ?? [];
	assert.ok(!states.includes('Trial'), 'nothing was written for it');
});

withFixture('why: the next report is named, and since when it is late', async fixture => {
	const device = fixture.device('pump-1');
	await fixture.run(3_000);
	await fixture.apply(sign());
	await fixture.run(200_000);
	const onTime = await why(fixture, 'pump-1');
	const nowMs = fixture.scheduler.clock.now();
	assert.equal(onTime.ready, true);
	const [lastMs, nextMs] = [Date.parse(onTime.inputs.lastReportTime ?? ''), Date.parse(onTime.inputs.nextReportTime ?? '')];
	assert.ok(nowMs - lastMs <= 60_000 && nextMs > nowMs, 'not what status was written with');
	assert.equal(onTime.inputs.live?.lateSinceTime, undefined);
	device.silence();
	await fixture.run(nextMs - nowMs + 40_000);
	const late = await why(fixture, 'pump-1');
	assert.equal(Date.parse(late.inputs.live?.lateSinceTime ?? ''), Date.parse(late.inputs.nextReportTime ?? '') + 30_000);
});

withFixture('why: a container that is not meant for the device is refused by name', async fixture => {
	fixture.device('pump-1');
	await fixture.run(3_000);
	await fixture.apply(sign());
	await fixture.run(20_000);
	const {handle} = fixture.controller;
	assert.deepEqual(await askJson(handle, '/v1/why/pump-9'), [404, {error: 'there is no device pump-9'}]);
	const [status, value] = await askJson(handle, `/v1/why/pump-1?container=${namespace}/vibration`);
	assert.deepEqual([status, (value as Explanation).containers.map(({reason}) => reason)], [200, ['Ready']]);
	assert.deepEqual(await askJson(handle, '/v1/why/pump-1?container=plant-a/none'), [
		404, {error: 'container plant-a/none is not meant for device pump-1, there are plant-a/vibration'},
	]);
});

withFixture('asking changes nothing: no write, no message', async fixture => {
	fixture.device('pump-1');
	await fixture.run(3_000);
	await fixture.apply(sign());
	await fixture.run(120_000);
	fixture.writes.length = 0;
	fixture.broker.published.length = 0;
	for (const target of ['/v1/why/pump-1', '/v1/logs', '/metrics', '/healthz', '/readyz']) {
		const response = await ask(fixture.controller.handle, target);
		assert.equal(response.status, 200, target);
		await textOf(response);
	}
	await fixture.run(600_000);
	assert.deepEqual([fixture.writes, fixture.broker.published], [[], []]);
});

withFixture('only GET, and only what exists', async fixture => {
	const {handle} = fixture.controller;
	const refused = await ask(handle, '/v1/logs', {method: 'DELETE'});
	assert.deepEqual([refused.status, refused.headers['allow']], [405, 'GET']);
	for (const path of ['/', '/v1/why/', '/v1/why/a/b', '/v1', '/metrics/']) {
		assert.deepEqual(await askJson(handle, path), [404, {error: `${path} does not exist`}]);
	}
	assert.deepEqual(await askJson(handle, '/v1/why/%zz'), [404, {error: 'there is no device %zz'}]);
});

withFixture('ready: the caches are read and the broker is connected', async fixture => {
	const {handle} = fixture.controller;
	const ready = async (): Promise<readonly [number, unknown]> => {
		const response = await ask(handle, '/readyz');
		return [response.status, response.body];
	};
	assert.deepEqual(await ready(), [200, 'ok\n']);
	fixture.link.lose();
	assert.deepEqual(await ready(), [503, 'the broker is not connected\n']);
	fixture.link.resume(true);
	assert.deepEqual(await ready(), [200, 'ok\n']);
	assert.equal((await ask(handle, '/healthz')).status, 200);
});

test('before the API was read nothing is known, and after the end neither', async () => {
	const fixture = new Fixture();
	const {handle} = fixture.controller;
	const unread = [503, {error: 'the controller has not read the API yet'}];
	assert.deepEqual(await askJson(handle, '/v1/why/pump-1'), unread);
	assert.deepEqual(await askJson(handle, '/v1/logs'), unread);
	assert.equal((await ask(handle, '/readyz')).status, 503);
	assert.equal((await ask(handle, '/healthz')).status, 200);
	await fixture.start();
	assert.equal((await ask(handle, '/readyz')).status, 200);
	await fixture.stop();
	assert.deepEqual(await askJson(handle, '/v1/logs'), [503, {error: 'the controller stops'}]);
});

test('a controller that does not lead names the one that does', async () => {
	const fixture = new Fixture({election: {identity: 'first'}});
	await fixture.start();
	await fixture.run(1_000);
	assert.equal((await ask(fixture.controller.handle, '/readyz')).status, 200);
	const second = fixture.addController({election: {identity: 'second'}});
	const starting = second.start();
	await fixture.run(5_000);
	await starting;
	const refused = [503, {error: 'this controller does not lead, first does'}];
	assert.deepEqual(await askJson(second.handle, '/v1/why/pump-1'), refused);
	assert.deepEqual(await askJson(second.handle, '/v1/logs'), refused);
	assert.equal((await ask(second.handle, '/readyz')).status, 503);
	assert.match(await textOf(await ask(second.handle, '/metrics')), /^femto_controller_leader 0$/m);
	const stopping = second.stop();
	await fixture.run(100);
	await stopping;
	await fixture.stop();
});
