import assert from 'node:assert/strict';
import {test} from 'node:test';
import {silentLog} from '../../../../runtime/log.ts';
import {WorkQueue} from '../../../../runtime/kube/queue.ts';
import {
	after, done, ReconcileLoop, stalled, waiting, type ReconcileContext, type ReconcileLoopOptions, type ReconcileResult,
} from '../../../../runtime/kube/reconcile-loop.ts';
import {sleep} from '../../../../runtime/clock.ts';
import {Scheduler} from '../../../../simulator/scheduler.ts';
import {refusal} from '../../../support/fake_kube_api.ts';

type Reconcile = (key: string, context: ReconcileContext, scheduler: Scheduler) => Promise<ReconcileResult>;

function setUp(reconcile: Reconcile, options: Partial<ReconcileLoopOptions> = {}) {
	const scheduler = new Scheduler({seed: 1, nextMacrotask: setImmediate});
	const queue = new WorkQueue(scheduler.clock);
	const started: string[] = [];
	const loop = new ReconcileLoop({
		queue, clock: scheduler.clock, log: silentLog, ...options,
		reconcile: (key, context) => {
			started.push(`${scheduler.elapsedMs} ${key}`);
			return reconcile(key, context, scheduler);
		},
	});
	const controller = new AbortController();
	const running = loop.run(controller.signal);
	const pass = async (withinMs: number): Promise<void> => {
		await scheduler.run({withinMs});
	};
	return {scheduler, queue, loop, started, pass, running, stop: (): void => controller.abort()};
}

const outcomes: Readonly<Record<string, readonly [result: ReconcileResult, starts: readonly string[]]>> = {
	'done is not tried again': [done, ['0 a']],
	'after comes back after its delay': [after(400), ['0 a', '400 a', '800 a']],
	'waiting comes back after its delay': [waiting('NoTenant', 400), ['0 a', '400 a', '800 a']],
	'stalled is not tried again': [stalled('DigestMismatch'), ['0 a']],
};
for (const [name, [result, starts]] of Object.entries(outcomes)) {
	test(`A result ${name}`, async () => {
		const {queue, loop, started, pass, stop} = setUp(async () => result);
		queue.add('a');
		await pass(1000);
		assert.deepEqual(started, starts);
		assert.equal(loop.stats[result.kind], starts.length);
		stop();
	});
}

test('A result of after(0) lets time pass', async () => {
	const {queue, started, pass, stop} = setUp(async () => after(0));
	queue.add('a');
	await pass(3);
	assert.deepEqual(started, ['0 a', '1 a', '2 a', '3 a']);
	stop();
});

test('Whatever is thrown is tried again with doubling waits, and a success forgets the failures', async () => {
	let calls = 0;
	const throwing: Reconcile = () => {
		calls++;
		if (calls === 1) {
			throw new Error('before the first await');
		}
		return calls < 4 ? Promise.reject('a string') : Promise.resolve(done);
	};
	const {queue, loop, started, pass, stop} = setUp(throwing);
	queue.add('a');
	await pass(1000);
	assert.deepEqual(started, ['0 a', '5 a', '15 a', '35 a']);
	assert.equal(loop.stats.errors, 3);
	assert.equal(queue.failuresOf('a'), 0);
	stop();
});

test('A refusal with Retry-After is honoured', async () => {
	const {queue, started, pass, stop} = setUp(async () => {
		throw refusal(429, 'TooManyRequests', 3);
	});
	queue.add('a');
	await pass(3000);
	assert.deepEqual(started, ['0 a', '3000 a']);
	stop();
});

test('N workers work side by side, and never two on one key', async () => {
	const active = new Set<string>();
	let most = 0;
	const {queue, started, pass, stop} = setUp(async (key, _context, {clock}) => {
		assert.ok(!active.has(key));
		active.add(key);
		most = Math.max(most, active.size);
		await sleep(clock, 100);
		active.delete(key);
		return done;
	}, {workers: 2});
	for (const key of ['a', 'b', 'c']) {
		queue.add(key);
	}
	await pass(50);
	queue.add('a');
	queue.add('a');
	await pass(1000);
	assert.equal(most, 2);
	assert.deepEqual(started, ['0 a', '0 b', '100 c', '100 a']);
	stop();
});

test('At its deadline a reconcile is aborted; if it goes on, others go on too but its key stays taken', async () => {
	let aborted = false;
	const {queue, loop, started, pass, stop} = setUp(async (key, {signal}, {clock}) => {
		signal.addEventListener('abort', () => {
			aborted = true;
		});
		await sleep(clock, key === 'slow' ? 5000 : 0);
		return done;
	}, {deadlineMs: 1000});
	queue.add('slow');
	queue.add('b');
	await pass(2000);
	assert.equal(aborted, true);
	queue.add('slow');
	await pass(2000);
	assert.deepEqual(started, ['0 slow', '1000 b']);
	assert.equal(loop.stats.overdue, 1);
	await pass(1005);
	assert.deepEqual(started.slice(2), ['5000 slow']);
	assert.equal(loop.stats.errors, 1);
	stop();
});

test('A stop aborts what is under way, waits for it, and starts nothing more', async () => {
	const {queue, loop, started, pass, running, stop} = setUp(async (_key, {signal}, {clock}) => {
		await sleep(clock, 60_000, signal).catch(() => {});
		await sleep(clock, 10);
		return after(1);
	});
	queue.add('a');
	queue.add('b');
	await pass(100);
	stop();
	let ended = false;
	const end = running.then(() => {
		ended = true;
	});
	await pass(9);
	assert.equal(ended, false);
	await pass(1);
	await end;
	await pass(1000);
	assert.deepEqual(started, ['0 a']);
	assert.equal(loop.stats.active, 0);
});

test('A stop waits 30 s for a reconcile that hangs, not longer', async () => {
	const {queue, pass, running, stop} = setUp(() => new Promise(() => {}));
	queue.add('a');
	await pass(0);
	stop();
	let ended = false;
	const end = running.then(() => {
		ended = true;
	});
	await pass(29_999);
	assert.equal(ended, false);
	await pass(1);
	await end;
});

test('A stopped loop leaves no timer behind', async () => {
	const {scheduler, queue, pass, running, stop} = setUp(async () => after(1000));
	queue.add('a');
	await pass(0);
	stop();
	await running;
	const {eventCount} = scheduler;
	await pass(1_000_000);
	assert.equal(scheduler.eventCount, eventCount);
});

test('A loop without workers is refused', () => {
	assert.throws(() => setUp(async () => done, {workers: 0}), RangeError);
});
