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
	digest,
	eventsIn,
	type Loose,
	namespaces,
	refused,
} from './support.ts';

const notAllChecked =
	'<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; ' +
	'correct the existing errors to complete validation';

export function validation(check: Check): void {
	const bad: Readonly<Record<string, readonly [spec: Readonly<Record<string, unknown>>, expected: string]>> = {
		'a wrong type': [
			{paused: 'yes'},
			'spec.paused: Invalid value: "string": spec.paused in body must be of type boolean: "string"',
		],
		'a value below its bound': [
			{minReadySeconds: -1},
			'spec.minReadySeconds: Invalid value: -1: spec.minReadySeconds in body should be greater than or equal to 0',
		],
		'a value above its bound': [
			{minReadySeconds: 86401, rollout: {progressDeadlineSeconds: 86402}},
			'spec.minReadySeconds: Invalid value: 86401: spec.minReadySeconds in body should be less than or equal to 86400',
		],
		'a missing field': [{image: {digest}}, 'spec.image.configMap: Required value'],
		'a pattern': [
			{image: {digest: 'sha256:12', configMap: {name: 'a'}}},
			'spec.image.digest: Invalid value: "sha256:12": spec.image.digest in body should match \'^sha256:[0-9a-f]{64}$\'',
		],
		'an enum': [
			{rollout: {onFailure: 'Retry'}},
			'spec.rollout.onFailure: Unsupported value: "Retry": supported values: "Rollback", "Pause"',
		],
		'a key that comes twice': [
			{hooks: [{name: 'timer'}, {name: 'timer'}]},
			'spec.hooks[1]: Duplicate value: {"name":"timer"}',
		],
		'too many items': [
			{rollout: {waves: Array.from({length: 17}, () => ({count: 1}))}},
			'spec.rollout.waves: Too many: 17: must have at most 16 items',
		],
	};
	for (const [what, [spec, expected]] of Object.entries(bad)) {
		check(`${what} is refused with field, value and rule`, async (api) => {
			const promise = api.create(containersIn('default'), container('a', spec));
			const error = await refused(promise, 422, 'Invalid');
			const [first, second] = (error.status.details?.causes ?? []).map(({field, message}) => `${field}: ${message}`);
			assert.equal(first, expected);
			// What rules would read may be missing, so they were not run.
			assert.equal(second ?? notAllChecked, notAllChecked);
			const list = second === undefined ? first : `[${first}, ${second}]`;
			assert.equal(error.message, `FemtoContainer.femtofleet.dev "a" is invalid: ${list}`);
		});
	}
	check('several broken rules come together', async (api) => {
		const found = await causes(api.create(containersIn('default'), container('a', {paused: 1, minReadySeconds: -1})));
		assert.deepEqual([found.length, found[2]], [3, notAllChecked]);
	});
	check('names and labels have their syntax', async (api) => {
		assert.match(
			(await causes(api.create(devices, device('Pump_1'))))[0] ?? '',
			/^metadata\.name: Invalid value: "Pump_1": a lowercase RFC 1123 subdomain/,
		);
		assert.match(
			(await causes(api.create(devices, device('a', {}, {'class!': 'x'}))))[0] ?? '',
			/^metadata\.labels: Invalid value: "class!"/,
		);
		assert.match(
			(await causes(api.create(devices, device('a', {}, {class: '-x'}))))[0] ?? '',
			/^metadata\.labels: Invalid value: "-x"/,
		);
	});
	check('unknown fields are dropped, or named and refused when strict', async (api) => {
		const odd = container('a', {colour: 'red', rollout: {speed: 1}});
		const made = await api.create(containersIn('default'), odd);
		assert.equal(made.spec?.['colour'], undefined);
		const error = await refused(
			api.create(containersIn('default'), {...odd, metadata: {name: 'b'}}, {fieldValidation: 'Strict'}),
			400,
			'BadRequest',
		);
		assert.match(
			error.message,
			/strict decoding error: unknown field "spec\.colour", unknown field "spec\.rollout\.speed"/,
		);
	});
	check('a body of another kind or version is refused', async (api) => {
		assert.deepEqual(await causes(api.create(devices, container('a'))), [
			'kind: Invalid value: "FemtoContainer": must be FemtoDevice',
		]);
		await refused(api.create(configMapsIn('default'), {...configMap('a'), kind: 'Secret'}), 400, 'BadRequest');
		await refused(api.create(devices, {...device('a'), apiVersion: 'femtofleet.dev/v9'}), 400, 'BadRequest');
	});
	check('an event belongs to the namespace of its object', async (api) => {
		const event = {
			apiVersion: 'v1',
			kind: 'Event',
			metadata: {name: 'e'},
			reason: 'Ready',
			message: 'ready',
			type: 'Normal',
			involvedObject: {apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoDevice', name: 'a', uid: '1'},
		};
		await api.create<Loose>(eventsIn('default'), event);
		await api.create(namespaces, {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'plant'}});
		assert.deepEqual(await causes(api.create<Loose>(eventsIn('plant'), event)), [
			'involvedObject.namespace: Invalid value: "": does not match event.namespace',
		]);
		const {items} = await api.list(eventsIn('default'), {
			fieldSelector: 'involvedObject.name=a,involvedObject.kind=FemtoDevice',
		});
		assert.equal(items.length, 1);
	});
	check('unknown fields are dropped with a warning each when it is asked for', async (api) => {
		const texts: string[] = [];
		const options = {fieldValidation: 'Warn', onWarning: (text: string) => texts.push(text)} as const;
		const odd = container('a', {colour: 'red', hooks: [{name: 'timer', speed: 1}]});
		const made = await api.create(containersIn('default'), odd, options);
		assert.equal(made.spec?.['colour'], undefined);
		assert.deepEqual(texts, ['unknown field "spec.colour"', 'unknown field "spec.hooks[0].speed"']);
		await api.patch(containersIn('default'), 'a', {spec: {paused: true, size: 1}}, options);
		assert.deepEqual(texts.slice(2), ['unknown field "spec.size"']);
	});
	check('a strict patch that adds unknown fields is 422, and shows what it made', async (api) => {
		await api.create(devices, device('a'));
		const patch = api.patch(devices, 'a', {spec: {size: 1}}, {fieldValidation: 'Strict'});
		const error = await refused(patch, 422, 'Invalid');
		assert.match(error.message, /^ "" is invalid: patch: Invalid value: "\{.*\}": strict decoding error: /);
		assert.match(error.message, /: unknown field "spec\.size"$/);
		assert.equal(error.status.details?.causes?.[0]?.field, 'patch');
	});
	check('null is absence', async (api) => {
		const made = await api.create(containersIn('default'), container('a', {paused: null, parameters: null, rollout: null}));
		assert.deepEqual([made.spec?.['paused'], made.spec?.['parameters']], [false, undefined]);
		assert.partialDeepStrictEqual(made.spec?.['rollout'], {onFailure: 'Rollback'});
	});
}
