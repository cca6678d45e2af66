import assert from 'node:assert/strict';
import {
	type Check,
	configMap,
	configMapsIn,
	container,
	containersIn,
	device,
	devices,
	group,
	type Loose,
	refused,
} from './support.ts';

export function objects(check: Check): void {
	check('a new object gets uid, version, time, generation and defaults, and comes back equal', async (api) => {
		const made = await api.create(devices, device('pump-1'));
		const {uid, resourceVersion, creationTimestamp, generation} = made.metadata;
		assert.match(uid ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
		assert.match(resourceVersion ?? '', /^[1-9]\d*$/);
		assert.match(creationTimestamp ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
		assert.equal(generation, 1);
		assert.deepEqual(made.spec, {cordoned: false, keyNumber: 0, wakeIntervalSeconds: 0});
		assert.deepEqual(await api.get(devices, 'pump-1'), made);
	});
	check('defaults reach into objects that are made by a default', async (api) => {
		const {spec} = await api.create(containersIn('default'), container('a'));
		assert.deepEqual(spec?.['rollout'], {
			waves: [{percent: 100, soakSeconds: 0}],
			maxUnavailable: '10%',
			maxFailures: 0,
			progressDeadlineSeconds: 600,
			onFailure: 'Rollback',
		});
		assert.deepEqual(spec?.['faultPolicy'], {maxFaults: 3, action: 'Revert'});
	});
	check('objects are frozen in depth', async (api) => {
		const made = await api.create(devices, device('a', {}, {class: 'pump'}));
		assert.throws(() => {
			(made.metadata.labels as Record<string, string>)['class'] = 'valve';
		}, TypeError);
	});
	check('what is not there is 404 with resource and name', async (api) => {
		const error = await refused(api.get(devices, 'gone'), 404, 'NotFound');
		assert.equal(error.message, 'femtodevices.femtofleet.dev "gone" not found');
		assert.deepEqual(error.status.details, {name: 'gone', group: 'femtofleet.dev', kind: 'femtodevices'});
	});
	check('a kind that is not served is 404', async (api) => {
		await refused(api.list({...group, plural: 'femtogadgets'}), 404, 'NotFound');
	});
	check('a name is taken once per namespace', async (api) => {
		await api.create(devices, device('a'));
		const error = await refused(api.create(devices, device('a')), 409, 'AlreadyExists');
		assert.equal(error.message, 'femtodevices.femtofleet.dev "a" already exists');
	});
	check('generateName makes a name', async (api) => {
		const template = {...configMap(''), metadata: {name: '', generateName: 'image-'}};
		const first = await api.create(configMapsIn('default'), template);
		const second = await api.create(configMapsIn('default'), template);
		assert.match(first.metadata.name, /^image-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
		assert.notEqual(first.metadata.name, second.metadata.name);
	});
	check('a dry run answers as if and changes nothing', async (api) => {
		const before = await api.list(devices);
		const made = await api.create(devices, device('a'), {dryRun: true});
		assert.deepEqual(made.spec, {cordoned: false, keyNumber: 0, wakeIntervalSeconds: 0});
		await refused(api.get(devices, 'a'), 404, 'NotFound');
		await api.create(devices, device('b'));
		await api.patch(devices, 'b', {spec: {cordoned: true}}, {dryRun: true});
		await api.delete(devices, 'b', {dryRun: true});
		const {items} = await api.list<Loose>(devices);
		assert.deepEqual(
			items.map(({metadata, spec}) => [metadata.name, spec?.['cordoned']]),
			[['b', false]],
		);
		assert.equal(before.items.length, 0);
	});
}
