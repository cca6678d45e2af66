import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Store} from '../../../apiserver/mod.ts';
import {isKubeError} from '../../../runtime/kube/errors.ts';
import {newStore, type Loose} from './support.ts';

const gadgets = {group: 'example.com', version: 'v1', plural: 'gadgets'} as const;
type Source = Readonly<Record<string, unknown>>;

function storeOf(properties: Source, selectable: readonly string[] = []): Store {
	const schema = {openAPIV3Schema: {type: 'object', properties: {spec: {type: 'object', properties}}}};
	const selectableFields = selectable.map((jsonPath) => ({jsonPath}));
	const versions = [{name: 'v1', served: true, schema, selectableFields}];
	const names = {kind: 'Gadget', plural: 'gadgets'};
	return newStore({crds: [{spec: {group: 'example.com', scope: 'Cluster', names, versions}}]});
}

const gadget = (name: string, spec: Source): Loose => ({apiVersion: 'example.com/v1', kind: 'Gadget', metadata: {name}, spec});

async function stored(store: Store, spec: Source): Promise<readonly [spec: unknown, warnings: readonly string[]]> {
	const warnings: string[] = [];
	const onWarning = (text: string): void => {
		warnings.push(text);
	};
	const made = await store.create(gadgets, gadget('g', spec), {fieldValidation: 'Warn', onWarning});
	return [made.spec, warnings];
}

test('A part that preserves unknown fields is pruned only where its own fields are named', async () => {
	const known = {type: 'object', properties: {a: {type: 'integer'}}};
	const store = storeOf({
		open: {'type': 'object', 'x-kubernetes-preserve-unknown-fields': true, 'properties': {known}},
		anything: {'x-kubernetes-preserve-unknown-fields': true},
		map: {type: 'object', additionalProperties: true},
	});
	const spec = {open: {odd: {b: 1}, known: {a: 1, b: 2}}, anything: [{c: [3]}], map: {d: {e: null}}};
	assert.deepEqual(await stored(store, spec), [
		{open: {odd: {b: 1}, known: {a: 1}}, anything: [{c: [3]}], map: {d: {e: null}}},
		['unknown field "spec.open.known.b"'],
	]);
});

test('An object within an object keeps its kind, and metadata that are metadata', async () => {
	const template = {
		'type': 'object',
		'x-kubernetes-embedded-resource': true,
		'properties': {spec: {type: 'object', properties: {a: {type: 'integer'}}}},
	};
	const store = storeOf({template});
	const sent = {apiVersion: 'v1', kind: 'Pod', metadata: {name: 'p', colour: 'red'}, spec: {a: 1, b: 2}, extra: true};
	assert.deepEqual(await stored(store, {template: sent}), [
		{template: {apiVersion: 'v1', kind: 'Pod', metadata: {name: 'p'}, spec: {a: 1}}},
		['extra', 'metadata.colour', 'spec.b'].map((field) => `unknown field "spec.template.${field}"`),
	]);
	await assert.rejects(
		store.create(gadgets, gadget('h', {template: {spec: {}}})),
		/spec\.template\.apiVersion: Required value, spec\.template\.kind: Required value/,
	);
});

test('Null is dropped unless the schema allows it', async () => {
	const store = storeOf({
		plain: {type: 'integer'},
		nullable: {type: 'integer', nullable: true},
		filled: {type: 'integer', default: 5},
		map: {type: 'object', additionalProperties: {type: 'integer'}},
	});
	const [spec] = await stored(store, {plain: null, nullable: null, filled: null, map: {a: null, b: 1}});
	assert.deepEqual(spec, {nullable: null, filled: 5, map: {b: 1}});
});

test('Fields that a definition names can be selected, also by a watch', async () => {
	const store = storeOf({colour: {type: 'string'}, size: {type: 'integer'}, on: {type: 'boolean'}}, [
		'.spec.colour',
		'.spec.size',
		'.spec.on',
	]);
	const {resourceVersion} = store;
	await store.create(gadgets, gadget('a', {colour: 'red', size: 3, on: true}));
	await store.create(gadgets, gadget('b', {colour: 'blue', size: 3}));
	const names = async (fieldSelector: string): Promise<string> =>
		(await store.list(gadgets, {fieldSelector})).items.map(({metadata}) => metadata.name).join();
	assert.equal(await names('spec.colour=red'), 'a');
	assert.equal(await names('spec.size=3,spec.on!=true'), 'b');
	assert.equal(await names('spec.on='), 'b', 'what is absent is empty');
	await assert.rejects(names('spec.shape=x'), (error) => isKubeError(error, 'BadRequest'));
	await store.patch(gadgets, 'a', {spec: {colour: 'blue'}});
	const seen: string[] = [];
	const {signal} = new AbortController();
	for await (const event of store.watch(gadgets, {resourceVersion, fieldSelector: 'spec.colour=blue', signal})) {
		if (event.type !== 'BOOKMARK') seen.push(`${event.type} ${event.object.metadata.name}`);
		if (seen.length === 2) break;
	}
	assert.deepEqual(seen, ['ADDED b', 'ADDED a']);
});

test('A generated name that is taken is not the last try', async () => {
	let draws = 0;
	// Twice the same five letters, then others.
	const uint32 = (): number => (draws++ < 10 ? 0 : 0x8000_0000);
	const store = newStore({random: {uint32, bytes: (count) => new Uint8Array(count)}});
	const configMaps = {group: '', version: 'v1', plural: 'configmaps', namespace: 'default'};
	const template = {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: '', generateName: 'x-'}};
	assert.equal((await store.create(configMaps, template)).metadata.name, 'x-bbbbb');
	assert.notEqual((await store.create(configMaps, template)).metadata.name, 'x-bbbbb');
	const always = newStore({random: {uint32: () => 0, bytes: (count) => new Uint8Array(count)}});
	await always.create(configMaps, template);
	await assert.rejects(always.create(configMaps, template), (error) => isKubeError(error, 'AlreadyExists'));
});
