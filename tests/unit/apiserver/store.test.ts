import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test, type TestContext} from 'node:test';
import {isKubeError} from '../../../runtime/kube/errors.ts';
import {seededRandom} from '../../../runtime/random.ts';
import {configMaps, device, devices, newScheduler, newStore, type Loose} from './support.ts';

function newFile(context: TestContext): string {
	const folder = mkdtempSync(join(tmpdir(), 'femto-store-'));
	context.after(() => rmSync(folder, {recursive: true}));
	return join(folder, 'store.db');
}

test('A store opened again has its objects, its versions and its history', async (context) => {
	const path = newFile(context);
	const first = newStore({path});
	const made = await first.create(devices, device('a'));
	await first.patch(devices, 'a', {metadata: {labels: {class: 'pump'}}});
	await first.patch(devices, 'a', {spec: {cordoned: true}});
	const last = await first.get<Loose>(devices, 'a');
	first.close();
	const second = newStore({path, random: seededRandom(2)});
	context.after(() => second.close());
	assert.deepEqual(await second.get(devices, 'a'), last);
	assert.equal(second.resourceVersion, last.metadata.resourceVersion);
	const seen: string[] = [];
	const resourceVersion = made.metadata.resourceVersion ?? '';
	const {signal} = new AbortController();
	for await (const event of second.watch(devices, {resourceVersion, labelSelector: 'class=pump', signal})) {
		seen.push(event.type);
		if (seen.length === 2) break;
	}
	assert.deepEqual(seen, ['ADDED', 'MODIFIED'], 'the state before a change of labels is kept too');
	const next = await second.create(devices, device('b'));
	assert(Number(next.metadata.resourceVersion) > Number(last.metadata.resourceVersion));
});

test('A file belongs to one store at a time', (context) => {
	const path = newFile(context);
	const first = newStore({path});
	assert.throws(() => newStore({path}), /Cannot open store: .* \(database is locked\)/);
	first.close();
	newStore({path}).close();
});

test('A reader beside the writer sees what stands when it opens, and changes nothing', async (context) => {
	const path = newFile(context);
	const writer = newStore({path});
	context.after(() => writer.close());
	await writer.create(devices, device('a'));
	const reader = newStore({path, readOnly: true});
	context.after(() => reader.close());
	await writer.create(devices, device('b'));
	assert.deepEqual((await reader.list(devices)).items.map(({metadata}) => metadata.name), ['a']);
	await assert.rejects(reader.create(devices, device('c')), /readonly/);
	assert.equal((await writer.list(devices)).items.length, 2);
});

test('A reader makes no file', (context) => {
	const path = newFile(context);
	assert.throws(() => newStore({path, readOnly: true}), /Cannot open store: .* \(unable to open database file\)/);
});

test('What a call returned from outlives the process that is killed', async (context) => {
	const path = newFile(context);
	const child = spawnSync(
		process.execPath,
		[
			'--input-type=module',
			'-e',
			`
		import {writeSync} from 'node:fs';
		import {newStore, device, devices} from ${JSON.stringify(new URL('support.ts', import.meta.url).href)};
		const store = newStore({path: ${JSON.stringify(path)}});
		for (let index = 0; index < 20; index++) {
			const {metadata} = await store.create(devices, device('d-' + index));
			writeSync(1, metadata.name + ' ');
		}
		process.kill(process.pid, 'SIGKILL');
	`,
		],
		{encoding: 'utf8'},
	);
	assert.equal(child.signal, 'SIGKILL', child.stderr);
	const store = newStore({path});
	context.after(() => store.close());
	const {items} = await store.list(devices);
	assert.deepEqual(items.map(({metadata}) => metadata.name).toSorted(), child.stdout.trim().split(' ').toSorted());
	assert.equal(items.length, 20);
	const seen: string[] = [];
	const {signal} = new AbortController();
	for await (const event of store.watch(devices, {resourceVersion: '1', signal})) {
		if (event.type !== 'BOOKMARK') seen.push(`${event.type} ${event.object.metadata.name}`);
		if (seen.length === 20) break;
	}
	assert.deepEqual(seen, child.stdout.trim().split(' ').map((name) => `ADDED ${name}`), 'a watch from before sees them all');
});

test('A write that the database refuses changes nothing', async (context) => {
	const path = newFile(context);
	const store = newStore({path});
	await store.create(devices, device('a'));
	const before = await store.get(devices, 'a');
	store.close();
	await assert.rejects(store.patch(devices, 'a', {spec: {cordoned: true}}), /database is not open/);
	assert.equal(await store.get(devices, 'a'), before);
});

test('The same seed and the same calls give the same objects', async () => {
	const run = async (): Promise<string> => {
		const store = newStore({clock: newScheduler().clock});
		await store.create(devices, device('a'));
		await store.create(configMaps, {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: '', generateName: 'x-'}});
		return JSON.stringify([await store.list(devices), await store.list(configMaps)]);
	};
	assert.equal(await run(), await run());
});

test('Versions of an object share what did not change', async () => {
	const store = newStore();
	const made = await store.create(devices, device('a'));
	const told = await store.patch<Loose>(devices, 'a', {status: {bridge: 'b'}}, {subresource: 'status'});
	assert.equal(told.spec, (made as Loose).spec);
});

test('An object over 1.5 MiB is 413', async () => {
	const store = newStore();
	const annotations = {big: 'x'.repeat(200_000)};
	const data = Object.fromEntries(Array.from({length: 5}, (_, index) => [`k${index}`, '"'.repeat(200_000)]));
	const object = {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'a', annotations}, data};
	await assert.rejects(store.create(configMaps, object), (error) => isKubeError(error) && error.code === 413);
	assert.deepEqual((await store.list(configMaps)).items, []);
});

test('Keys named like parts of a prototype are data', async () => {
	const store = newStore();
	const data = JSON.parse('{"__proto__": "a", "constructor": "b"}') as Record<string, string>;
	const made = await store.create<Loose & {readonly data: unknown}>(configMaps, {
		apiVersion: 'v1',
		kind: 'ConfigMap',
		metadata: {name: 'a'},
		data,
	});
	assert.equal(JSON.stringify(made.data), '{"__proto__":"a","constructor":"b"}');
	await store
		.patch(devices, 'x', JSON.parse('{"__proto__": {"polluted": true}}') as Record<string, unknown>)
		.catch(() => {});
	assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

test('A page token lasts as long as the history, also over a restart; then 410 offers one that goes on', async (context) => {
	const path = newFile(context);
	const first = newStore({path});
	for (const name of ['a', 'b', 'c']) await first.create(devices, device(name));
	const page = await first.list(devices, {limit: 1});
	await first.delete(devices, 'b');
	first.close();
	const store = newStore({path});
	context.after(() => store.close());
	const again = {limit: 1, continue: page.continue ?? ''};
	assert.equal((await store.list(devices, again)).items[0]?.metadata.name, 'b');
	store.compact(Number(store.resourceVersion));
	const error: unknown = await store.list(devices, again).catch((thrown: unknown) => thrown);
	assert(isKubeError(error, 'Expired') && error.code === 410);
	const rest = await store.list(devices, {continue: error.status.metadata?.continue ?? ''});
	assert.deepEqual(rest.items.map(({metadata}) => metadata.name), ['c'], 'goes on with the newest state');
});

test('A definition with a keyword that the store does not keep is refused', () => {
	const crd = {
		spec: {
			group: 'example.com',
			scope: 'Cluster',
			names: {kind: 'Odd', plural: 'odds'},
			versions: [
				{
					name: 'v1',
					served: true,
					schema: {openAPIV3Schema: {type: 'object', properties: {spec: {type: 'object', multipleOf: 2}}}},
				},
			],
		},
	};
	assert.throws(
		() => newStore({crds: [crd]}),
		/Cannot read schema: keyword multipleOf at \.spec, known keyword required/,
	);
});

test('An event goes an hour after it last happened, when another one is written', async () => {
	const scheduler = newScheduler();
	const store = newStore({clock: scheduler.clock});
	const events = {group: '', version: 'v1', plural: 'events', namespace: 'default'};
	const write = (name: string): Promise<unknown> =>
		store.create(events, {apiVersion: 'v1', kind: 'Event', metadata: {name}, involvedObject: {name: 'x'}} as Loose);
	const names = async (): Promise<readonly string[]> =>
		(await store.list(events)).items.map(({metadata}) => metadata.name);
	await write('old');
	await write('repeated');
	await scheduler.run({withinMs: 1_800_000});
	await store.patch(events, 'repeated', {lastTimestamp: '2026-01-01T00:30:00Z', count: 2});
	await scheduler.run({withinMs: 1_799_999});
	await write('almost');
	assert.deepEqual(await names(), ['almost', 'old', 'repeated']);
	await scheduler.run({withinMs: 1});
	await write('late');
	assert.deepEqual(await names(), ['almost', 'late', 'repeated']);
});
