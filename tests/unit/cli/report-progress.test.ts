import assert from 'node:assert/strict';
import {afterEach, beforeEach, test} from 'node:test';
import {openStore, type Store} from '../../../apiserver/mod.ts';
import {reportProgress, type ProgressReporter} from '../../../cli/up/report-progress.ts';
import {crds} from '../../../protocol/generated/crds.ts';
import {femtoContainers} from '../../../protocol/generated/resources.ts';
import {silentLog} from '../../../runtime/log.ts';
import {seededRandom} from '../../../runtime/random.ts';
import {ManualClock} from './manual-clock.ts';

const ref = {...femtoContainers, namespace: 'default'};

let clock: ManualClock;
let store: Store;
let end: AbortController;
let said: string[];
let reporter: ProgressReporter;

beforeEach(() => {
	clock = new ManualClock();
	store = openStore({path: ':memory:', clock, random: seededRandom(1), crds});
	end = new AbortController();
	said = [];
});
afterEach(() => {
	end.abort();
	store.close();
});

function report(): void {
	reporter = reportProgress({api: store, log: silentLog, signal: end.signal, clock, say: (line) => said.push(line)});
}

async function create(name: string): Promise<void> {
	const image = {digest: `sha256:${'0'.repeat(64)}`, configMap: {name: 'x'}};
	const spec = {deviceSelector: {}, image, rollout: {waves: [{percent: 100}]}};
	const object = {apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoContainer', metadata: {name}, spec};
	await store.create(ref, object as never);
}

/** What the controller writes. */
async function set(name: string, type: 'Ready' | 'Stalled' | 'Reconciling', reason: string): Promise<void> {
	const {metadata: {generation}} = await store.get(ref, name);
	const time = '2026-01-01T00:00:00Z';
	const make = (kind: string, status: string) => ({type: kind, status, reason, message: 'why', lastTransitionTime: time});
	const conditions = type === 'Ready' ? [make('Ready', 'True')] : [make('Ready', 'False'), make(type, 'True')];
	const counts = {matched: 3, updated: 3, ready: 3, failed: 0, asleep: 0, late: 0, lost: 0, notFit: 0, unavailable: 0};
	const status = {observedGeneration: generation, conditions, counts, wave: {index: 1, of: 1}};
	await store.patch(ref, name, {status}, {subresource: 'status'});
	await clock.advance(0);
}

test('the outcome is Ready once every container is, and the same line is said once', async () => {
	await create('a');
	await create('b');
	report();
	const outcome = reporter.outcome();
	await set('a', 'Reconciling', 'Progressing');
	await set('a', 'Ready', 'RolloutComplete');
	await set('a', 'Ready', 'StillComplete');
	assert.deepEqual(reporter.open().map(({label}) => label), ['default/b']);
	await set('b', 'Ready', 'RolloutComplete');
	assert.equal(await outcome, 'Ready');
	assert.deepEqual(said, ['default/a wave 1/1, 3/3 Ready', 'default/a Ready 3/3', 'default/b Ready 3/3']);
});

test('what is Ready already when it is asked for is seen', async () => {
	await create('a');
	await set('a', 'Ready', 'RolloutComplete');
	report();
	assert.equal(await reporter.outcome(), 'Ready');
});

test('a container that stays Stalled ends the wait after a second', async () => {
	await create('a');
	await create('b');
	report();
	const outcome = reporter.outcome();
	await set('a', 'Stalled', 'NotFit');
	await clock.advance(1000);
	assert.equal(await outcome, 'Stalled');
	assert.deepEqual(reporter.open().map(({line}) => line), ['default/a Stalled, NotFit: why', 'default/b not looked at yet']);
});

test('Stalled for a moment, as while the rest of an apply arrives, does not count', async () => {
	await create('a');
	report();
	const outcome = reporter.outcome();
	await set('a', 'Stalled', 'NoTenant');
	await clock.advance(999);
	await set('a', 'Reconciling', 'Progressing');
	await clock.advance(1);
	await set('a', 'Ready', 'RolloutComplete');
	assert.equal(await outcome, 'Ready');
});

test('without containers there is nothing to wait for', async () => {
	report();
	assert.equal(await reporter.outcome(), 'None');
});
