import assert from 'node:assert/strict';
import {test} from 'node:test';
import {silentLog} from '../../../../runtime/log.ts';
import {Informer, type InformerOptions} from '../../../../runtime/kube/informer.ts';
import type {KubeObject} from '../../../../runtime/kube/types.ts';
import {Scheduler} from '../../../../simulator/scheduler.ts';
import {FakeKubeApi, refusal} from '../../../support/fake_kube_api.ts';

interface Pump extends KubeObject {
	readonly spec: {readonly speed: number; readonly tags?: readonly string[]};
}

const ref = {group: 'example.org', version: 'v1', plural: 'pumps'};

const pump = (name: string, speed = 1, extra: {uid?: string; tags?: readonly string[]} = {}): Pump => ({
	apiVersion: 'example.org/v1',
	kind: 'Pump',
	metadata: {name, namespace: 'plant', ...(extra.uid !== undefined && {uid: extra.uid})},
	spec: {speed, ...(extra.tags && {tags: extra.tags})},
});

function setUp(options: Partial<InformerOptions<Pump>> = {}) {
	const scheduler = new Scheduler({seed: 1, nextMacrotask: setImmediate});
	const api = new FakeKubeApi();
	const informer = new Informer<Pump>({
		api, ref, clock: scheduler.clock, random: scheduler.random('informer'), log: silentLog, ...options,
	});
	const controller = new AbortController();
	const seen: string[] = [];
	informer.addHandlers({
		onAdd: (object) => seen.push(`add ${object.metadata.name} ${object.spec.speed}`),
		onUpdate: (old, object) => seen.push(`update ${object.metadata.name} ${old.spec.speed}-${object.spec.speed}`),
		onDelete: (object) => seen.push(`delete ${object.metadata.name} ${object.spec.speed}`),
	});
	const start = (): Promise<void> => informer.run(controller.signal);
	const pass = async (withinMs: number): Promise<void> => {
		await scheduler.run({withinMs});
	};
	const stop = (): void => controller.abort();
	return {scheduler, api, informer, seen, start, pass, stop};
}

test('An informer delivers the list, then every change of the watch, and its cache holds them', async () => {
	const {api, informer, seen, start, pass, stop} = setUp();
	api.put('pumps', pump('a'));
	const running = start();
	await pass(0);
	assert.equal(await informer.synced, true);
	api.put('pumps', pump('b'));
	api.put('pumps', pump('a', 2));
	api.remove('pumps', 'plant/b');
	await pass(0);
	assert.deepEqual(seen, ['add a 1', 'add b 1', 'update a 1-2', 'delete b 1']);
	assert.deepEqual(informer.cache.list().map(({metadata, spec}) => [metadata.name, spec.speed]), [['a', 2]]);
	assert.equal(informer.cache.get('plant/a')?.spec.speed, 2);
	stop();
	await running;
});

test('An informer lists in pages of 500', async () => {
	const {api, informer, seen, start, pass, stop} = setUp();
	for (let index = 0; index < 1001; index++) {
		api.put('pumps', pump(`p${index}`));
	}
	void start();
	await pass(0);
	assert.equal(api.countOf('list'), 3);
	assert.equal(seen.length, 1001);
	assert.equal(informer.cache.size, 1001);
	assert.deepEqual(api.calls.at(-1), `watch ${api.version}`);
	stop();
});

test('An informer takes all at once when the snapshot of its pages has expired', async () => {
	const {api, informer, start, pass, stop} = setUp();
	for (let index = 0; index < 501; index++) {
		api.put('pumps', pump(`p${index}`));
	}
	const list = api.list.bind(api);
	api.list = async (listed, options) => {
		if (options?.continue !== undefined) {
			throw refusal(410, 'Expired');
		}
		return list(listed, options);
	};
	void start();
	await pass(0);
	assert.equal(informer.cache.size, 501);
	stop();
});

test('A watch that ends silently goes on from the last version, without a list and without a repeated event', async () => {
	const {api, informer, seen, start, pass, stop} = setUp();
	void start();
	await pass(0);
	api.put('pumps', pump('a'));
	await pass(0);
	const {version} = api;
	api.endWatches();
	await pass(0);
	api.put('pumps', pump('b'));
	await pass(800);
	assert.deepEqual(seen, ['add a 1', 'add b 1']);
	assert.equal(api.calls.at(-1), `watch ${version}`);
	assert.equal(api.countOf('list'), 1);
	assert.equal(informer.stats.watches, 2);
	stop();
});

test('A bookmark moves the version on', async () => {
	const {api, start, pass, stop} = setUp();
	void start();
	await pass(0);
	api.bookmark();
	const {version} = api;
	api.endWatches();
	await pass(800);
	assert.equal(api.calls.at(-1), `watch ${version}`);
	stop();
});

test('After 410 an informer lists again, delivers what went and what changed in between, and nothing else', async () => {
	const {api, informer, seen, start, pass, stop} = setUp();
	for (const name of ['a', 'b', 'c']) {
		api.put('pumps', pump(name));
	}
	void start();
	await pass(0);
	seen.length = 0;
	api.muteWatches();
	api.remove('pumps', 'plant/a');
	api.put('pumps', pump('b', 7));
	api.put('pumps', pump('d'));
	api.compact();
	await pass(160_000);
	assert.deepEqual(seen, ['delete a 1', 'update b 1-7', 'add d 1']);
	assert.equal(informer.stats.relists, 1);
	stop();
});

test('A watch in which nothing comes for 150 s is given up', async () => {
	const {api, informer, seen, start, pass, stop} = setUp();
	void start();
	await pass(0);
	api.muteWatches();
	api.put('pumps', pump('a'));
	await pass(149_999);
	assert.equal(informer.stats.watches, 1);
	assert.equal(informer.stats.lastEventAgeMs, 149_999);
	await pass(801);
	assert.equal(informer.stats.watches, 2);
	assert.deepEqual(seen, ['add a 1']);
	stop();
});

test('Bookmarks keep a watch open', async () => {
	const {api, informer, start, pass, stop} = setUp();
	void start();
	for (let minute = 0; minute < 10; minute++) {
		await pass(60_000);
		api.bookmark();
	}
	await pass(60_000);
	assert.equal(informer.stats.watches, 1);
	stop();
});

test('A refused list is tried for ever, at most every 30 s', async () => {
	const {api, informer, start, pass, stop} = setUp();
	api.put('pumps', pump('a'));
	api.failNext('list', ...Array.from({length: 40}, () => refusal(500, 'InternalError')));
	void start();
	await pass(3_000);
	assert.ok(api.countOf('list') >= 3 && api.countOf('list') < 15, `${api.countOf('list')} lists in 3 s`);
	assert.equal(informer.isSynced, false);
	await pass(40 * 30_000);
	assert.equal(api.countOf('list'), 41);
	assert.equal(informer.isSynced, true);
	stop();
});

test('A list that never answers is given up', async () => {
	const {api, informer, start, pass, stop} = setUp();
	api.failNext('list', 'hang');
	void start();
	await pass(150_000 + 800);
	assert.equal(informer.isSynced, true);
	stop();
});

test('An informer honours Retry-After', async () => {
	const {api, start, pass, stop} = setUp();
	api.failNext('list', refusal(429, 'TooManyRequests', 20));
	void start();
	await pass(19_999);
	assert.equal(api.countOf('list'), 1);
	await pass(1);
	assert.equal(api.countOf('list'), 2);
	stop();
});

test('A handler that throws is told again until it returns; other objects and other handlers go on', async () => {
	const {api, informer, seen, start, pass, stop} = setUp();
	const told: string[] = [];
	let broken = true;
	informer.addHandlers({
		onAdd: ({metadata: {name}}) => told.push(`add ${name}`),
		onUpdate: (old, {metadata: {name}, spec}) => {
			if (broken && name === 'a') {
				throw new Error('broken');
			}
			told.push(`update ${name} ${old.spec.speed}-${spec.speed}`);
		},
	});
	void start();
	await pass(0);
	for (const speed of [1, 2, 3]) {
		api.put('pumps', pump('a', speed));
		api.put('pumps', pump('b', speed));
		await pass(0);
	}
	assert.deepEqual(told, ['add a', 'add b', 'update b 1-2', 'update b 2-3']);
	broken = false;
	await pass(800);
	assert.deepEqual(told.slice(4), ['update a 1-3']);
	assert.equal(seen.filter((line) => line.includes(' a ')).length, 3);
	assert.ok(informer.stats.handlerErrors >= 2);
	await pass(60_000);
	assert.equal(told.length, 5);
	stop();
});

test('An object made anew under its name between two watches is a delete and an add', async () => {
	const {api, seen, start, pass, stop} = setUp();
	api.put('pumps', pump('a', 1, {uid: 'first'}));
	void start();
	await pass(0);
	api.muteWatches();
	api.remove('pumps', 'plant/a');
	api.put('pumps', pump('a', 2, {uid: 'second'}));
	api.compact();
	await pass(160_000);
	assert.deepEqual(seen, ['add a 1', 'delete a 1', 'add a 2']);
	stop();
});

test('A relist swaps the cache at once: handlers of its first change see its last', async () => {
	const {api, informer, start, pass, stop} = setUp();
	const sizes: number[] = [];
	informer.addHandlers({onAdd: () => sizes.push(informer.cache.size)});
	api.put('pumps', pump('a'));
	api.put('pumps', pump('b'));
	void start();
	await pass(0);
	assert.deepEqual(sizes, [2, 2]);
	stop();
});

test('Handlers added late are told of the cache first', async () => {
	const {api, informer, start, pass, stop} = setUp();
	api.put('pumps', pump('a'));
	void start();
	await pass(0);
	const told: string[] = [];
	informer.addHandlers({onAdd: ({metadata}) => told.push(metadata.name)});
	assert.deepEqual(told, ['a']);
	stop();
});

test('Indexes follow changes, deletions and relists; one that throws leaves the object out', async () => {
	const tags = ({spec}: Pump): readonly string[] => spec.tags ?? assert.fail('no tags');
	const {api, informer, start, pass, stop} = setUp({indexes: {tag: tags}});
	const names = (tag: string): string[] => informer.cache.byIndex('tag', tag).map(({metadata}) => metadata.name);
	api.put('pumps', pump('a', 1, {tags: ['red', 'big']}));
	api.put('pumps', pump('b', 1, {tags: ['red']}));
	api.put('pumps', pump('untagged'));
	void start();
	await pass(0);
	assert.deepEqual([names('red'), names('big'), names('none')], [['a', 'b'], ['a'], []]);
	assert.equal(informer.cache.size, 3);
	assert.equal(informer.stats.handlerErrors, 1);
	api.put('pumps', pump('a', 1, {tags: ['blue']}));
	api.remove('pumps', 'plant/b');
	await pass(0);
	assert.deepEqual([names('red'), names('big'), names('blue')], [[], [], ['a']]);
	assert.throws(() => informer.cache.byIndex('tga', 'red'), RangeError);
	stop();
});

test('Objects of the cache are frozen to their leaves', async () => {
	const {api, informer, start, pass, stop} = setUp();
	api.put('pumps', pump('a', 1, {tags: ['red']}));
	void start();
	await pass(0);
	const object = informer.cache.get('plant/a');
	assert.ok(Object.isFrozen(object) && Object.isFrozen(object?.spec) && Object.isFrozen(object?.spec.tags));
	stop();
});

test('Stopping during the back-off opens no watch, and the run ends', async () => {
	const {api, informer, start, pass, stop} = setUp();
	api.failNext('watch', refusal(500, 'InternalError'));
	const running = start();
	await pass(0);
	assert.deepEqual(api.calls, ['list ', 'watch 100']);
	stop();
	await running;
	await pass(60_000);
	assert.equal(api.calls.length, 2);
	assert.equal(informer.isSynced, true);
});

test('Stopping ends an open watch, a hanging call and every delivery', async () => {
	const open = setUp();
	const running = open.start();
	await open.pass(0);
	assert.equal(open.api.openWatches, 1);
	open.stop();
	open.api.put('pumps', pump('a'));
	await running;
	await open.pass(0);
	assert.equal(open.api.openWatches, 0);
	assert.deepEqual(open.seen, []);

	const hanging = setUp();
	hanging.api.failNext('list', 'hang');
	const hung = hanging.start();
	await hanging.pass(10);
	hanging.stop();
	await hung;
	assert.equal(await hanging.informer.synced, false);
});

test('A handler that stops the informer ends it, and is told no more', async () => {
	const {api, informer, seen, start, pass, stop} = setUp();
	api.put('pumps', pump('a'));
	api.put('pumps', pump('b'));
	informer.addHandlers({onAdd: stop});
	const running = start();
	await pass(0);
	await running;
	assert.equal(api.countOf('watch'), 0);
	assert.deepEqual(seen, ['add a 1']);
});

test('The same seed gives the same calls at the same times', async () => {
	const trace = async (): Promise<string[]> => {
		const {scheduler, api, start, pass, stop} = setUp();
		const times: string[] = [];
		const push = api.calls.push.bind(api.calls);
		api.calls.push = (...calls) => push(...calls.map((call) => `${scheduler.elapsedMs} ${call}`));
		api.failNext('watch', ...Array.from({length: 10}, () => new Error('connection reset')));
		void start();
		await pass(200_000);
		stop();
		times.push(...api.calls);
		return times;
	};
	const first = await trace();
	assert.equal(first.length, 12);
	assert.deepEqual(await trace(), first);
});
