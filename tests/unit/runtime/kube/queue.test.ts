import assert from 'node:assert/strict';
import {test} from 'node:test';
import {WorkQueue} from '../../../../runtime/kube/queue.ts';
import {RateLimiter} from '../../../../runtime/kube/rate-limiter.ts';
import {Scheduler} from '../../../../simulator/scheduler.ts';

function setUp() {
	const scheduler = new Scheduler({seed: 1, nextMacrotask: setImmediate});
	const queue = new WorkQueue(scheduler.clock);
	/** Takes until the queue is empty, and owes each a done(). */
	const takeAll = async (): Promise<(string | undefined)[]> => {
		const keys: (string | undefined)[] = [];
		while (queue.stats.depth > 0) {
			keys.push(await queue.get());
		}
		return keys;
	};
	const pass = async (withinMs: number): Promise<void> => {
		await scheduler.run({withinMs});
	};
	return {queue, takeAll, pass};
}

test('A key added many times is handed out once, in the order of the first add', async () => {
	const {queue, takeAll} = setUp();
	for (const key of ['b', 'a', 'b', 'c', 'a']) {
		queue.add(key);
	}
	assert.equal(queue.stats.depth, 3);
	assert.deepEqual(await takeAll(), ['b', 'a', 'c']);
	assert.deepEqual(queue.stats, {depth: 0, delayed: 0, processing: 3, retries: 0});
});

test('A key added while it is processed comes back after done(), once', async () => {
	const {queue, takeAll} = setUp();
	queue.add('a');
	await takeAll();
	queue.add('a');
	queue.add('a', 'high');
	assert.equal(queue.stats.depth, 0);
	queue.done('a');
	queue.done('a');
	assert.deepEqual(await takeAll(), ['a']);
	queue.done('a');
	assert.deepEqual(queue.stats, {depth: 0, delayed: 0, processing: 0, retries: 0});
});

test('Keys of high priority are handed out first, and a key can be raised', async () => {
	const {queue, takeAll} = setUp();
	queue.add('a');
	queue.add('b');
	queue.add('c', 'high');
	queue.add('b', 'high');
	queue.add('c');
	assert.equal(queue.stats.depth, 3);
	assert.deepEqual(await takeAll(), ['c', 'b', 'a']);
});

test('A raised key that comes back as a normal one is handed out once', async () => {
	const {queue, takeAll} = setUp();
	queue.add('a');
	queue.add('b');
	queue.add('b', 'high');
	assert.equal(await queue.get(), 'b');
	queue.done('b');
	queue.add('b');
	const rest = await takeAll();
	assert.deepEqual(rest, ['a', 'b']);
	assert.equal(queue.stats.depth, 0);
});

test('get() waits for a key; waiting calls are served in order', async () => {
	const {queue} = setUp();
	const first = queue.get();
	const second = queue.get();
	queue.add('a');
	queue.add('b');
	assert.deepEqual(await Promise.all([first, second]), ['a', 'b']);
});

test('addAfter() adds at its time; of several delays the earliest counts', async () => {
	const {queue, takeAll, pass} = setUp();
	queue.addAfter('a', 100);
	queue.addAfter('a', 50);
	queue.addAfter('a', 80);
	await pass(49);
	assert.deepEqual(queue.stats, {depth: 0, delayed: 1, processing: 0, retries: 0});
	await pass(1);
	assert.deepEqual(await takeAll(), ['a']);
	queue.done('a');
	await pass(1000);
	assert.equal(queue.stats.depth, 0);
});

test('addRateLimited() waits 5 ms, doubling per failure, until the key is forgotten', async () => {
	const {queue, takeAll, pass} = setUp();
	for (const waitMs of [5, 10, 20, 40]) {
		queue.addRateLimited('a');
		await pass(waitMs - 1);
		assert.equal(queue.stats.depth, 0, `before ${waitMs} ms`);
		await pass(1);
		assert.deepEqual(await takeAll(), ['a']);
		queue.done('a');
	}
	assert.equal(queue.failuresOf('a'), 4);
	queue.forget('a');
	queue.addRateLimited('a');
	await pass(5);
	assert.equal(queue.stats.depth, 1);
	assert.equal(queue.stats.retries, 5);
});

test('RateLimiter stops at 1000 s', () => {
	const limiter = new RateLimiter();
	const waits = Array.from({length: 2000}, () => limiter.next('a'));
	assert.deepEqual(waits.slice(16, 19), [327_680, 655_360, 1_000_000]);
	assert.equal(waits.at(-1), 1_000_000);
});

test('shutDown() with drain hands out what waits, forgets delays, and resolves when all is done', async () => {
	const {queue, pass} = setUp();
	queue.add('a');
	queue.add('b');
	assert.equal(await queue.get(), 'a');
	queue.add('a');
	queue.addAfter('c', 10);
	let drained = false;
	const draining = queue.shutDown({drain: true}).then(() => {
		drained = true;
	});
	queue.add('d');
	assert.equal(await queue.get(), 'b');
	queue.done('b');
	await pass(20);
	assert.equal(drained, false);
	const last = queue.get();
	queue.done('a');
	assert.equal(await last, 'a');
	queue.done('a');
	await draining;
	assert.equal(await queue.get(), undefined);
});

test('shutDown() without drain drops what waits and still waits for what is processed', async () => {
	const {queue, pass} = setUp();
	queue.add('a');
	queue.add('b');
	await queue.get();
	queue.add('a');
	const waiting = queue.get();
	await waiting;
	const idle = queue.get();
	let drained = false;
	const draining = queue.shutDown({drain: false}).then(() => {
		drained = true;
	});
	assert.equal(await idle, undefined);
	queue.done('a');
	await pass(0);
	assert.equal(drained, false);
	queue.done('b');
	await draining;
	assert.deepEqual(queue.stats, {depth: 0, delayed: 0, processing: 0, retries: 0});
});

test('Random use never hands one key to two workers and loses no key', async () => {
	const {queue} = setUp();
	const random = new Scheduler({seed: 7, nextMacrotask: setImmediate}).random('use');
	const held = new Set<string>();
	const owed = new Set<string>();
	for (let step = 0; step < 5000; step++) {
		const key = `k${random.uint32() % 20}`;
		const choice = random.uint32() % 3;
		if (choice === 0) {
			queue.add(key, random.uint32() % 4 === 0 ? 'high' : 'normal');
			owed.add(key);
		} else if (choice === 1 && queue.stats.depth > 0) {
			const taken = (await queue.get()) ?? assert.fail('empty');
			assert.ok(!held.has(taken) && owed.has(taken));
			held.add(taken);
			owed.delete(taken);
		} else if (choice === 2 && held.delete(key)) {
			queue.done(key);
		}
		assert.equal(queue.stats.depth, [...owed].filter((other) => !held.has(other)).length);
		assert.equal(queue.stats.processing, held.size);
	}
});
