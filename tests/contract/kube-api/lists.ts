import assert from 'node:assert/strict';
import type {ListOptions} from '../../../runtime/kube/api.ts';
import {
	causes,
	configMap,
	configMapsIn,
	container,
	containersIn,
	device,
	devices,
	group,
	namespaces,
	refused,
	type Check,
	type Loose,
} from './support.ts';

export function lists(check: Check): void {
	check('a list is in the order of namespace and name', async (api) => {
		for (const name of ['c', 'a', 'b']) await api.create(devices, device(name));
		const {items} = await api.list(devices);
		assert.deepEqual(
			items.map(({metadata}) => metadata.name),
			['a', 'b', 'c'],
		);
	});
	check('a list without namespace is of all of them', async (api) => {
		await api.create(namespaces, {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'plant'}});
		await api.create(containersIn('plant'), container('x'));
		await api.create(containersIn('default'), container('x'));
		const all = await api.list({...group, plural: 'femtocontainers'});
		assert.deepEqual(
			all.items.map(({metadata}) => metadata.namespace),
			['default', 'plant'],
		);
		assert.equal((await api.list(containersIn('plant'))).items.length, 1);
	});
	const selectors: Readonly<Record<string, readonly string[]>> = {
		'class=pump': ['a', 'b'],
		'class==pump,site=n': ['a'],
		'class!=pump': ['c', 'd'],
		'class in (pump,valve)': ['a', 'b', 'c'],
		'class notin (pump)': ['c', 'd'],
		'site': ['a', 'b'],
		'!site': ['c', 'd'],
		'site in (n, s),class': ['a', 'b'],
	};
	check('label selectors have the full grammar', async (api) => {
		await api.create(devices, device('a', {}, {class: 'pump', site: 'n'}));
		await api.create(devices, device('b', {}, {class: 'pump', site: 's'}));
		await api.create(devices, device('c', {}, {class: 'valve'}));
		await api.create(devices, device('d'));
		for (const [labelSelector, expected] of Object.entries(selectors)) {
			const {items} = await api.list(devices, {labelSelector});
			assert.deepEqual(
				items.map(({metadata}) => metadata.name),
				expected,
				labelSelector,
			);
		}
		await refused(api.list(devices, {labelSelector: 'class in pump'}), 400, 'BadRequest');
	});
	check('field selectors know name and namespace', async (api) => {
		for (const name of ['a', 'b']) await api.create(devices, device(name));
		const named = await api.list(devices, {fieldSelector: 'metadata.name=b'});
		assert.deepEqual(
			named.items.map(({metadata}) => metadata.name),
			['b'],
		);
		const others = await api.list(devices, {fieldSelector: 'metadata.name!=b'});
		assert.deepEqual(
			others.items.map(({metadata}) => metadata.name),
			['a'],
		);
		const error = await refused(api.list(devices, {fieldSelector: 'spec.cordoned=true'}), 400, 'BadRequest');
		assert.match(error.message, /field label not supported: spec\.cordoned/);
	});
	check('pages together are the state at the first page', async (api) => {
		for (const name of ['a', 'b', 'c', 'd', 'e']) await api.create(devices, device(name));
		const first = await api.list(devices, {limit: 2});
		await api.delete(devices, 'd');
		await api.create(devices, device('bb'));
		const second = await api.list(devices, {limit: 2, continue: first.continue ?? ''});
		const third = await api.list(devices, {limit: 2, continue: second.continue ?? ''});
		const names = [first, second, third].map(({items}) => items.map(({metadata}) => metadata.name).join());
		assert.deepEqual(names, ['a,b', 'c,d', 'e']);
		assert.equal(third.continue, undefined);
		assert.equal(second.resourceVersion, first.resourceVersion);
		await refused(api.list(devices, {continue: 'nonsense'}), 400, 'BadRequest');
	});
	check('a list of a version: any, at least, exactly', async (api) => {
		const made = await api.create(devices, device('a'));
		const {resourceVersion: then} = await api.list(devices);
		await api.create(devices, device('b'));
		await api.patch(devices, 'a', {spec: {cordoned: true}});
		await api.delete(devices, 'b');
		const names = async (options: ListOptions): Promise<string> =>
			(await api.list<Loose>(devices, options)).items
				.map(({metadata, spec}) => `${metadata.name}:${String(spec?.['cordoned'])}`)
				.join();
		assert.equal(await names({resourceVersion: ''}), 'a:true');
		assert.equal(await names({resourceVersion: '0'}), 'a:true');
		assert.equal(await names({resourceVersion: then}), 'a:true');
		assert.equal(await names({resourceVersion: then, resourceVersionMatch: 'NotOlderThan'}), 'a:true');
		assert.equal(await names({resourceVersion: then, resourceVersionMatch: 'Exact'}), 'a:false');
		assert.equal(await names({resourceVersion: then, limit: 5}), 'a:false', 'a limit without a match means Exact');
		const exact = await api.list(devices, {resourceVersion: then, resourceVersionMatch: 'Exact'});
		assert.deepEqual([exact.resourceVersion, exact.items], [then, [made]]);
	});
	check('a version of the future is waited for, then 504', async (api) => {
		await api.create(devices, device('a'));
		const next = String(Number((await api.list(devices)).resourceVersion) + 1_000);
		const error = await refused(api.list(devices, {resourceVersion: next}), 504, 'Timeout');
		assert.match(error.message, /^Timeout: Too large resource version: \d+, current: \d+$/);
		assert.equal(error.status.details?.retryAfterSeconds, 1);
		assert.equal(error.status.details?.causes?.[0]?.reason, 'ResourceVersionTooLarge');
	});
	check('options that make no sense together are refused', async (api) => {
		assert.deepEqual(await causes(api.list(devices, {resourceVersionMatch: 'Exact'})), [
			'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
		]);
		const zero = await refused(api.list(devices, {resourceVersionMatch: 'Exact', resourceVersion: '0'}), 422, 'Invalid');
		assert.equal(
			zero.message,
			'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: ' +
				'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
		);
		await refused(api.list(devices, {resourceVersion: 'x'}), 400, 'BadRequest');
		const first = await (async () => {
			for (const name of ['a', 'b']) await api.create(devices, device(name));
			return api.list(devices, {limit: 1});
		})();
		const both = api.list(devices, {continue: first.continue ?? '', resourceVersion: first.resourceVersion});
		const error = await refused(both, 400, 'BadRequest');
		assert.equal(error.message, 'specifying resource version is not allowed when using continue');
	});
	const badFields: Readonly<Record<string, string>> = {
		'metadata.namespace=x': 'field label not supported: metadata.namespace',
		'status.x!=1': 'field label not supported: status.x',
		'metadata.name': "invalid selector: 'metadata.name'; can't understand 'metadata.name'",
		'metadata.name=a=b': 'invalid field selector: unescaped character in value: 61',
		'metadata.name=a\\b': 'invalid field selector: invalid escape sequence: \\b',
	};
	check('field selectors are refused in the official words', async (api) => {
		for (const [fieldSelector, expected] of Object.entries(badFields)) {
			assert.equal((await refused(api.list(devices, {fieldSelector}), 400, 'BadRequest')).message, expected);
		}
		const unknown = await refused(api.list(configMapsIn('default'), {fieldSelector: 'data.a=b'}), 400, 'BadRequest');
		assert.equal(
			unknown.message,
			'"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"',
		);
	});
	check('field selectors know ==, several terms and escapes', async (api) => {
		await api.create(configMapsIn('default'), configMap('a'));
		const found = async (fieldSelector: string): Promise<number> =>
			(await api.list(configMapsIn('default'), {fieldSelector})).items.filter(({metadata}) => metadata.name === 'a').length;
		assert.equal(await found('metadata.name==a,metadata.namespace=default'), 1);
		assert.equal(await found('metadata.name=a,metadata.namespace!=default'), 0);
		assert.equal(await found('metadata.name!=b\\,c\\=d'), 1);
	});
}
