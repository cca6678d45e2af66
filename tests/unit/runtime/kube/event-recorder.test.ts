import assert from 'node:assert/strict';
import {test} from 'node:test';
import {silentLog} from '../../../../runtime/log.ts';
import {EventRecorder, type CoreEvent} from '../../../../runtime/kube/event-recorder.ts';
import type {KubeObject} from '../../../../runtime/kube/types.ts';
import {Scheduler} from '../../../../simulator/scheduler.ts';
import {FakeKubeApi, refusal} from '../../../support/fake_kube_api.ts';

const pump = (name: string, uid = `uid-${name}`): KubeObject => ({
	apiVersion: 'example.org/v1', kind: 'Pump', metadata: {name, namespace: 'plant', uid, resourceVersion: '7'},
});

function setUp() {
	const scheduler = new Scheduler({seed: 1, nextMacrotask: setImmediate});
	const api = new FakeKubeApi();
	const recorder = new EventRecorder({
		api, component: 'femto-test', clock: scheduler.clock, random: scheduler.random('events'), log: silentLog,
	});
	const pass = async (withinMs: number): Promise<void> => {
		await scheduler.run({withinMs});
	};
	const written = (): CoreEvent[] => api.listAll<CoreEvent>('events');
	return {api, recorder, pass, written};
}

test('record() writes an Event of the object, as kubectl describe looks for it', async () => {
	const {recorder, pass, written} = setUp();
	recorder.record(pump('a'), 'Warning', 'Stuck', 'the valve is closed');
	await pass(0);
	const [event = assert.fail('no event')] = written();
	const {metadata, ...rest} = event;
	assert.match(metadata.name, /^a\.[0-9a-f]{16}$/);
	assert.equal(metadata.namespace, 'plant');
	assert.deepEqual(rest, {
		apiVersion: 'v1',
		kind: 'Event',
		involvedObject: {apiVersion: 'example.org/v1', kind: 'Pump', namespace: 'plant', name: 'a', uid: 'uid-a', resourceVersion: '7'},
		type: 'Warning',
		reason: 'Stuck',
		message: 'the valve is closed',
		source: {component: 'femto-test'},
		reportingComponent: 'femto-test',
		reportingInstance: '',
		firstTimestamp: '2026-01-01T00:00:00Z',
		lastTimestamp: '2026-01-01T00:00:00Z',
		count: 1,
	});
});

test('An event of an object without namespace goes to the namespace default', async () => {
	const {recorder, pass, written} = setUp();
	recorder.record({apiVersion: 'example.org/v1', kind: 'Site', metadata: {name: 'north'}}, 'Normal', 'Seen', 'hello');
	await pass(0);
	assert.equal(written()[0]?.metadata.namespace, 'default');
	assert.equal(written()[0]?.involvedObject.namespace, undefined);
});

test('The same event within 10 min of the last is counted in one object; later it is a new one', async () => {
	const {recorder, pass, written} = setUp();
	for (let count = 0; count < 3; count++) {
		recorder.record(pump('a'), 'Warning', 'Stuck', 'closed');
		await pass(599_999);
	}
	assert.deepEqual(written().map(({count, lastTimestamp}) => [count, lastTimestamp]), [[3, '2026-01-01T00:19:59Z']]);
	await pass(1);
	recorder.record(pump('a'), 'Warning', 'Stuck', 'closed');
	await pass(0);
	assert.deepEqual(written().map(({count}) => count), [3, 1]);
});

test('Another object, uid, type, reason or message is another event', async () => {
	const {recorder, pass, written} = setUp();
	recorder.record(pump('a'), 'Warning', 'Stuck', 'closed');
	recorder.record(pump('b'), 'Warning', 'Stuck', 'closed');
	recorder.record(pump('a', 'other'), 'Warning', 'Stuck', 'closed');
	recorder.record(pump('a'), 'Normal', 'Stuck', 'closed');
	recorder.record(pump('a'), 'Warning', 'Slow', 'closed');
	recorder.record(pump('a'), 'Warning', 'Stuck', 'half closed');
	await pass(0);
	assert.deepEqual(written().map(({count}) => count), [1, 1, 1, 1, 1, 1]);
});

test('Repetitions that wait for the same write cost one write', async () => {
	const {api, recorder, pass, written} = setUp();
	for (let count = 0; count < 100; count++) {
		recorder.record(pump('a'), 'Warning', 'Stuck', 'closed');
	}
	await pass(0);
	assert.equal(api.calls.length, 1);
	assert.equal(written()[0]?.count, 100);
});

test('An object has 25 writes, then one per 5 min; other objects are not concerned', async () => {
	const {api, recorder, pass} = setUp();
	for (let count = 0; count < 40; count++) {
		recorder.record(pump('a'), 'Normal', 'Step', `step ${count}`);
	}
	recorder.record(pump('b'), 'Normal', 'Step', 'step');
	await pass(0);
	assert.equal(api.calls.length, 26);
	assert.equal(recorder.stats.filtered, 15);
	await pass(299_999);
	recorder.record(pump('a'), 'Normal', 'Step', 'too early');
	await pass(1);
	recorder.record(pump('a'), 'Normal', 'Step', 'in time');
	recorder.record(pump('a'), 'Normal', 'Step', 'too many');
	await pass(0);
	assert.equal(api.calls.length, 27);
});

test('What does not fit into the queue of 1000 is dropped', async () => {
	const {recorder, pass, written} = setUp();
	for (let count = 0; count < 1200; count++) {
		recorder.record(pump(`p${count}`), 'Normal', 'Seen', 'hello');
	}
	assert.equal(recorder.stats.dropped, 200);
	await pass(0);
	assert.equal(written().length, 1000);
});

test('A failed write is tried 12 times about 10 s apart, then dropped, and the next event goes on', async () => {
	const {api, recorder, pass, written} = setUp();
	api.failNext('create', ...Array.from({length: 12}, () => refusal(500, 'InternalError')));
	recorder.record(pump('a'), 'Normal', 'Seen', 'hello');
	recorder.record(pump('b'), 'Normal', 'Seen', 'hello');
	await pass(54_000);
	assert.ok(api.calls.length < 12);
	await pass(11 * 15_000);
	assert.deepEqual(written().map(({involvedObject}) => involvedObject.name), ['b']);
	assert.deepEqual(recorder.stats, {sent: 1, filtered: 0, dropped: 1});
});

test('A refusal for good is not tried again', async () => {
	const {api, recorder, pass} = setUp();
	api.failNext('create', refusal(403, 'Forbidden'));
	recorder.record(pump('a'), 'Normal', 'Seen', 'hello');
	await pass(60_000);
	assert.equal(api.calls.length, 1);
	assert.equal(recorder.stats.dropped, 1);
});

test('An event that the API has forgotten is made again with its count', async () => {
	const {api, recorder, pass, written} = setUp();
	recorder.record(pump('a'), 'Normal', 'Seen', 'hello');
	await pass(0);
	api.remove('events', `plant/${written()[0]?.metadata.name}`);
	recorder.record(pump('a'), 'Normal', 'Seen', 'hello');
	await pass(0);
	assert.deepEqual(written().map(({count}) => count), [2]);
});

test('An event that was written although the API said otherwise is not written twice', async () => {
	const {api, recorder, pass, written} = setUp();
	const create = api.create.bind(api);
	let isFirst = true;
	api.create = async (ref, object) => {
		const created = await create(ref, object);
		if (isFirst) {
			isFirst = false;
			throw new Error('connection reset');
		}
		return created;
	};
	recorder.record(pump('a'), 'Normal', 'Seen', 'hello');
	await pass(20_000);
	recorder.record(pump('a'), 'Normal', 'Seen', 'hello');
	await pass(0);
	assert.deepEqual(written().map(({count}) => count), [2]);
	assert.equal(recorder.stats.sent, 2);
});

test('The same run gives the same names', async () => {
	const names = async (): Promise<string[]> => {
		const {recorder, pass, written} = setUp();
		recorder.record(pump('a'), 'Normal', 'Seen', 'hello');
		await pass(1000);
		recorder.record(pump('a'), 'Normal', 'Seen', 'again');
		await pass(0);
		return written().map(({metadata}) => metadata.name);
	};
	const first = await names();
	assert.equal(new Set(first).size, 2);
	assert.deepEqual(await names(), first);
});

test('A long name and a long message are cut to what the API takes', async () => {
	const {recorder, pass, written} = setUp();
	recorder.record(pump('a'.repeat(253)), 'Normal', 'Seen', 'm'.repeat(5000));
	await pass(0);
	assert.equal(written()[0]?.metadata.name.length, 253);
	assert.equal(written()[0]?.message.length, 1024);
});

test('stop() gives what waits one more try and drops what is recorded later', async () => {
	const {api, recorder, pass, written} = setUp();
	api.failNext('create', refusal(500, 'InternalError'));
	recorder.record(pump('a'), 'Normal', 'Seen', 'hello');
	recorder.record(pump('b'), 'Normal', 'Seen', 'hello');
	await pass(0);
	assert.equal(written().length, 0);
	await recorder.stop();
	assert.equal(written().length, 2);
	recorder.record(pump('c'), 'Normal', 'Seen', 'hello');
	await pass(60_000);
	assert.equal(written().length, 2);
});

test('stop() does not wait longer than 5 s for an API that hangs', async () => {
	const {api, recorder, pass} = setUp();
	api.failNext('create', 'hang');
	recorder.record(pump('a'), 'Normal', 'Seen', 'hello');
	await pass(0);
	const stopping = recorder.stop();
	await pass(5_000);
	await stopping;
	assert.equal(recorder.stats.sent, 0);
});
