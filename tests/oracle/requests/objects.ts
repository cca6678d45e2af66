import type {OracleRequest, Scenario} from '../scenario.ts';

export const group = '/apis/femtofleet.dev/v1alpha1';
export const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

type Fields = Readonly<Record<string, unknown>>;
type Extra = Partial<Omit<OracleRequest, 'name' | 'path'>>;

const item = (name: string | undefined): string => (name === undefined ? '' : `/${name}`);

/** Paths in the scenario's namespace; without a name the collection. */
export const containers = (name?: string): string => `${group}/namespaces/{{ns}}/femtocontainers${item(name)}`;
export const core = (plural: string, name?: string): string => `/api/v1/namespaces/{{ns}}/${plural}${item(name)}`;
export const leases = (name?: string): string => `/apis/coordination.k8s.io/v1/namespaces/{{ns}}/leases${item(name)}`;
export const revisions = (name?: string): string => `/apis/apps/v1/namespaces/{{ns}}/controllerrevisions${item(name)}`;
/** Devices and tenants have no namespace: their names begin with it instead. */
export const devices = (name?: string): string => `${group}/femtodevices${name === undefined ? '' : `/{{ns}}-${name}`}`;
export const tenants = (name?: string): string => `${group}/femtotenants${name === undefined ? '' : `/{{ns}}-${name}`}`;

export function container(name: string, spec: Fields = {}, metadata: Fields = {}): Fields {
	return {
		apiVersion: 'femtofleet.dev/v1alpha1',
		kind: 'FemtoContainer',
		metadata: {name, ...metadata},
		spec: {deviceSelector: {}, image: {digest, configMap: {name: 'image'}}, ...spec},
	};
}

export function device(name: string, spec: Fields = {}, metadata: Fields = {}): Fields {
	return {
		apiVersion: 'femtofleet.dev/v1alpha1',
		kind: 'FemtoDevice',
		metadata: {name: `{{ns}}-${name}`, labels: {run: '{{ns}}'}, ...metadata},
		spec,
	};
}

export function configMap(name: string, data: Fields = {}, metadata: Fields = {}): Fields {
	return {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name, ...metadata}, data};
}

export const condition = (status: string, reason: string): Fields => ({
	type: 'Ready',
	status,
	reason,
	message: 'told by a test',
	lastTransitionTime: '2020-01-02T03:04:05Z',
});

export const get = (name: string, path: string, extra: Extra = {}): OracleRequest => ({name, path, ...extra});
export const post = (name: string, path: string, json: unknown, extra: Extra = {}): OracleRequest => ({
	name,
	method: 'POST',
	path,
	json,
	...extra,
});
export const put = (name: string, path: string, json: unknown, extra: Extra = {}): OracleRequest => ({
	name,
	method: 'PUT',
	path,
	json,
	...extra,
});
export const remove = (name: string, path: string, extra: Extra = {}): OracleRequest => ({
	name,
	method: 'DELETE',
	path,
	...extra,
});

const patchTypes = {
	merge: 'application/merge-patch+json',
	json: 'application/json-patch+json',
	strategic: 'application/strategic-merge-patch+json',
	apply: 'application/apply-patch+yaml',
} as const;

export function patch(name: string, type: keyof typeof patchTypes, path: string, json: unknown, extra: Extra = {}): OracleRequest {
	return {name, method: 'PATCH', path, json, headers: {'content-type': patchTypes[type]}, ...extra};
}

/** Events after `from`, until `events` of them came or a second has passed. */
export function watch(name: string, path: string, from: string, events: number, extra: Extra = {}): OracleRequest {
	const query = {watch: true, resourceVersion: from, timeoutSeconds: 1, ...extra.query};
	return {name, path, watch: {events}, ...extra, query};
}

/** What kubectl asks for when it prints. */
export const asTable = {
	accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json',
};
export const asPartial = {accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json'};
export const asPartialList = {accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json'};

export const scenario = (name: string, requests: readonly OracleRequest[]): Scenario => ({name, requests});
export const withControllers = (name: string, requests: readonly OracleRequest[]): Scenario => ({
	name,
	requests,
	needsControllers: true,
});
