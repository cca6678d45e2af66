import assert from 'node:assert/strict';
import {test} from 'node:test';
import {silentLog} from '../../../../runtime/log.ts';
import {LeaderElection, type Leadership, type LeaderElectionOptions} from '../../../../runtime/kube/leader-election.ts';
import type {Lease, LeaseSpec} from '../../../../runtime/kube/lease.ts';
import {Scheduler} from '../../../../simulator/scheduler.ts';
import {FakeKubeApi, refusal} from '../../../support/fake_kube_api.ts';

function setUp() {
	const scheduler = new Scheduler({seed: 1, nextMacrotask: setImmediate});
	const api = new FakeKubeApi();
	const seen: string[] = [];
	const note = (line: string): void => {
		seen.push(`${scheduler.elapsedMs / 1000} ${line}`);
	};
	const stand = (identity: string, options: Partial<LeaderElectionOptions> = {}) => {
		const controller = new AbortController();
		const terms: Leadership[] = [];
		const election = new LeaderElection({
			api, namespace: 'fleet', name: 'controller', identity, clock: scheduler.clock,
			random: scheduler.random(identity), log: silentLog,
			onStartedLeading: async (leadership) => {
				terms.push(leadership);
				note(`${identity} leads ${leadership.fencing}`);
			},
			onStoppedLeading: () => note(`${identity} stops`),
			...options,
		});
		const running = election.run(controller.signal);
		return {election, terms, running, stop: (): void => controller.abort()};
	};
	const pass = async (withinMs: number): Promise<void> => {
		await scheduler.run({withinMs});
	};
	const spec = (): LeaseSpec => api.peek<Lease>('leases', 'fleet/controller')?.spec ?? assert.fail('no lease');
	const foreign = (renewTime: string, leaseTransitions = 4): void => {
		const holder = {holderIdentity: 'z', leaseDurationSeconds: 15, renewTime, leaseTransitions};
		const lease: Lease = {
			apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: {name: 'controller', namespace: 'fleet'}, spec: holder,
		};
		api.put('leases', lease);
	};
	return {scheduler, api, seen, stand, pass, spec, foreign};
}

test('The first candidate makes the lease, leads, and renews every 2 s', async () => {
	const {api, seen, stand, pass, spec} = setUp();
	const {election, stop} = stand('a');
	await pass(0);
	assert.deepEqual(seen, ['0 a leads 0']);
	const time = '2026-01-01T00:00:00.000000Z';
	const first = {holderIdentity: 'a', leaseDurationSeconds: 15, acquireTime: time, renewTime: time, leaseTransitions: 0};
	assert.deepEqual(spec(), first);
	await pass(20_000);
	assert.deepEqual(spec(), {...first, renewTime: '2026-01-01T00:00:20.000000Z'});
	assert.equal(api.countOf('replace'), 10);
	assert.equal(election.isLeader, true);
	stop();
});

test('A second candidate leads only after the first released, with the next fencing number', async () => {
	const {seen, stand, pass, spec} = setUp();
	const a = stand('a');
	await pass(0);
	const b = stand('b');
	await pass(60_000);
	assert.equal(b.election.holder, 'a');
	assert.deepEqual(seen, ['0 a leads 0']);
	a.stop();
	await a.running;
	assert.equal(a.terms[0]?.signal.aborted, true);
	assert.deepEqual([spec().holderIdentity, spec().leaseDurationSeconds], [undefined, 1]);
	await pass(4_400);
	assert.equal(seen[1], '60 a stops');
	assert.match(seen[2] ?? '', /^6[0-4].* b leads 1$/);
	b.stop();
});

for (const renewTime of ['2020-01-01T00:00:00.000000Z', '2040-01-01T00:00:00.000000Z']) {
	test(`A candidate waits a full lease of its own clock, whatever clock wrote ${renewTime.slice(0, 4)} into it`, async () => {
		const {seen, stand, pass, foreign} = setUp();
		foreign(renewTime);
		const {stop} = stand('a');
		await pass(14_999);
		assert.deepEqual(seen, []);
		await pass(1 + 4_400);
		assert.match(seen.join(), /^1[5-9].* a leads 5$/);
		stop();
	});
}

test('A candidate does not lead while another renews', async () => {
	const {seen, stand, pass, foreign} = setUp();
	foreign('2026-01-01T00:00:00.000000Z');
	const {stop} = stand('a');
	for (let second = 0; second < 100; second += 10) {
		foreign(`2026-01-01T00:01:${second}.000000Z`);
		await pass(10_000);
	}
	assert.deepEqual(seen, []);
	stop();
});

test('A leader that cannot renew stops after 10 s, 5 s before another may lead', async () => {
	const {api, seen, stand, pass} = setUp();
	const a = stand('a');
	await pass(4_000);
	api.failNext('get', ...Array.from({length: 4}, () => refusal(500, 'InternalError')));
	api.failNext('get', ...Array.from({length: 5}, () => new Error('connection refused')));
	await pass(9_999);
	assert.equal(a.election.isLeader, true);
	await pass(1);
	assert.deepEqual(seen, ['0 a leads 0', '14 a stops']);
	assert.equal(a.terms[0]?.signal.aborted, true);
	await pass(60_000);
	assert.match(seen[2] ?? '', /a leads 1$/);
	a.stop();
});

test('A leader whose renewals hang stops after 10 s', async () => {
	const {api, seen, stand, pass} = setUp();
	const {stop} = stand('a');
	await pass(3_000);
	api.failNext('replace', 'hang', 'hang');
	await pass(9_000);
	assert.deepEqual(seen.slice(0, 2), ['0 a leads 0', '12 a stops']);
	stop();
});

test('A leader goes on over failures shorter than its deadline', async () => {
	const {api, seen, stand, pass} = setUp();
	const {stop} = stand('a');
	await pass(1_000);
	api.failNext('replace', refusal(409, 'Conflict'), new Error('connection reset'));
	await pass(10_000);
	api.failNext('replace', 'lost');
	await pass(60_000);
	assert.deepEqual(seen, ['0 a leads 0']);
	stop();
});

test('A leader stops at once when another holds the lease, or its own identity in a later term', async () => {
	const {api, seen, stand, pass, spec, foreign} = setUp();
	const a = stand('a');
	await pass(1_000);
	foreign('2026-01-01T00:00:01.000000Z');
	await pass(1_000);
	assert.deepEqual(seen.slice(1), ['2 a stops']);
	a.stop();
	await a.running;
	assert.equal(spec().holderIdentity, 'z');

	const twin = setUp();
	const old = twin.stand('a');
	await twin.pass(1_000);
	const young = twin.stand('a');
	await twin.pass(2_000);
	assert.deepEqual(twin.seen, ['0 a leads 0', '1 a leads 1', '2 a stops']);
	old.stop();
	young.stop();
	assert.equal(api.openWatches, 0);
});

test('A lease that was deleted under its leader is made again with the same fencing number', async () => {
	const {api, seen, stand, pass, spec} = setUp();
	const {stop} = stand('a');
	await pass(1_000);
	api.remove('leases', 'fleet/controller');
	await pass(2_000);
	assert.deepEqual(seen, ['0 a leads 0']);
	assert.equal(spec().leaseTransitions, 0);
	stop();
});

test('Work that rejects ends the term and releases the lease', async () => {
	const {seen, stand, pass} = setUp();
	let starts = 0;
	const {stop} = stand('a', {
		onStartedLeading: async () => {
			starts++;
			throw new Error('no broker');
		},
	});
	await pass(0);
	assert.deepEqual(seen, ['0 a stops']);
	await pass(4_400);
	assert.equal(starts, 2);
	stop();
});

test('The lease is released only when the work ended, and stays until it runs out when the work hangs', async () => {
	const {stand, pass, spec} = setUp();
	const work = Promise.withResolvers<void>();
	const a = stand('a', {onStartedLeading: () => work.promise});
	await pass(1_000);
	a.stop();
	await pass(5_000);
	assert.equal(spec().holderIdentity, 'a');
	work.resolve();
	await a.running;
	assert.equal(spec().holderIdentity, undefined);

	const hanging = setUp();
	const b = hanging.stand('b', {onStartedLeading: () => new Promise(() => {})});
	await hanging.pass(1_000);
	b.stop();
	await hanging.pass(9_000);
	await b.running;
	assert.equal(hanging.spec().holderIdentity, 'b');
});

test('A stop while a renewal is under way starts no other term', async () => {
	const {api, seen, stand, pass} = setUp();
	const a = stand('a');
	await pass(1_999);
	const get = api.get.bind(api);
	api.get = async (ref, name) => {
		a.stop();
		return get(ref, name);
	};
	await pass(100);
	await a.running;
	assert.deepEqual(seen, ['0 a leads 0', '2 a stops']);
	assert.equal(api.peek<Lease>('leases', 'fleet/controller')?.spec?.leaseTransitions, 0);
	assert.equal(api.countOf('replace'), 1, 'the release, and no renewal');
});

test('A stop while the first try is under way releases what it got, and leads not at all', async () => {
	const {api, seen, stand, spec} = setUp();
	const a = stand('a');
	a.stop();
	await a.running;
	assert.deepEqual(seen, []);
	assert.equal(spec().holderIdentity, undefined);
	assert.equal(api.countOf('create'), 1);
});

test('Times that do not fit each other are refused', () => {
	const {stand} = setUp();
	assert.throws(() => stand('a', {renewDeadlineMs: 15_000}), RangeError);
	assert.throws(() => stand('a', {retryPeriodMs: 9_000}), RangeError);
});

test('A term is valid by the clock: to the renew deadline and no longer, also after its signal, never after a loss', async () => {
	const {scheduler, stand, pass, foreign} = setUp();
	const a = stand('a');
	await pass(5_000);
	const [first] = a.terms;
	assert.ok(first);
	assert.equal(first.isValid(), true);
	a.stop();
	assert.equal(first.signal.aborted, true);
	// Renewed last at 4 s.
	await pass(8_999);
	assert.equal(first.isValid(), true);
	await pass(1);
	assert.equal(first.isValid(), false);
	const b = stand('b');
	await pass(5_000);
	foreign('2026-01-01T00:00:19.000000Z');
	assert.equal(b.terms[0]?.isValid(), true);
	await pass(2_000);
	assert.equal(b.terms[0]?.isValid(), false);
	assert.equal(scheduler.elapsedMs, 21_000);
	b.stop();
});
