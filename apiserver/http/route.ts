import {badRequest} from '../store/refusals.ts';

/** What a path names. Whether the resource is served, and with which methods, is decided later. */
export type Route =
	| {readonly to: 'health'; readonly check: string; readonly path: string}
	| {readonly to: 'version'}
	| {readonly to: 'apiVersions'}
	| {readonly to: 'apiGroups'}
	| {readonly to: 'apiGroup'; readonly group: string}
	| {readonly to: 'resourceList'; readonly groupVersion: string}
	| {readonly to: 'openApiV2'}
	| {readonly to: 'openApiIndex'}
	| {readonly to: 'openApiDocument'; readonly groupVersion: string}
	| ServiceRoute
	| ResourceRoute
	| {readonly to: 'nothing'};

export interface ResourceRoute {
	readonly to: 'resource';
	readonly group: string;
	readonly version: string;
	readonly plural: string;
	readonly namespace?: string;
	readonly name?: string;
	readonly subresource?: string;
}

export interface ServiceRoute {
	readonly to: 'service';
	readonly namespace: string;
	/** Without scheme and port. */
	readonly service: string;
	/** What the service is asked for: begins with a slash, escapes as they were sent. */
	readonly path: string;
}

const healthChecks: ReadonlySet<string> = new Set(['healthz', 'livez', 'readyz']);
/** What may follow a namespace's own name; anything else is a resource inside it. */
const namespaceSubresources: ReadonlySet<string> = new Set(['status', 'finalize']);
const servicePath = /^\/api\/v1\/namespaces\/([^/]+)\/services\/([^/]+)\/proxy(\/.*)?$/;

/** Reads a path without query. @throws KubeError 400 for a broken percent escape. */
export function readRoute(path: string): Route {
	return readService(path) ?? routeOf(path.replace(/^\//, '').replace(/\/$/, '').split('/').map(decode));
}

function decode(segment: string): string {
	try {
		return decodeURIComponent(segment);
	} catch {
		throw badRequest(`invalid URL escape in path: ${JSON.stringify(segment)}`);
	}
}

/** `…/services/[scheme:]NAME[:PORT]/proxy/REST`. */
function readService(path: string): ServiceRoute | undefined {
	const match = servicePath.exec(path);
	if (match === null) return undefined;
	const [, namespace = '', named = '', rest = '/'] = match;
	const parts = decode(named).split(':');
	const service = (parts.length === 3 || /^https?$/.test(parts[0] ?? '') ? parts[1] : undefined) ?? parts[0] ?? '';
	return {to: 'service', namespace: decode(namespace), service, path: rest};
}

function routeOf(segments: readonly string[]): Route {
	const [first = '', ...rest] = segments;
	switch (first) {
		case 'api':
			return rest.length === 0 ? {to: 'apiVersions'} : versionRoute('', rest);
		case 'apis':
			if (rest.length === 0) return {to: 'apiGroups'};
			return rest.length === 1 ? {to: 'apiGroup', group: rest[0] ?? ''} : versionRoute(rest[0] ?? '', rest.slice(1));
		case 'openapi':
			return openApiRoute(rest);
		case 'version':
			return rest.length === 0 ? {to: 'version'} : {to: 'nothing'};
		default:
			return healthChecks.has(first) && rest.length <= 1
				? {to: 'health', check: rest[0] ?? '', path: first}
				: {to: 'nothing'};
	}
}

function openApiRoute([version, root, ...rest]: readonly string[]): Route {
	if (version === 'v2' && root === undefined) return {to: 'openApiV2'};
	if (version !== 'v3') return {to: 'nothing'};
	if (root === undefined) return {to: 'openApiIndex'};
	const fits = (root === 'api' && rest.length === 1) || (root === 'apis' && rest.length === 2);
	return fits ? {to: 'openApiDocument', groupVersion: rest.join('/')} : {to: 'nothing'};
}

function versionRoute(group: string, [version = '', ...rest]: readonly string[]): Route {
	const groupVersion = group === '' ? version : `${group}/${version}`;
	if (rest.length === 0) return {to: 'resourceList', groupVersion};
	const [first, second, third = ''] = rest;
	const isInside = first === 'namespaces' && rest.length > 2 && !(rest.length === 3 && namespaceSubresources.has(third));
	const [plural = '', name, subresource, ...more] = isInside ? rest.slice(2) : rest;
	// A path that is too long leads to no resource, but the version has the word.
	if (more.length > 0) return {to: 'resource', group, version, plural: rest.join('/')};
	return {
		to: 'resource',
		group,
		version,
		plural,
		...(isInside && second !== undefined ? {namespace: second} : {}),
		...(name === undefined ? {} : {name}),
		...(subresource === undefined ? {} : {subresource}),
	};
}
