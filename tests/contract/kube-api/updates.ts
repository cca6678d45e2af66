import assert from 'node:assert/strict';
import {
	causes,
	type Check,
	configMap,
	configMapsIn,
	container,
	containersIn,
	device,
	devices,
	leasesIn,
	type Loose,
	refused,
	revisionsIn,
} from './support.ts';

export function updates(check: Check): void {
	check('a change of spec raises generation once, one of labels does not', async (api) => {
		const made = await api.create(devices, device('a'));
		const moved = await api.replace(devices, {...made, spec: {...made.spec, cordoned: true}});
		assert.equal(moved.metadata.generation, 2);
		const labelled = await api.replace(devices, {...moved, metadata: {...moved.metadata, labels: {class: 'pump'}}});
		assert.equal(labelled.metadata.generation, 2);
		assert.notEqual(labelled.metadata.resourceVersion, moved.metadata.resourceVersion);
	});
	check('a write that changes nothing changes no version', async (api) => {
		const made = await api.create(devices, device('a'));
		assert.deepEqual(await api.replace(devices, made), made);
		assert.deepEqual(await api.patch(devices, 'a', {spec: {cordoned: false}}), made);
		assert.deepEqual(
			await api.patch(devices, 'a', {status: {bridge: 'b'}}),
			made,
			'status through the main resource is ignored',
		);
	});
	check('an older version is 409 Conflict', async (api) => {
		const made = await api.create(devices, device('a'));
		await api.replace(devices, {...made, spec: {cordoned: true}});
		const error = await refused(api.replace(devices, {...made, spec: {keyNumber: 1}}), 409, 'Conflict');
		assert.equal(
			error.message,
			'Operation cannot be fulfilled on femtodevices.femtofleet.dev "a": the object has been modified; ' +
				'please apply your changes to the latest version and try again',
		);
	});
	check('a custom resource is not replaced without a version', async (api) => {
		await api.create(devices, device('a'));
		assert.deepEqual(await causes(api.replace(devices, device('a'))), [
			'metadata.resourceVersion: Invalid value: 0: must be specified for an update',
		]);
	});
	check('another uid is 409 Conflict', async (api) => {
		const made = await api.create(devices, device('a'));
		await refused(api.replace(devices, {...made, metadata: {...made.metadata, uid: 'other'}}), 409, 'Conflict');
	});
	check('status and the rest are written apart', async (api) => {
		const made = await api.create(devices, device('a', {status: {bridge: 'early'}}));
		assert.equal(made.status, undefined, 'create ignores status');
		const told = await api.replace(
			devices,
			{...made, spec: {cordoned: true}, status: {bridge: 'b1'}},
			{subresource: 'status'},
		);
		assert.deepEqual([told.status, told.spec?.['cordoned'], told.metadata.generation], [{bridge: 'b1'}, false, 1]);
		const moved = await api.replace(devices, {...told, spec: {cordoned: true}, status: {bridge: 'b2'}});
		assert.deepEqual([moved.status, moved.spec?.['cordoned'], moved.metadata.generation], [{bridge: 'b1'}, true, 2]);
		const relabelled = await api.patch(
			devices,
			'a',
			{metadata: {labels: {x: 'y'}}, status: {bridge: 'b3'}},
			{subresource: 'status'},
		);
		assert.deepEqual([relabelled.metadata.labels, (relabelled as Loose).status], [undefined, {bridge: 'b3'}]);
	});
	check('what the server gives can not be changed', async (api) => {
		const made = await api.create(devices, device('a'));
		const later = {...made, metadata: {...made.metadata, creationTimestamp: '2001-01-01T00:00:00Z', generation: 9}};
		assert.deepEqual(await api.replace(devices, later), made);
	});
	check('the data of a revision and of an immutable ConfigMap stays', async (api) => {
		const revision = {
			apiVersion: 'apps/v1',
			kind: 'ControllerRevision',
			metadata: {name: 'r'},
			revision: 1,
			data: {image: 'AQID'},
		};
		await api.create<Loose>(revisionsIn('default'), revision);
		assert.deepEqual(await causes(api.patch(revisionsIn('default'), 'r', {data: {image: 'AQIE'}})), [
			'data: Invalid value: {"image":"AQIE"}: field is immutable',
		]);
		const counted = await api.patch<Loose>(revisionsIn('default'), 'r', {revision: 2});
		assert.equal(counted['revision'], 2);
		await api.create(configMapsIn('default'), {...configMap('c', {a: '1'}), immutable: true});
		assert.deepEqual(await causes(api.patch(configMapsIn('default'), 'c', {data: {a: '2'}})), [
			'data: Forbidden: field is immutable when `immutable` is set',
		]);
	});
	check('a lease is taken by one of two', async (api) => {
		const lease = {
			apiVersion: 'coordination.k8s.io/v1',
			kind: 'Lease',
			metadata: {name: 'leader'},
			spec: {holderIdentity: 'a', leaseDurationSeconds: 15},
		};
		const made = await api.create<Loose>(leasesIn('default'), lease);
		const taken = {...made, spec: {...made.spec, holderIdentity: 'b', renewTime: '2026-01-01T00:00:00.123456Z'}};
		const results = await Promise.allSettled([
			api.replace(leasesIn('default'), taken),
			api.replace(leasesIn('default'), {...taken, spec: {...taken.spec, holderIdentity: 'c'}}),
		]);
		assert.deepEqual(results.map(({status}) => status).toSorted(), ['fulfilled', 'rejected']);
		const {spec} = await api.get<Loose>(leasesIn('default'), 'leader');
		assert.equal(spec?.['renewTime'], '2026-01-01T00:00:00.123456Z');
	});
}

export function patches(check: Check): void {
	check('a merge patch sets, removes, and replaces lists whole', async (api) => {
		await api.create(containersIn('default'), container('a', {parameters: {window: 10, gain: 2}}));
		const patched = await api.patch<Loose>(containersIn('default'), 'a', {
			spec: {parameters: {window: 20, gain: null}, rollout: {waves: [{count: 1}]}, faultPolicy: null},
		});
		assert.deepEqual(patched.spec?.['parameters'], {window: 20});
		assert.partialDeepStrictEqual(patched.spec?.['rollout'], {waves: [{count: 1, soakSeconds: 0}]});
		assert.deepEqual(
			patched.spec?.['faultPolicy'],
			{maxFaults: 3, action: 'Revert'},
			'what is removed is defaulted again',
		);
	});
	check('a JSON Patch applies all its operations or none', async (api) => {
		await api.create(devices, device('a', {}, {class: 'pump'}));
		const patched = await api.patch<Loose>(devices, 'a', [
			{op: 'test', path: '/metadata/labels/class', value: 'pump'},
			{op: 'add', path: '/metadata/labels/site~1room', value: 'x'},
			{op: 'replace', path: '/spec/cordoned', value: true},
		]);
		assert.deepEqual(patched.metadata.labels, {'class': 'pump', 'site/room': 'x'});
		await refused(
			api.patch(devices, 'a', [
				{op: 'replace', path: '/spec/cordoned', value: false},
				{op: 'test', path: '/metadata/labels/class', value: 'valve'},
			]),
			422,
			'Invalid',
		);
		assert.equal((await api.get<Loose>(devices, 'a')).spec?.['cordoned'], true);
	});
	check('a patch that names a version is guarded by it', async (api) => {
		const made = await api.create(devices, device('a'));
		await api.patch(devices, 'a', {spec: {keyNumber: 1}, metadata: {resourceVersion: made.metadata.resourceVersion}});
		await refused(
			api.patch(devices, 'a', {spec: {keyNumber: 2}, metadata: {resourceVersion: made.metadata.resourceVersion}}),
			409,
			'Conflict',
		);
	});
	check('a patch can not rename', async (api) => {
		await api.create(devices, device('a'));
		await refused(api.patch(devices, 'a', {metadata: {name: 'b'}}), 400, 'BadRequest');
	});
}
