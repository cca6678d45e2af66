import assert from 'node:assert/strict';
import {causes, container, containersIn, device, devices, group, type Check, type Loose} from './support.ts';

const tenants = {...group, plural: 'femtotenants'} as const;

export function rules(check: Check): void {
	check('a device has the name that its datagrams can carry', async (api) => {
		const expected = '<nil>: Invalid value: metadata.name must be 1 to 23 characters of a-z, 0-9 and -, and not bridge';
		for (const name of ['bridge', 'pump.1', 'a'.repeat(24)]) {
			assert.deepEqual(await causes(api.create(devices, device(name))), [expected], name);
		}
		await api.create(devices, device('a'.repeat(23)));
	});
	check('a rule that compares two fields names the one of its fieldPath', async (api) => {
		const spec = {minReadySeconds: 600, rollout: {progressDeadlineSeconds: 600}};
		assert.deepEqual(await causes(api.create(containersIn('default'), container('a', spec))), [
			'spec.rollout.progressDeadlineSeconds: Invalid value: ' +
				'rollout.progressDeadlineSeconds must be greater than minReadySeconds',
		]);
		await api.create(containersIn('default'), container('a', {...spec, minReadySeconds: 599}));
		assert.deepEqual(await causes(api.patch(containersIn('default'), 'a', {spec: {minReadySeconds: 700}})), [
			'spec.rollout.progressDeadlineSeconds: Invalid value: ' +
				'rollout.progressDeadlineSeconds must be greater than minReadySeconds',
		]);
	});
	check('rules of items name the item', async (api) => {
		const waves = [{count: 1}, {count: 1, percent: 5}, {selector: {}}, {}];
		const message = 'Invalid value: must have exactly one of count, percent and selector';
		assert.deepEqual(await causes(api.create(containersIn('default'), container('a', {rollout: {waves}}))), [
			`spec.rollout.waves[1]: ${message}`,
			`spec.rollout.waves[3]: ${message}`,
		]);
		const matchExpressions = [
			{key: 'a', operator: 'In', values: ['x']},
			{key: 'b', operator: 'Exists', values: ['x']},
			{key: 'c', operator: 'NotIn'},
			{key: 'd', operator: 'DoesNotExist'},
		];
		const values = 'must name values for the operators In and NotIn, and none for Exists and DoesNotExist';
		assert.deepEqual(await causes(api.create(containersIn('default'), container('a', {deviceSelector: {matchExpressions}}))), [
			`spec.deviceSelector.matchExpressions[1]: Invalid value: ${values}`,
			`spec.deviceSelector.matchExpressions[2]: Invalid value: ${values}`,
		]);
	});
	check('a rule that compares with the old value runs on updates only', async (api) => {
		const tenant: Loose = {
			apiVersion: 'femtofleet.dev/v1alpha1',
			kind: 'FemtoTenant',
			metadata: {name: 't'},
			spec: {namespace: 'default', id: 1, grant: 'AAAA', deviceSelector: {}},
		};
		await api.create(tenants, tenant);
		await api.patch(tenants, 't', {metadata: {labels: {a: 'b'}}});
		assert.deepEqual(await causes(api.patch(tenants, 't', {spec: {namespace: 'other'}})), [
			'spec.namespace: Invalid value: "other": must not change; make another FemtoTenant',
		]);
	});
}
