import assert from 'node:assert/strict';
import {createHash, randomBytes} from 'node:crypto';
import {DatabaseSync} from 'node:sqlite';
import {test} from 'node:test';
import {setTimeout as promisedTimeout} from 'node:timers/promises';
import {sleep} from '../../../runtime/clock.ts';
import {systemRandom} from '../../../runtime/system.ts';
import {GuardError} from '../../../simulator/guard.ts';
import {Scheduler, simulationEpochMs} from '../../../simulator/scheduler.ts';

const create = (seed = 1): Scheduler => new Scheduler({seed, nextMacrotask: setImmediate});

test('run() runs events in the order of their time, and simultaneous ones in the order they were scheduled', async () => {
	const scheduler = create();
	const seen: string[] = [];
	for (const [delayMs, name] of [[20, 'd'], [10, 'a'], [10, 'b'], [15, 'c'], [-5, 'first']] as const) {
		scheduler.clock.setTimer(delayMs, () => seen.push(`${name}@${scheduler.clock.now() - simulationEpochMs}`));
	}
	assert.equal(await scheduler.run({withinMs: 100}), 'deadline');
	assert.deepEqual(seen, ['first@0', 'a@10', 'b@10', 'c@15', 'd@20']);
	assert.equal(scheduler.elapsedMs, 100);
});

test('run() lets every promise of an event settle, store calls included, before the next event', async () => {
	const scheduler = create();
	const database = new DatabaseSync(':memory:');
	database.exec('CREATE TABLE t (value INTEGER)');
	const seen: string[] = [];
	const chain = async (): Promise<void> => {
		for (let index = 0; index < 50; index++) {
			await Promise.resolve();
			database.prepare('INSERT INTO t VALUES (?)').run(index);
		}
		seen.push(`chain ${database.prepare('SELECT count(*) AS n FROM t').get()?.['n'] as number}`);
	};
	const owned: Promise<void>[] = [];
	scheduler.clock.setTimer(1, () => owned.push(chain()));
	scheduler.clock.setTimer(1, () => seen.push('next'));
	await scheduler.run({withinMs: 2});
	await Promise.all(owned);
	assert.deepEqual(seen, ['chain 50', 'next']);
});

test('run() ends at the event that makes the predicate true', async () => {
	const scheduler = create();
	let count = 0;
	const tick = (): void => {
		count++;
		scheduler.clock.setTimer(10, tick);
	};
	tick();
	assert.equal(await scheduler.run({until: () => count === 4, withinMs: 1000}), 'reached');
	assert.equal(scheduler.elapsedMs, 30);
	assert.equal(await scheduler.run({withinMs: 25}), 'deadline');
	assert.equal(count, 6);
});

test('setTimer() never calls a cancelled callback', async () => {
	const scheduler = create();
	let called = false;
	scheduler.clock.setTimer(1, () => (called = true)).cancel();
	await scheduler.run({withinMs: 10});
	assert.equal(called, false);
});

test('sleep() works on virtual time', async () => {
	const scheduler = create();
	let wokenMs = -1;
	const sleeper = sleep(scheduler.clock, 5000).then(() => (wokenMs = scheduler.elapsedMs));
	await scheduler.run({withinMs: 10_000});
	await sleeper;
	assert.equal(wokenMs, 5000);
});

test('random() gives each name its own stream that depends on seed and name only', () => {
	const draw = (seed: number, name: string): readonly number[] => {
		const random = create(seed).random(name);
		return [random.uint32(), random.uint32(), random.uint32()];
	};
	const scheduler = create(7);
	scheduler.random('other').uint32();
	const random = scheduler.random('device/1');
	assert.deepEqual([random.uint32(), random.uint32(), random.uint32()], draw(7, 'device/1'));
	assert.notDeepEqual(draw(7, 'device/1'), draw(7, 'device/2'));
	assert.notDeepEqual(draw(7, 'device/1'), draw(8, 'device/1'));
});

test('run() rejects with the exception of an event', async () => {
	const scheduler = create();
	scheduler.clock.setTimer(1, () => {
		throw new Error('trap in device 3');
	});
	await assert.rejects(scheduler.run({withinMs: 10}), /trap in device 3/);
});

const uses: Readonly<Record<string, () => unknown>> = {
	'Date.now': () => Date.now(),
	'new Date()': () => new Date(),
	'Date()': () => Date(),
	'Math.random': () => Math.random(),
	'performance.now': () => performance.now(),
	setTimeout: () => setTimeout(() => {}, 1),
	setInterval: () => setInterval(() => {}, 1),
	setImmediate: () => setImmediate(() => {}),
	'timers/promises.setTimeout': () => promisedTimeout(1),
	'crypto.randomBytes': () => randomBytes(4),
	'crypto.getRandomValues': () => crypto.getRandomValues(new Uint8Array(4)),
	'process.hrtime': () => process.hrtime(),
	'AbortSignal.timeout': () => AbortSignal.timeout(5),
};

for (const [what, use] of Object.entries(uses)) {
	test(`run() fails and names the caller when an event uses ${what} and hides the exception`, async () => {
		const scheduler = create();
		scheduler.clock.setTimer(1, () => {
			try {
				use();
			} catch {
				// A program that swallows the refusal must not get away with it.
			}
		});
		await assert.rejects(scheduler.run({withinMs: 10}), (error: unknown) => {
			assert.ok(error instanceof GuardError);
			assert.match(error.message, new RegExp(`^Cannot use ${what.replace(/[()]/g, '\\$&')} in a simulation`));
			assert.match(error.message, /scheduler\.test\.ts:\d+/);
			return true;
		});
	});
}

test('run() also refuses the system source of chance, and gives everything back at its end', async () => {
	const scheduler = create();
	scheduler.clock.setTimer(1, () => void systemRandom.bytes(4));
	await assert.rejects(scheduler.run({withinMs: 10}), GuardError);
	assert.equal(randomBytes(4).length, 4);
	assert.ok(Date.now() > 0 && new Date().getTime() > 0 && Math.random() < 1);
	assert.equal(new Date(0).toISOString(), '1970-01-01T00:00:00.000Z');
});

test('run() leaves dates with a value and hashing alone', async () => {
	const scheduler = create();
	let text = '';
	scheduler.clock.setTimer(1, () => {
		text = new Date(scheduler.clock.now()).toISOString() + createHash('sha256').update('').digest('hex').slice(0, 4);
		assert.ok(new Date(5) instanceof Date);
	});
	await scheduler.run({withinMs: 10});
	assert.equal(text, '2026-01-01T00:00:00.001Ze3b0');
});

test('Scheduler() refuses a seed outside 32 bits', () => {
	for (const seed of [-1, 1.5, 2 ** 32, Number.NaN]) assert.throws(() => create(seed), RangeError);
});
