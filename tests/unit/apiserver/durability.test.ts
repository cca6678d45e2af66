import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {DatabaseSync} from 'node:sqlite';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test, type TestContext} from 'node:test';
import type {Store} from '../../../apiserver/mod.ts';
import {isKubeError, KubeError} from '../../../runtime/kube/errors.ts';
import {configMaps, device, devices, newStore, type Loose} from './support.ts';

function newFile(context: TestContext): string {
	const folder = mkdtempSync(join(tmpdir(), 'femto-durability-'));
	context.after(() => rmSync(folder, {recursive: true}));
	return join(folder, 'store.db');
}

/** All events of devices after a version, up to now. */
async function history(store: Store, resourceVersion: string, labelSelector = ''): Promise<readonly unknown[]> {
	const seen: unknown[] = [];
	const abort = new AbortController();
	const watching = (async () => {
		for await (const event of store.watch<Loose>(devices, {resourceVersion, labelSelector, signal: abort.signal})) seen.push(event);
	})();
	await Promise.race([watching, new Promise(setImmediate)]);
	abort.abort();
	await watching;
	return seen;
}

async function writeMuch(store: Store): Promise<void> {
	for (let index = 0; index < 200; index++) {
		const name = `d-${index % 20}`;
		if (index % 50 < 20) await store.create(devices, device(name));
		else if (index % 50 < 40) await store.patch(devices, name, {metadata: {labels: {class: index % 2 === 0 ? 'pump' : 'valve'}}});
		else await store.patch(devices, name, {spec: {keyNumber: index}});
		if (index % 50 === 49) for (let gone = 0; gone < 20; gone++) await store.delete(devices, `d-${gone}`);
	}
}

test('A watch from before a restart sees the same events as before it, without a gap', async (context) => {
	const path = newFile(context);
	const first = newStore({path});
	const start = first.resourceVersion;
	await writeMuch(first);
	const all = await history(first, start);
	const pumps = await history(first, start, 'class=pump');
	const middle = String(Number(start) + 133);
	const late = await history(first, middle);
	first.close();
	const second = newStore({path});
	context.after(() => second.close());
	assert.equal(all.length, 280);
	assert.deepEqual(await history(second, start), all);
	assert.deepEqual(await history(second, start, 'class=pump'), pumps);
	assert.deepEqual(await history(second, middle), late);
});

test('A list of an old version is the same after a restart, or 410 where the history does not tell', async (context) => {
	const path = newFile(context);
	const first = newStore({path});
	await writeMuch(first);
	const options = {resourceVersion: '150', resourceVersionMatch: 'Exact'} as const;
	const before = await first.list(devices, options);
	assert(before.items.length > 0);
	first.close();
	const second = newStore({path});
	context.after(() => second.close());
	assert.deepEqual(await second.list(devices, options), before);
	second.compact(160);
	await assert.rejects(second.list(devices, options), (error) => isKubeError(error, 'Expired') && error.code === 410);
});

test('The history is cut by length, in the file too; below it a watch is 410', async (context) => {
	const path = newFile(context);
	const first = newStore({path, historyLength: 20});
	const start = first.resourceVersion;
	await writeMuch(first);
	const newest = Number(first.resourceVersion);
	first.close();
	const second = newStore({path, historyLength: 20});
	context.after(() => second.close());
	assert.equal((await history(second, String(newest - 20))).length, 20);
	await assert.rejects(history(second, start), (error) => isKubeError(error, 'Expired') && error.code === 410);
});

test('A full disk refuses the write with 500, changes nothing, tells no watch; with space again all goes on', async (context) => {
	const path = newFile(context);
	const store = newStore({path, bytesMax: 400_000});
	const start = store.resourceVersion;
	const made: string[] = [];
	const big = (name: string): Loose & {readonly data: unknown} => ({
		apiVersion: 'v1', kind: 'ConfigMap', metadata: {name}, data: {text: 'x'.repeat(20_000)},
	});
	let refusal: unknown;
	while (refusal === undefined && made.length < 100) {
		const name = `c-${made.length}`;
		await store.create(configMaps, big(name)).then(
			() => made.push(name),
			(error: unknown) => {
				refusal = error;
			},
		);
	}
	assert(refusal instanceof KubeError);
	assert.deepEqual([refusal.code, refusal.reason], [500, 'InternalError']);
	assert.match(refusal.message, /^Internal error occurred: Cannot write store: database or disk is full; nothing was changed$/);
	assert.equal((await store.list(configMaps)).items.length, made.length);
	assert.equal(store.resourceVersion, String(Number(start) + made.length));
	store.compact(Number(store.resourceVersion));
	await store.create(configMaps, big('after'));
	store.close();
	const again = newStore({path});
	context.after(() => again.close());
	const names = (await again.list(configMaps)).items.map(({metadata}) => metadata.name);
	assert.deepEqual(names, [...made, 'after'].toSorted());
});

test('A file of a newer program is not opened, and says which formats', (context) => {
	const path = newFile(context);
	newStore({path}).close();
	const database = new DatabaseSync(path);
	database.exec('PRAGMA user_version = 7');
	database.close();
	assert.throws(() => newStore({path}), {
		message: `Cannot open store: ${path} (format 7 of a newer program, format 1 or older required)`,
	});
});

test('Owners are looked at again when a store opens', async (context) => {
	const path = newFile(context);
	const first = newStore({path});
	const owner = await first.create(devices, device('owner'));
	const {apiVersion, kind, metadata} = owner;
	const ownerReferences = [{apiVersion, kind, name: 'owner', uid: metadata.uid ?? ''}];
	await first.create(devices, {...device('child'), metadata: {name: 'child', ownerReferences}});
	first.close();
	const database = new DatabaseSync(path);
	database.exec("DELETE FROM objects WHERE name = 'owner'");
	database.close();
	const second = newStore({path});
	context.after(() => second.close());
	assert.deepEqual((await second.list(devices)).items, []);
});

test('What was invalid before and is not touched stays tolerated', async (context) => {
	const path = newFile(context);
	const crd = (x: Readonly<Record<string, unknown>>) => {
		const spec = {type: 'object', properties: {x, y: {type: 'integer'}}};
		const versions = [{name: 'v1', served: true, schema: {openAPIV3Schema: {type: 'object', properties: {spec}}}}];
		return {spec: {group: 'example.com', scope: 'Cluster', names: {kind: 'Gadget', plural: 'gadgets'}, versions}};
	};
	const gadgets = {group: 'example.com', version: 'v1', plural: 'gadgets'};
	const first = newStore({path, crds: [crd({type: 'integer'})]});
	await first.create<Loose>(gadgets, {apiVersion: 'example.com/v1', kind: 'Gadget', metadata: {name: 'g'}, spec: {x: 9}});
	first.close();
	const rule = {rule: 'self != 9', message: 'm'};
	const second = newStore({path, crds: [crd({'type': 'integer', 'maximum': 8, 'x-kubernetes-validations': [rule]})]});
	const change = (store: Store, spec: Readonly<Record<string, unknown>>): Promise<Loose> =>
		store.patch<Loose>(gadgets, 'g', {spec});
	assert.deepEqual((await change(second, {y: 1})).spec, {x: 9, y: 1});
	await assert.rejects(change(second, {x: 10}), /spec\.x in body should be less than or equal to 8$/);
	second.close();
	const growing = [{rule: 'self > oldSelf', message: 'must grow'}];
	const third = newStore({path, crds: [crd({'type': 'integer', 'x-kubernetes-validations': growing})]});
	context.after(() => third.close());
	await assert.rejects(change(third, {y: 2}), /: spec\.x: Invalid value: 9: must grow$/, 'a transition rule always runs');
});
