import type {Topic} from '../scenario.ts';
import {get, group, scenario} from './objects.ts';

type Named = Readonly<Record<string, unknown>> & {readonly name: string};

const servedPlurals = new Set(['namespaces', 'configmaps', 'secrets', 'events', 'leases', 'controllerrevisions']);
const servedGroups = ['apps', 'coordination.k8s.io', 'femtofleet.dev'];

const aggregated = {
	accept: ['v2', 'v2beta1'].map((v) => `application/json;g=apidiscovery.k8s.io;v=${v};as=APIGroupDiscoveryList`).join(',')
		+ ',application/json',
};

const ours = (name: string): boolean => servedPlurals.has(name.split('/')[0] ?? '') || name.startsWith('femto');

/** Resources that both serve; the hash of the storage version and subresources of the full server's namespaces aside. */
function servedResources(body: unknown): unknown {
	const list = body as {readonly resources: readonly Named[]};
	const kept = list.resources.filter(({name}) => ours(name) && name !== 'namespaces/finalize');
	return {...list, resources: kept.map(({storageVersionHash: _hash, ...resource}) => sortVerbs(resource)).toSorted(byName)};
}

/** In any order the same. */
const sortVerbs = <T extends object>(resource: T): T =>
	'verbs' in resource ? {...resource, verbs: (resource.verbs as string[]).toSorted()} : resource;

const byName = (left: Named, right: Named): number => (left.name < right.name ? -1 : 1);

function groups(body: unknown): unknown {
	const list = body as {readonly groups: readonly Named[]};
	return {...list, groups: list.groups.filter(({name}) => servedGroups.includes(name)).toSorted(byName)};
}

interface DiscoveredResource {
	readonly resource: string;
	readonly subresources?: readonly {readonly subresource: string}[];
}

interface GroupDiscovery {
	readonly metadata: {readonly name?: string};
	readonly versions: readonly {readonly version: string; readonly resources: readonly DiscoveredResource[]}[];
}

/** Groups that both serve, of the versions that both serve. */
function aggregatedGroups(body: unknown): unknown {
	const list = body as {readonly items: readonly GroupDiscovery[]};
	const kept = list.items.filter(({metadata: {name = ''}}) => name === '' || servedGroups.includes(name));
	return {
		...list,
		metadata: {},
		items: kept
			.map(({versions, ...rest}) => ({
				...rest,
				metadata: {name: rest.metadata.name},
				versions: versions
					.filter(({version}) => /^v1(alpha1)?$/.test(version))
					.map((version) => ({
						...version,
						resources: version.resources
							.filter(({resource}) => ours(resource))
							.map(({subresources, ...resource}) => ({
								...sortVerbs(resource),
								subresources: subresources?.filter(({subresource}) => subresource === 'status').map(sortVerbs),
							}))
							.toSorted((left, right) => (left.resource < right.resource ? -1 : 1)),
					})),
			}))
			.toSorted((left, right) => ((left.metadata.name ?? '') < (right.metadata.name ?? '') ? -1 : 1)),
	};
}

const fieldTypes = (body: unknown): unknown =>
	Object.fromEntries(Object.entries(body as object).map(([name, value]) => [name, typeof value]));

interface OpenApiIndex {
	readonly paths: Readonly<Record<string, {readonly serverRelativeURL: string}>>;
}

function indexPaths(body: unknown): unknown {
	const wanted = ['api/v1', 'apis/apps/v1', 'apis/coordination.k8s.io/v1', 'apis/femtofleet.dev/v1alpha1'];
	const {paths} = body as OpenApiIndex;
	return wanted.map((name) => paths[name]?.serverRelativeURL.replace(/hash=.*/, 'hash='));
}

interface OpenApiDocument {
	readonly openapi: string;
	readonly paths: Readonly<Record<string, Readonly<Record<string, {readonly parameters?: readonly {readonly name: string}[]}>>>>;
	readonly components: {readonly schemas: Readonly<Record<string, Readonly<Record<string, unknown>>>>};
}

/** What kubectl needs of a document: kinds by group, version and kind, and that PATCH takes fieldValidation. */
function documentSummary(kinds: readonly string[], path: string): (body: unknown) => unknown {
	return (body) => {
		const {openapi, paths, components} = body as OpenApiDocument;
		const schemas = Object.values(components.schemas).filter((schema) =>
			(schema['x-kubernetes-group-version-kind'] as {kind: string}[] | undefined)?.some(({kind}) => kinds.includes(kind)),
		);
		return {
			openapi,
			kinds: schemas.map((schema) => schema['x-kubernetes-group-version-kind']),
			descriptions: schemas.map((schema) => typeof schema['description']),
			validatesFields: paths[path]?.['patch']?.parameters?.some(({name}) => name === 'fieldValidation'),
			methods: Object.keys(paths[path] ?? {}).filter((name) => /^(get|put|patch|delete|post)$/.test(name)).toSorted(),
		};
	};
}

export const discovery: Topic = {
	name: 'discovery',
	scenarios: [
		scenario('plain discovery', [
			get('the versions of the core group', '/api', {only: (body) => ({...(body as object), serverAddressByClientCIDRs: 0})}),
			get('the groups', '/apis', {only: groups}),
			get('the resources of the core group', '/api/v1', {only: servedResources}),
			get('the resources of our group', group, {only: servedResources}),
			get('our group alone', '/apis/femtofleet.dev'),
			get('the resources of apps', '/apis/apps/v1', {only: servedResources}),
			get('the resources of coordination', '/apis/coordination.k8s.io/v1', {only: servedResources}),
			get('the group apps alone', '/apis/apps', {only: (body) => body}),
			get('a group that nobody serves', '/apis/nobody.example'),
			get('a version that nobody serves', '/apis/femtofleet.dev/v9'),
			get('with a time limit as kubectl sends it', '/apis', {query: {timeout: '32s'}, only: groups}),
		]),
		scenario('aggregated discovery', [
			get('the core group', '/api', {headers: aggregated, only: aggregatedGroups}),
			get('the groups', '/apis', {headers: aggregated, only: aggregatedGroups}),
		]),
		scenario('OpenAPI', [
			get('the index', '/openapi/v3', {headers: {accept: 'application/json'}, only: indexPaths}),
			get('the document of our group', '/openapi/v3/apis/femtofleet.dev/v1alpha1', {
				only: documentSummary(
					['FemtoContainer'],
					`${group}/namespaces/{namespace}/femtocontainers/{name}`,
				),
			}),
			get('the document of the core group', '/openapi/v3/api/v1', {
				only: documentSummary(['ConfigMap'], '/api/v1/namespaces/{namespace}/configmaps/{name}'),
			}),
			get('a document of nothing', '/openapi/v3/apis/nobody.example/v1', {only: () => ''}),
			get('the second version, as protobuf only', '/openapi/v2', {
				headers: {accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'},
				only: () => '',
			}),
		]),
		scenario('version and health', [
			get('the version', '/version', {only: fieldTypes}),
			get('livez', '/livez'),
			get('readyz', '/readyz'),
			get('healthz', '/healthz'),
			get('a path of nothing', '/nothing/here'),
		]),
	],
};
