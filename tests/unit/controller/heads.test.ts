import assert from 'node:assert/strict';
import test from 'node:test';
import {HeadPublisher} from '../../../controller/heads.ts';
import {silentLog} from '../../../runtime/log.ts';
import {Scheduler} from '../../../simulator/scheduler.ts';
import {MemoryBroker} from '../../integration/controller/memory-link.ts';

/** `echoes`: whether the publisher is told what the broker has. */
function setUp({echoes = true}: {readonly echoes?: boolean} = {}) {
	const scheduler = new Scheduler({seed: 1, nextMacrotask: setImmediate});
	const broker = new MemoryBroker(scheduler.clock);
	const link = broker.link();
	const heads = new HeadPublisher(link, scheduler.clock, silentLog, () => undefined, (_, [generation]) => generation);
	let subscribed: Promise<void> | undefined;
	link.start({
		onConnect: sessionPresent => {
			heads.connected(sessionPresent);
			subscribed ??= link.subscribe(['f/+/d'], 1);
		},
		onDisconnect: () => heads.disconnected(),
		onMessage: ({topic, payload}) => (echoes ? heads.seen(topic.split('/')[1] ?? '', payload) : undefined),
	});
	const run = (ms: number) => scheduler.run({withinMs: ms});
	const foreign = (bytes: Uint8Array) => broker.publish('f/a/d', bytes, {qos: 1, retain: true});
	return {broker, link, heads, run, foreign};
}

const one = Uint8Array.of(1);
const two = Uint8Array.of(2);
const three = Uint8Array.of(3);

test('HeadPublisher publishes a head once, and its own echo changes nothing', async () => {
	const {broker, heads, run} = setUp();
	await run(100);
	heads.set('a', one, 1);
	heads.set('a', Uint8Array.of(1), 1);
	await run(60_000);
	assert.deepEqual(broker.published.map(({payload}) => [...payload]), [[1]]);
	assert.ok(heads.isPublished('a', 1));
	assert.equal(heads.isPublished('a', 2), false);
});

test('HeadPublisher does not take the echo of the head before for a difference', async () => {
	const {broker, heads, run} = setUp();
	await run(100);
	heads.set('a', one, 1);
	await run(6);
	heads.set('a', two, 1);
	await run(60_000);
	assert.equal(broker.published.length, 2);
	assert.deepEqual(broker.retained.get('f/a/d'), two);
});

test('HeadPublisher waits for as long as it takes when only the echoes of its earlier heads have come', async () => {
	const {broker, heads, run} = setUp({echoes: false});
	await run(100);
	for (const [index, head] of [one, two, three].entries()) {
		heads.set('a', head, index + 1);
		await run(50);
	}
	for (const head of [one, two]) {
		await run(3_000);
		heads.seen('a', head);
	}
	await run(10_000);
	assert.equal(broker.published.length, 3);
});

test('HeadPublisher corrects an earlier head of its own that comes back after the echo of the wanted one', async () => {
	const {broker, heads, run, foreign} = setUp();
	await run(100);
	heads.set('a', one, 1);
	heads.set('a', two, 2);
	await run(1_000);
	foreign(one);
	await run(5_000);
	assert.deepEqual(broker.retained.get('f/a/d'), two);
	assert.equal(broker.published.length, 3);
});

test('HeadPublisher expects no echoes of a broker that lost the session', async () => {
	const {broker, link, heads, run} = setUp({echoes: false});
	await run(100);
	heads.set('a', one, 1);
	heads.set('a', two, 2);
	await run(1_000);
	link.lose();
	link.resume(false);
	await run(1_000);
	heads.seen('a', one);
	await run(5_000);
	assert.equal(broker.published.length, 4);
});

test('HeadPublisher waits for the echo of the wanted head, which may follow its acknowledgement', async () => {
	const {broker, heads, run} = setUp();
	await run(100);
	heads.set('a', two, 2);
	await run(1_000);
	heads.seen('a', one);
	await run(500);
	heads.seen('a', two);
	await run(5_000);
	assert.equal(broker.published.length, 1);
});

test('HeadPublisher corrects a head that something else wrote', async () => {
	const {broker, heads, run, foreign} = setUp();
	await run(100);
	heads.set('a', one, 1);
	await run(1_000);
	foreign(two);
	await run(5_000);
	assert.deepEqual(broker.retained.get('f/a/d'), one);
	assert.equal(broker.published.length, 2);
});

test('HeadPublisher corrects at most once a second', async () => {
	const {broker, heads, run, foreign} = setUp();
	await run(100);
	heads.set('a', one, 1);
	for (let count = 0; count < 50; count++) {
		await run(100);
		foreign(two);
	}
	assert.ok(broker.published.length <= 6, `${broker.published.length} publications`);
});

test('HeadPublisher publishes when the link comes up, and all again when the broker lost the session', async () => {
	const {broker, link, heads, run} = setUp();
	heads.set('a', one, 1);
	heads.set('b', two, 1);
	await run(1_000);
	assert.equal(broker.published.length, 2);
	link.lose();
	broker.retained.clear();
	link.resume(false);
	await run(1_000);
	assert.equal(broker.published.length, 4);
	assert.equal(broker.retained.size, 2);
});

test('HeadPublisher publishes nothing again when the broker kept the session', async () => {
	const {broker, link, heads, run} = setUp();
	heads.set('a', one, 1);
	await run(1_000);
	link.lose();
	heads.set('a', two, 1);
	link.resume(true);
	await run(2_000);
	assert.deepEqual(broker.published.map(({payload}) => [...payload]), [[1], [2]]);
});

test('HeadPublisher leaves alone what a controller before it has published', async () => {
	const {broker, heads, run} = setUp();
	broker.retained.set('f/a/d', one);
	heads.set('a', one, 1);
	heads.set('b', two, 1);
	await run(5);
	await run(2_000);
	assert.deepEqual(broker.published.map(({topic}) => topic).filter(topic => topic === 'f/b/d'), ['f/b/d']);
	assert.ok(heads.isPublished('a', 1));
});

test('HeadPublisher paces a republication at 200 a second', async () => {
	const {broker, heads, run} = setUp();
	for (let index = 0; index < 400; index++) {
		heads.set(`device-${index}`, one, 1);
	}
	await run(1_000);
	assert.ok(broker.published.length <= 205, `${broker.published.length} in the first second`);
	await run(2_000);
	assert.equal(broker.published.length, 400);
});

test('HeadPublisher calls back when the broker has acknowledged', async () => {
	const {heads, run} = setUp();
	const acknowledged: string[] = [];
	heads.set('a', one, 1);
	heads.onPublished('a', () => acknowledged.push('a'));
	await run(5);
	assert.deepEqual(acknowledged, []);
	await run(1_000);
	assert.deepEqual(acknowledged, ['a']);
});

test('HeadPublisher clears the topic of a device that is no more', async () => {
	const {broker, heads, run} = setUp();
	heads.set('a', one, 1);
	await run(1_000);
	heads.clear('a');
	await run(1_000);
	assert.equal(broker.retained.size, 0);
	assert.equal(heads.has('a'), false);
});

test('HeadPublisher knows the head of an earlier controller where it wants none, until the broker has lost it', async () => {
	const {broker, link, heads, run, foreign} = setUp();
	foreign(two);
	const shown: string[] = [];
	heads.onPublished('a', () => shown.push('a'));
	await run(100);
	assert.deepEqual([2, 3].map(generation => heads.isPublished('a', generation)), [true, false]);
	assert.deepEqual(shown, ['a']);
	link.lose();
	broker.retained.clear();
	link.resume(false);
	await run(100);
	assert.equal(heads.isPublished('a', 2), false);
	foreign(two);
	await run(100);
	heads.set('a', three, 3);
	assert.equal(heads.isPublished('a', 2), false);
	await run(100);
	assert.ok(heads.isPublished('a', 3));
});
