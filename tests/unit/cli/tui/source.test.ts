import assert from 'node:assert/strict';
import {test} from 'node:test';
import {watchFleet} from '../../../../cli/tui/source.ts';
import {initialState, type State} from '../../../../cli/tui/state/state.ts';
import {linkOf} from '../../../../cli/tui/state/link.ts';
import {update} from '../../../../cli/tui/state/update.ts';
import type {ListOptions} from '../../../../runtime/kube/api.ts';
import type {KubeObject, ResourceRef} from '../../../../runtime/kube/types.ts';
import {seededRandom} from '../../../../runtime/random.ts';
import {FakeKubeApi, refusal} from '../../../support/fake_kube_api.ts';
import {sampleFleet} from '../../../support/sample-fleet.ts';
import {ManualClock} from '../manual-clock.ts';
import {narrow} from './support.ts';

/** Passes time in small steps, so that what one answer sets off has its time, too. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
	for (let left = ms; left > 0; left -= 50) await clock.advance(50);
}

class PagedApi extends FakeKubeApi {
	/** What lists were asked with. */
	readonly asked: (ListOptions & {readonly of: string})[] = [];
	/** Resolves: the second page of devices may come. */
	readonly second = Promise.withResolvers<void>();

	override async list<T extends KubeObject>(ref: ResourceRef, options: ListOptions = {}) {
		this.asked.push({...options, of: ref.plural});
		if (ref.plural === 'femtodevices' && options.continue !== undefined) await this.second.promise;
		return super.list<T>(ref, options);
	}
}

async function start(deviceCount: number) {
	const api = new PagedApi();
	const {containers, devices} = sampleFleet(deviceCount);
	containers.forEach((each) => api.put('femtocontainers', each));
	devices.forEach((each) => api.put('femtodevices', each));
	const clock = new ManualClock();
	await clock.advance(1_000);
	const abort = new AbortController();
	const seen = {inputs: 0, early: 0, state: initialState({title: '', readonly: true, canFollowLogs: false}, narrow, 0)};
	const dispatch = (input: Parameters<typeof update>[1]): void => {
		seen.inputs++;
		seen.state = update(seen.state, input).state;
		if (seen.state.links.containers.isListed && seen.state.fleet.containers.size === 0) seen.early++;
	};
	const watching = watchFleet({api, clock, random: seededRandom(1), dispatch}, abort.signal);
	return {api, clock, seen, stop: async () => {
		abort.abort();
		await watching;
	}};
}

const kindOf = ({links}: State, nowMs: number) => linkOf(links, nowMs).kind;

test('Rows are there as pages arrive, before the list is whole', async () => {
	const {api, clock, seen, stop} = await start(700);
	await pass(clock, 200);
	assert.equal(seen.state.fleet.containers.size, 6);
	assert.equal(seen.state.fleet.devices.size, 500);
	assert.equal(seen.state.links.devices.isListed, false);
	api.second.resolve();
	await pass(clock, 200);
	assert.equal(seen.state.fleet.devices.size, 700);
	assert.equal(seen.state.links.devices.isListed, true);
	assert.equal(seen.early, 0, 'listed is said after what is listed');
	await stop();
});

test('Of the events only ours are asked for', async () => {
	const {api, clock, stop} = await start(1);
	await pass(clock, 200);
	assert.equal(api.asked.find(({of}) => of === 'events')?.fieldSelector, 'reportingComponent=femto-controller');
	await stop();
});

test('Many changes come as few inputs', async () => {
	const {api, clock, seen, stop} = await start(300);
	await pass(clock, 1_000);
	const before = seen.inputs;
	for (const device of sampleFleet(300).devices) api.put('femtodevices', {...device, metadata: {...device.metadata, labels: {site: 'moved'}}});
	await pass(clock, 100);
	assert.ok(seen.inputs - before <= 4, `${seen.inputs - before} inputs`);
	assert.equal(seen.state.fleet.devices.get('sim-0300')?.metadata.labels?.['site'], 'moved');
	api.remove('femtodevices', 'sim-0300');
	await pass(clock, 100);
	assert.equal(seen.state.fleet.devices.size, 299);
	await stop();
});

test('An API that is down at the start is asked again, and the view says so until it answers', async () => {
	const api = new PagedApi();
	api.failNext('list', ...Array.from({length: 15}, () => refusal(503, 'ServiceUnavailable')));
	const clock = new ManualClock();
	await clock.advance(1_000);
	const abort = new AbortController();
	let state = initialState({title: '', readonly: true, canFollowLogs: false}, narrow, 0);
	const watching = watchFleet({api, clock, random: seededRandom(1), dispatch: (input) => {
		state = update(state, input).state;
	}}, abort.signal);
	await pass(clock, 100);
	assert.equal(kindOf(state, clock.now()), 'unreachable');
	await pass(clock, 120_000);
	assert.equal(kindOf(state, clock.now()), 'connected');
	abort.abort();
	await watching;
});

test('A watch that breaks shows as reconnecting, and as connected when it stands again', async () => {
	const {api, clock, seen, stop} = await start(3);
	await pass(clock, 1_000);
	assert.equal(kindOf(seen.state, clock.now()), 'connected');
	api.failNext('watch', ...Array.from({length: 3}, () => refusal(503, 'ServiceUnavailable')));
	api.endWatches(new Error('connection reset'));
	await pass(clock, 200);
	assert.equal(kindOf(seen.state, clock.now()), 'reconnecting');
	await pass(clock, 30_000);
	assert.equal(kindOf(seen.state, clock.now()), 'connected');
	await stop();
});
