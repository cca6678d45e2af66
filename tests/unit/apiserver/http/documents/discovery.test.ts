import assert from 'node:assert/strict';
import {test} from 'node:test';
import {
	aggregatedCore,
	aggregatedGroups,
	apiGroup,
	apiGroups,
	apiVersions,
	resourceList,
} from '../../../../../apiserver/http/documents/discovery.ts';
import {versionInfo} from '../../../../../apiserver/http/documents/version.ts';
import {at, kinds} from './support.ts';

const group = {
	name: 'femtofleet.dev',
	versions: [{groupVersion: 'femtofleet.dev/v1alpha1', version: 'v1alpha1'}],
	preferredVersion: {groupVersion: 'femtofleet.dev/v1alpha1', version: 'v1alpha1'},
};
const statusVerbs = ['get', 'patch', 'update'];
const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

test('The core group has version v1 at the address that a client reaches', () => {
	assert.deepEqual(apiVersions(), {kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: []});
	const byAddress = [{clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1:6443'}];
	assert.deepEqual(at(apiVersions('127.0.0.1:6443'), 'serverAddressByClientCIDRs'), byAddress);
});

test('Groups are listed without the core group, each with its preferred version', () => {
	const list = apiGroups(kinds);
	const groups = at(list, 'groups') as readonly {readonly name: string}[];
	assert.deepEqual([at(list, 'kind'), at(list, 'apiVersion')], ['APIGroupList', 'v1']);
	assert.deepEqual(groups.map(({name}) => name), ['apps', 'coordination.k8s.io', 'femtofleet.dev']);
	assert.deepEqual(groups.at(-1), group);
	assert.deepEqual(apiGroup(kinds, 'femtofleet.dev'), {kind: 'APIGroup', apiVersion: 'v1', ...group});
	assert.deepEqual([apiGroup(kinds, ''), apiGroup(kinds, 'batch')], [undefined, undefined]);
});

test('Resources of a version come with their status, by name', () => {
	const list = resourceList(kinds, 'femtofleet.dev/v1alpha1');
	const resources = at(list, 'resources') as readonly {readonly name: string}[];
	assert.deepEqual([at(list, 'kind'), at(list, 'apiVersion')], ['APIResourceList', 'v1']);
	assert.equal(at(list, 'groupVersion'), 'femtofleet.dev/v1alpha1');
	const plurals = ['femtocontainers', 'femtodevices', 'femtotenants'];
	assert.deepEqual(resources.map(({name}) => name), plurals.flatMap((plural) => [plural, `${plural}/status`]));
	assert.deepEqual(resources[2], {
		...{name: 'femtodevices', singularName: 'femtodevice', namespaced: false, kind: 'FemtoDevice'},
		...{verbs, shortNames: ['fd'], categories: ['femto']},
	});
	const status = {name: 'femtodevices/status', singularName: '', namespaced: false, kind: 'FemtoDevice', verbs: statusVerbs};
	assert.deepEqual(resources[3], status);
	assert.equal(resourceList(kinds, 'femtofleet.dev/v1'), undefined);
});

test('Namespaces are not deleted as a collection, and the core list has no apiVersion', () => {
	const list = resourceList(kinds, 'v1');
	const resources = at(list, 'resources') as readonly {readonly name: string; readonly verbs: readonly string[]}[];
	const deletable = (plural: string): unknown => resources.find(({name}) => name === plural)?.verbs.includes('deletecollection');
	assert.deepEqual([deletable('namespaces'), deletable('configmaps'), at(list, 'apiVersion')], [false, true, undefined]);
});

test('Aggregated discovery tells the same in one answer', () => {
	const groups = aggregatedGroups(kinds);
	assert.deepEqual([at(groups, 'kind'), at(groups, 'apiVersion')], ['APIGroupDiscoveryList', 'apidiscovery.k8s.io/v2']);
	const responseKind = {group: 'femtofleet.dev', version: 'v1alpha1', kind: 'FemtoContainer'};
	assert.equal(at(groups, 'items', 2, 'metadata', 'name'), 'femtofleet.dev');
	assert.deepEqual(at(groups, 'items', 2, 'versions', 0, 'resources', 0), {
		...{resource: 'femtocontainers', responseKind, scope: 'Namespaced', singularResource: 'femtocontainer', verbs},
		...{shortNames: ['fc'], categories: ['femto']},
		subresources: [{subresource: 'status', responseKind, verbs: statusVerbs}],
	});
	const core = aggregatedCore(kinds, 'v2beta1');
	assert.equal(at(core, 'apiVersion'), 'apidiscovery.k8s.io/v2beta1');
	const resources = at(core, 'items', 0, 'versions', 0, 'resources') as readonly {readonly resource: string}[];
	const plain = at(resourceList(kinds, 'v1'), 'resources') as readonly {readonly name: string}[];
	assert.deepEqual(
		resources.map(({resource}) => resource),
		plain.map(({name}) => name).filter((name) => !name.includes('/')),
	);
});

test('The version is a semantic version that no client takes for a pre-release', () => {
	const {major, minor, gitVersion = ''} = versionInfo();
	assert.match(gitVersion, /^v\d+\.\d+\.\d+\+femtofleet\.\d+\.\d+\.\d+$/);
	assert(gitVersion.startsWith(`v${major}.${minor}.`));
});
