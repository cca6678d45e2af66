import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {KubeApi} from '../../../runtime/kube/api.ts';
import {KubeError} from '../../../runtime/kube/errors.ts';
import {EventLog} from '../../../simulator/event-log.ts';
import {recordApi} from '../../../simulator/recorded-api.ts';
import {simulationEpochMs} from '../../../simulator/scheduler.ts';

const ref = {group: '', version: 'v1', plural: 'configmaps', namespace: 'a'};

/** Takes every write but that of an object named `refused`; reads are not the recorder's business. */
const fake = {
	create: (_: unknown, object: {readonly metadata: {readonly name: string}}) =>
		object.metadata.name === 'refused'
			? Promise.reject(new KubeError({code: 409, reason: 'AlreadyExists', message: 'it exists'}))
			: Promise.resolve(object),
	patch: () => Promise.resolve({}),
	list: () => Promise.resolve({items: [], resourceVersion: '1'}),
} as unknown as KubeApi;

test('recordApi() logs and counts each write with its outcome, passes refusals on, and leaves reads alone', async () => {
	const lines: string[] = [];
	const {api, counts} = recordApi(fake, new EventLog(() => simulationEpochMs, (line) => lines.push(line)));
	const object = {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'x'}};
	assert.deepEqual(await api.create(ref, object), object);
	await assert.rejects(api.create(ref, {...object, metadata: {name: 'refused'}}), KubeError);
	await api.patch(ref, 'x', {status: {a: 1}}, {subresource: 'status'});
	await api.list(ref);
	assert.deepEqual(lines.map((line) => line.split(' ').slice(1, 5).join(' ').trim().replace(/ \{.*/, '')), [
		'api configmaps/a/x create',
		'api configmaps/a/refused create refused',
		'api configmaps/a/x patch-status',
	]);
	assert.deepEqual([...counts().writes, counts().refused], [['configmaps', 3], 1]);
});
