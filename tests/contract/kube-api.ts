import assert from 'node:assert/strict';
import {suite, test} from 'node:test';
import type {KubeApi, WatchEvent, WatchOptions} from '../../runtime/kube/api.ts';
import {KubeError} from '../../runtime/kube/errors.ts';
import type {KubeObject, ResourceRef} from '../../runtime/kube/types.ts';

/** A server of its own with the project's definitions. `close` ends it. */
export interface KubeApiUnderTest {
	readonly api: KubeApi;
	close(): Promise<void>;
}

interface Loose extends KubeObject {
	readonly spec?: Readonly<Record<string, unknown>>;
	readonly status?: Readonly<Record<string, unknown>>;
	readonly data?: Readonly<Record<string, unknown>>;
	readonly [field: string]: unknown;
}

const group = {group: 'femtofleet.dev', version: 'v1alpha1'} as const;
const devices: ResourceRef = {...group, plural: 'femtodevices'};
const namespaces: ResourceRef = {group: '', version: 'v1', plural: 'namespaces'};
const containersIn = (namespace: string): ResourceRef => ({...group, plural: 'femtocontainers', namespace});
const configMapsIn = (namespace: string): ResourceRef => ({group: '', version: 'v1', plural: 'configmaps', namespace});
const leasesIn = (namespace: string): ResourceRef => ({
	group: 'coordination.k8s.io',
	version: 'v1',
	plural: 'leases',
	namespace,
});
const revisionsIn = (namespace: string): ResourceRef => ({
	group: 'apps',
	version: 'v1',
	plural: 'controllerrevisions',
	namespace,
});
const eventsIn = (namespace: string): ResourceRef => ({group: '', version: 'v1', plural: 'events', namespace});

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

function device(name: string, more: Partial<Loose> = {}, labels?: Readonly<Record<string, string>>): Loose {
	return {
		apiVersion: 'femtofleet.dev/v1alpha1',
		kind: 'FemtoDevice',
		metadata: {name, ...(labels === undefined ? {} : {labels})},
		...more,
	};
}

function container(name: string, spec: Readonly<Record<string, unknown>> = {}): Loose {
	return {
		apiVersion: 'femtofleet.dev/v1alpha1',
		kind: 'FemtoContainer',
		metadata: {name},
		spec: {deviceSelector: {}, image: {digest, configMap: {name: 'image'}}, ...spec},
	};
}

function configMap(name: string, data: Readonly<Record<string, string>> = {}): Loose {
	return {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name}, data};
}

async function refused(promise: Promise<unknown>, code: number, reason: string): Promise<KubeError> {
	const error: unknown = await promise.then(
		() => undefined,
		(thrown: unknown) => thrown,
	);
	assert(error instanceof KubeError, `refusal ${code} ${reason} expected, got ${String(error)}`);
	assert.deepEqual([error.code, error.reason], [code, reason], error.message);
	return error;
}

/** The causes of a 422, as `field: message`. */
async function causes(promise: Promise<unknown>): Promise<readonly string[]> {
	const {status} = await refused(promise, 422, 'Invalid');
	return (status.details?.causes ?? []).map(({field, message}) => `${field}: ${message}`);
}

/** Reads a watch until `count` events that are no bookmarks have come. */
async function take(
	api: KubeApi,
	ref: ResourceRef,
	options: Omit<WatchOptions, 'signal'>,
	count: number,
): Promise<string[]> {
	const seen: string[] = [];
	const abort = new AbortController();
	for await (const event of api.watch<Loose>(ref, {...options, signal: abort.signal})) {
		if (event.type === 'BOOKMARK') continue;
		seen.push(`${event.type} ${event.object.metadata.name}`);
		if (seen.length === count) break;
	}
	abort.abort();
	return seen;
}

/** What every implementation of KubeApi does; `open` makes one that holds nothing but the namespace `default`. */
export function kubeApiContract(name: string, open: () => Promise<KubeApiUnderTest>): void {
	const check = (title: string, body: (api: KubeApi) => Promise<void>): void => {
		test(title, {timeout: 20_000}, async () => {
			const server = await open();
			try {
				await body(server.api);
			} finally {
				await server.close();
			}
		});
	};
	suite(`${name} keeps the contract of KubeApi:`, () => {
		objects(check);
		updates(check);
		patches(check);
		deletion(check);
		namespaceRules(check);
		lists(check);
		watches(check);
		validation(check);
	});
}

type Check = (title: string, body: (api: KubeApi) => Promise<void>) => void;

function objects(check: Check): void {
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

function updates(check: Check): void {
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
			'metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
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
		const later = {...made, metadata: {...made.metadata, creationTimestamp: '2001-01-01T00:00:00Z'}};
		assert.deepEqual(await causes(api.replace(devices, later)), [
			'metadata.creationTimestamp: Invalid value: "2001-01-01T00:00:00Z": field is immutable',
		]);
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
			'data: Forbidden: field is immutable',
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

function patches(check: Check): void {
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

function deletion(check: Check): void {
	check('an object without finalizers goes at once', async (api) => {
		await api.create(devices, device('a'));
		await api.delete(devices, 'a');
		await refused(api.get(devices, 'a'), 404, 'NotFound');
		await refused(api.delete(devices, 'a'), 404, 'NotFound');
	});
	check('one with finalizers is marked, and goes with the last of them', async (api) => {
		const finalizers = ['femtofleet.dev/heads', 'femtofleet.dev/other'];
		const made = await api.create<Loose>(devices, {...device('a'), metadata: {name: 'a', finalizers}});
		await api.delete(devices, 'a');
		const marked = await api.get(devices, 'a');
		assert.match(marked.metadata.deletionTimestamp ?? '', /Z$/);
		await api.delete(devices, 'a');
		assert.deepEqual(await api.get(devices, 'a'), marked, 'deleting again changes nothing');
		const problems = await causes(
			api.patch(devices, 'a', {metadata: {finalizers: [...finalizers, 'femtofleet.dev/late']}}),
		);
		assert.match(problems[0] ?? '', /^metadata\.finalizers: Forbidden: no new finalizers can be added/);
		await api.patch(devices, 'a', {metadata: {finalizers: ['femtofleet.dev/other']}});
		assert.equal((await api.get(devices, 'a')).metadata.uid, made.metadata.uid);
		await api.patch(devices, 'a', {metadata: {finalizers: null}});
		await refused(api.get(devices, 'a'), 404, 'NotFound');
	});
	check('preconditions guard a deletion', async (api) => {
		const made = await api.create(devices, device('a'));
		await refused(api.delete(devices, 'a', {preconditions: {uid: 'other'}}), 409, 'Conflict');
		await refused(api.delete(devices, 'a', {preconditions: {resourceVersion: '1'}}), 409, 'Conflict');
		await api.delete(devices, 'a', {preconditions: {uid: made.metadata.uid ?? ''}});
		await refused(api.get(devices, 'a'), 404, 'NotFound');
	});
}

function namespaceRules(check: Check): void {
	check('an object needs a namespace that exists', async (api) => {
		const error = await refused(api.create(configMapsIn('nowhere'), configMap('a')), 404, 'NotFound');
		assert.equal(error.message, 'namespaces "nowhere" not found');
		await refused(
			api.create(configMapsIn('default'), {...configMap('a'), metadata: {name: 'a', namespace: 'other'}}),
			400,
			'BadRequest',
		);
	});
	check('a namespace takes its contents with it', async (api) => {
		await api.create(namespaces, {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'plant'}});
		await api.create(configMapsIn('plant'), configMap('a'));
		await api.create(containersIn('plant'), container('b'));
		const held = await api.create<Loose>(configMapsIn('plant'), {
			...configMap('held'),
			metadata: {name: 'held', finalizers: ['femtofleet.dev/hold']},
		});
		const watch = take(api, namespaces, {resourceVersion: held.metadata.resourceVersion ?? ''}, 2);
		await api.delete(namespaces, 'plant');
		await eventually(async () => {
			const {items} = await api.list(configMapsIn('plant'));
			assert.deepEqual(
				items.map(({metadata}) => [metadata.name, metadata.deletionTimestamp === undefined]),
				[['held', false]],
			);
			assert.deepEqual((await api.list(containersIn('plant'))).items, []);
		});
		const error = await refused(api.create(configMapsIn('plant'), configMap('late')), 403, 'Forbidden');
		assert.equal(
			error.message,
			'configmaps "late" is forbidden: unable to create new content in namespace plant because it is being terminated',
		);
		await api.patch(configMapsIn('plant'), 'held', {metadata: {finalizers: null}});
		assert.deepEqual(await watch, ['MODIFIED plant', 'DELETED plant']);
		await refused(api.get(namespaces, 'plant'), 404, 'NotFound');
	});
}

/** Servers with a namespace controller of their own need a moment; ours has none and passes at once. */
async function eventually(assertion: () => Promise<void>): Promise<void> {
	for (let tries = 0; ; tries++) {
		try {
			await assertion();
			return;
		} catch (error) {
			if (tries === 1_000) throw error;
		}
	}
}

function lists(check: Check): void {
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
}

function watches(check: Check): void {
	check('a watch from the version of a list shows each change once, in order', async (api) => {
		await api.create(devices, device('old'));
		const {resourceVersion} = await api.list(devices);
		await api.create(devices, device('a'));
		await api.patch(devices, 'a', {spec: {cordoned: true}});
		await api.patch(devices, 'a', {spec: {cordoned: true}});
		const live = take(api, devices, {resourceVersion}, 5);
		await api.patch(devices, 'old', {status: {bridge: 'b'}}, {subresource: 'status'});
		await api.delete(devices, 'a');
		await api.create(devices, device('last'));
		assert.deepEqual(await live, ['ADDED a', 'MODIFIED a', 'MODIFIED old', 'DELETED a', 'ADDED last']);
	});
	check('many writes while watching leave no gap and no duplicate', async (api) => {
		const {resourceVersion} = await api.list(devices);
		const watching = Promise.all(Array.from({length: 3}, () => take(api, devices, {resourceVersion}, 50)));
		await Promise.all(Array.from({length: 50}, (_, index) => api.create(devices, device(`d-${index}`))));
		for (const seen of await watching) assert.equal(new Set(seen).size, 50);
	});
	check('a deleted object carries the version of its deletion', async (api) => {
		const made = await api.create(devices, device('a'));
		await api.delete(devices, 'a');
		const [event] = await events(api, devices, made.metadata.resourceVersion ?? '', 1);
		assert(event !== undefined && event.type === 'DELETED');
		assert(Number(event.object.metadata.resourceVersion) > Number(made.metadata.resourceVersion));
	});
	check('an object that leaves or enters the selection is DELETED or ADDED', async (api) => {
		const made = await api.create(devices, device('a', {}, {class: 'pump'}));
		const resourceVersion = made.metadata.resourceVersion ?? '';
		await api.patch(devices, 'a', {metadata: {labels: {class: 'valve'}}});
		await api.patch(devices, 'a', {spec: {cordoned: true}});
		await api.patch(devices, 'a', {metadata: {labels: {class: 'pump'}}});
		await api.patch(devices, 'a', {spec: {cordoned: false}});
		const seen = await events(api, devices, resourceVersion, 3, {labelSelector: 'class=pump'});
		assert.deepEqual(
			seen.map(({type}) => type),
			['DELETED', 'ADDED', 'MODIFIED'],
		);
		const [left] = seen;
		assert.equal(left?.type === 'DELETED' ? left.object.metadata.labels?.['class'] : '', 'pump');
	});
	check('a watch of a namespace or a name sees nothing else', async (api) => {
		await api.create(namespaces, {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'plant'}});
		const {resourceVersion} = await api.list(configMapsIn('plant'));
		await api.create(configMapsIn('default'), configMap('a'));
		await api.create(configMapsIn('plant'), configMap('b'));
		await api.create(configMapsIn('plant'), configMap('c'));
		assert.deepEqual(await take(api, configMapsIn('plant'), {resourceVersion}, 2), ['ADDED b', 'ADDED c']);
		assert.deepEqual(await take(api, configMapsIn('plant'), {resourceVersion, fieldSelector: 'metadata.name=c'}, 1), [
			'ADDED c',
		]);
	});
	check('a watch ends with its signal', async (api) => {
		const {resourceVersion} = await api.list(devices);
		const abort = new AbortController();
		const seen: unknown[] = [];
		const watching = (async () => {
			for await (const event of api.watch(devices, {resourceVersion, signal: abort.signal})) seen.push(event);
		})();
		abort.abort();
		await watching;
		assert.deepEqual(seen, []);
	});
}

async function events(
	api: KubeApi,
	ref: ResourceRef,
	resourceVersion: string,
	count: number,
	options: {readonly labelSelector?: string} = {},
): Promise<readonly WatchEvent<Loose>[]> {
	const seen: WatchEvent<Loose>[] = [];
	for await (const event of api.watch<Loose>(ref, {...options, resourceVersion, signal: new AbortController().signal})) {
		if (event.type !== 'BOOKMARK') seen.push(event);
		if (seen.length === count) break;
	}
	return seen;
}

function validation(check: Check): void {
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
			{minReadySeconds: 86401},
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
			assert.deepEqual(await causes(promise), [expected]);
			const error = await refused(api.create(containersIn('default'), container('a', spec)), 422, 'Invalid');
			assert.equal(error.message, `FemtoContainer.femtofleet.dev "a" is invalid: ${expected}`);
		});
	}
	check('several broken rules come together', async (api) => {
		const found = await causes(api.create(containersIn('default'), container('a', {paused: 1, minReadySeconds: -1})));
		assert.equal(found.length, 2);
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
	check('a body of another kind or version is 400', async (api) => {
		await refused(api.create(devices, container('a')), 400, 'BadRequest');
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
}
