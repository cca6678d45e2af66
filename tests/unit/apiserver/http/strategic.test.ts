import assert from 'node:assert/strict';
import {test} from 'node:test';
import {patchStrategically, toMergePatch} from '../../../../apiserver/http/strategic.ts';
import {configMaps, newStore} from '../support.ts';

test('Maps merge as in a merge patch, and nothing needs to be known of the object', () => {
	const patch = {data: {a: '2', b: null}, metadata: {labels: {x: 'y'}}};
	assert.deepEqual(toMergePatch({data: {a: '1'}}, patch), {merged: patch, looked: false});
});

test('Finalizers merge as a set and owners by uid; what the patch deletes goes', () => {
	const current = {metadata: {finalizers: ['a', 'b'], ownerReferences: [{uid: '1', name: 'x'}, {uid: '2', name: 'y'}]}};
	const patch = {
		metadata: {
			'$deleteFromPrimitiveList/finalizers': ['a'],
			'$setElementOrder/finalizers': ['b', 'c'],
			'finalizers': ['c'],
			'ownerReferences': [{uid: '1', $patch: 'delete'}, {uid: '2', name: 'z'}, {uid: '3', name: 'n'}],
		},
	};
	const {merged, looked} = toMergePatch(current, patch);
	assert.equal(looked, true);
	assert.deepEqual(merged, {metadata: {finalizers: ['b', 'c'], ownerReferences: [{uid: '2', name: 'z'}, {uid: '3', name: 'n'}]}});
});

test('Without an order, what a patch adds comes first', () => {
	const {merged} = toMergePatch({metadata: {finalizers: ['a', 'b', 'd']}}, {metadata: {finalizers: ['c', 'b']}});
	assert.deepEqual(merged, {metadata: {finalizers: ['c', 'a', 'b', 'd']}});
});

test('$patch: replace leaves only what the patch holds, and unknown directives are refused', () => {
	const {merged} = toMergePatch({data: {a: '1', b: '2'}}, {data: {$patch: 'replace', c: '3'}});
	assert.deepEqual(merged, {data: {a: null, b: null, c: '3'}});
	const retained = toMergePatch({data: {a: '1', b: '2'}}, {data: {$retainKeys: ['b', 'c'], c: '3'}});
	assert.deepEqual(retained.merged, {data: {a: null, c: '3'}});
	assert.throws(() => toMergePatch({data: {}}, {data: {$patch: 'explode'}}), {code: 400, message: /directive \$patch: "explode" at data/});
});

test('A list that changed meanwhile is looked at again', async () => {
	const store = newStore();
	await store.create(configMaps, {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'c', finalizers: ['x.io/a']}});
	let isFirst = true;
	const racing = Object.assign(Object.create(store) as typeof store, {
		get: async () => {
			const found = await store.get(configMaps, 'c');
			if (isFirst) await store.patch(configMaps, 'c', {metadata: {finalizers: ['x.io/a', 'x.io/b']}});
			isFirst = false;
			return found;
		},
		patch: (...args: Parameters<typeof store.patch>) => store.patch(...args),
	});
	const done = await patchStrategically(racing, configMaps, 'c', {metadata: {finalizers: ['x.io/c']}}, {});
	assert.deepEqual(done.metadata.finalizers, ['x.io/c', 'x.io/a', 'x.io/b']);
});
