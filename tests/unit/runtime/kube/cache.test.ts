import assert from 'node:assert/strict';
import {test} from 'node:test';
import {joinKey, ObjectCache, objectKey, splitKey} from '../../../../runtime/kube/cache.ts';
import type {KubeObject} from '../../../../runtime/kube/types.ts';

interface Pump extends KubeObject {
	readonly spec: {readonly speed: number};
}

const pump = (name: string, uid: string, speed = 1): Pump => ({
	apiVersion: 'example.org/v1', kind: 'Pump', metadata: {name, namespace: 'plant', uid}, spec: {speed},
});

test('A key is namespace/name, or the name alone', () => {
	assert.equal(objectKey(pump('a', 'u')), 'plant/a');
	assert.deepEqual(splitKey(joinKey('plant', 'a')), {namespace: 'plant', name: 'a'});
	assert.deepEqual(splitKey(joinKey(undefined, 'a')), {name: 'a'});
	assert.equal(joinKey('', 'a'), 'a');
});

test('remove() leaves an object alone that was made anew under the name', () => {
	const cache = new ObjectCache<Pump>();
	cache.put(pump('a', 'second'));
	assert.equal(cache.remove(pump('a', 'first')), undefined);
	assert.equal(cache.size, 1);
	assert.equal(cache.remove(pump('a', 'second'))?.old?.metadata.uid, 'second');
	assert.equal(cache.size, 0);
});

test('put() freezes the object to its leaves', () => {
	const cache = new ObjectCache<Pump>();
	cache.put(pump('a', 'u'));
	assert.ok(Object.isFrozen(cache.get('plant/a')?.spec));
});

test('replace() names first what went, then the rest in the order of the list', () => {
	const cache = new ObjectCache<Pump>({indexes: {speed: ({spec}) => [String(spec.speed)]}});
	cache.put(pump('a', 'a'));
	cache.put(pump('b', 'b'));
	const changes = cache.replace([pump('c', 'c'), pump('b', 'b', 2)]);
	assert.deepEqual(changes.map(({key, old, object}) => [key, old?.spec.speed, object?.spec.speed]), [
		['plant/a', 1, undefined],
		['plant/c', undefined, 1],
		['plant/b', 1, 2],
	]);
	assert.deepEqual(cache.byIndex('speed', '1').map(({metadata}) => metadata.name), ['c']);
});
