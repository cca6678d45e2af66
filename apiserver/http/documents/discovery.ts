import type {Kind} from '../../store/kind.ts';
import {groupVersionOf} from './names.ts';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'] as const;
/** In the order in which the official server gives those of custom resources. */
const customVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'] as const;
const statusVerbs = ['get', 'patch', 'update'] as const;

/** Content types of aggregated discovery say one of these. */
export type DiscoveryVersion = 'v2' | 'v2beta1';

/** GET /api. `serverAddress` is host:port as clients reach it. */
export function apiVersions(serverAddress?: string): object {
	return {
		kind: 'APIVersions',
		versions: ['v1'],
		serverAddressByClientCIDRs: serverAddress === undefined ? [] : [{clientCIDR: '0.0.0.0/0', serverAddress}],
	};
}

/** GET /apis. */
export function apiGroups(kinds: readonly Kind[]): object {
	const groups = groupsOf(kinds).map((group) => groupEntry(kinds, group));
	return {kind: 'APIGroupList', apiVersion: 'v1', groups};
}

/** GET /apis/GROUP; undefined for a group that is not served. */
export function apiGroup(kinds: readonly Kind[], group: string): object | undefined {
	if (!groupsOf(kinds).includes(group)) return undefined;
	return {kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(kinds, group)};
}

/** GET /api/v1 and /apis/GROUP/VERSION; undefined for a version that is not served. */
export function resourceList(kinds: readonly Kind[], groupVersion: string): object | undefined {
	const served = sorted(kinds.filter((kind) => groupVersionOf(kind) === groupVersion));
	if (served.length === 0) return undefined;
	// The official server leaves the apiVersion away for the core group.
	const head = groupVersion.includes('/') ? {apiVersion: 'v1'} : {};
	return {kind: 'APIResourceList', ...head, groupVersion, resources: served.flatMap(resourceEntries)};
}

/** GET /api as aggregated discovery. */
export function aggregatedCore(kinds: readonly Kind[], version: DiscoveryVersion = 'v2'): object {
	return aggregated([{metadata: {}, versions: versionEntries(kinds, '')}], version);
}

/** GET /apis as aggregated discovery. */
export function aggregatedGroups(kinds: readonly Kind[], version: DiscoveryVersion = 'v2'): object {
	const items = groupsOf(kinds).map((name) => ({metadata: {name}, versions: versionEntries(kinds, name)}));
	return aggregated(items, version);
}

function aggregated(items: readonly object[], version: DiscoveryVersion): object {
	return {kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items};
}

/** All groups but the core, which discovery treats apart. */
function groupsOf(kinds: readonly Kind[]): readonly string[] {
	return [...new Set(kinds.map(({group}) => group))].filter((group) => group !== '').toSorted();
}

/** In the order of the definition: the first is preferred. */
function versionsOf(kinds: readonly Kind[], group: string): readonly string[] {
	return [...new Set(kinds.filter((kind) => kind.group === group).map(({version}) => version))];
}

function groupEntry(kinds: readonly Kind[], name: string): object {
	const versions = versionsOf(kinds, name).map((version) => ({groupVersion: `${name}/${version}`, version}));
	return {name, versions, preferredVersion: versions[0]};
}

function resourceEntries(kind: Kind): readonly object[] {
	const {plural: name, singular, namespaced, shortNames, categories} = kind;
	const names = {singularName: singular, ...filled({shortNames, categories})};
	const main = {name, ...names, namespaced, kind: kind.kind, verbs: verbsOf(kind)};
	const status = {name: `${name}/status`, singularName: '', namespaced, kind: kind.kind, verbs: statusVerbs};
	return kind.hasStatus ? [main, status] : [main];
}

function versionEntries(kinds: readonly Kind[], group: string): readonly object[] {
	return versionsOf(kinds, group).map((version) => ({
		version,
		resources: sorted(kinds.filter((kind) => kind.group === group && kind.version === version)).map(discoveryEntry),
		freshness: 'Current',
	}));
}

function discoveryEntry(kind: Kind): object {
	// Of its own kinds the official server leaves group and version empty.
	const {group, version} = kind.builtin ? {group: '', version: ''} : kind;
	const responseKind = {group, version, kind: kind.kind};
	return {
		resource: kind.plural,
		responseKind,
		scope: kind.namespaced ? 'Namespaced' : 'Cluster',
		singularResource: kind.singular,
		verbs: verbsOf(kind),
		...filled({shortNames: kind.shortNames, categories: kind.categories}),
		...(kind.hasStatus ? {subresources: [{subresource: 'status', responseKind, verbs: statusVerbs}]} : {}),
	};
}

/** Namespaces go one by one, on the official server too. */
export function verbsOf({id, builtin}: Kind): readonly string[] {
	if (!builtin) return customVerbs;
	return id === '/namespaces' ? verbs.filter((verb) => verb !== 'deletecollection') : verbs;
}

function filled(lists: Readonly<Record<string, readonly string[]>>): object {
	return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
}

function sorted(kinds: readonly Kind[]): readonly Kind[] {
	return kinds.toSorted((left, right) => (left.plural < right.plural ? -1 : 1));
}
