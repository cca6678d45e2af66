import type {HttpResponse} from '../../runtime/http.ts';
import type {KubeError} from '../../runtime/kube/errors.ts';
import type {ResourceRef} from '../../runtime/kube/types.ts';
import type {Kind} from '../store/kind.ts';
import {badRequest} from '../store/refusals.ts';
import {pageNotFound} from './answers.ts';
import {isBuiltin} from './documents/names.ts';
import {readListOptions} from './options.ts';
import {getObject, listObjects} from './read.ts';
import {methodNotAllowed, noSuchPath, noSuchSubresource, verbNotSupported} from './refusals.ts';
import {deleteCollection, deleteObject} from './remove.ts';
import type {ApiRequest, Call, Environment} from './request.ts';
import type {ResourceRoute} from './route.ts';
import {watchObjects} from './watch.ts';
import {createObject, patchObject, replaceObject} from './write.ts';

/** Carries out a request for a resource. @throws KubeError for every refusal. */
export async function answerResource(request: ApiRequest, route: ResourceRoute, environment: Environment): Promise<HttpResponse> {
	const {group, version, plural, namespace, name = '', subresource} = route;
	const kinds = environment.store.kinds;
	const kind = kinds.find((other) => other.group === group && other.version === version && other.plural === plural);
	if (kind === undefined) {
		// Below a version that the official server has built in, paths are its own; others belong to definitions.
		if (kinds.some((other) => other.group === group && other.version === version && isBuiltin(other))) throw noSuchPath();
		return pageNotFound();
	}
	const acrossNamespaces = kind.namespaced && namespace === undefined;
	const isMisplaced = (!kind.namespaced && namespace !== undefined) || (acrossNamespaces && name !== '');
	if (isMisplaced || name.includes('/')) return nowhere(kind);
	if (acrossNamespaces && !isReading(request)) {
		if (isBuiltin(kind)) throw methodNotAllowed();
		return pageNotFound();
	}
	const ref: ResourceRef = {group, version, plural, ...(namespace === undefined ? {} : {namespace})};
	const call: Call = {...environment, request, kind, ref, name};
	if (subresource === undefined) return name === '' ? answerCollection(call) : answerObject(call);
	if (subresource === 'status' && kind.hasStatus) return answerObject({...call, subresource});
	throw isBuiltin(kind) ? noSuchPath() : noSuchSubresource(kind, name);
}

function nowhere(kind: Kind): HttpResponse {
	if (isBuiltin(kind)) throw noSuchPath();
	return pageNotFound();
}

export function isReading({method}: ApiRequest): boolean {
	return method === 'GET' || method === 'HEAD';
}

async function answerCollection(call: Call): Promise<HttpResponse> {
	switch (call.request.method) {
		case 'GET': {
			const options = readListOptions(call.request.query);
			return options.watch ? watchObjects(call, options) : listObjects(call, options);
		}
		case 'HEAD':
			return listObjects(call, readListOptions(call.request.query));
		case 'POST':
			return createObject(call);
		case 'DELETE':
			if (call.kind.id === '/namespaces') throw methodNotAllowed();
			return deleteCollection(call);
		default:
			throw refuseMethod(call);
	}
}

/** One object, or its status. */
async function answerObject(call: Call): Promise<HttpResponse> {
	switch (call.request.method) {
		case 'GET':
		case 'HEAD':
			return getObject(call);
		case 'PUT':
			return replaceObject(call);
		case 'PATCH':
			return patchObject(call);
		case 'DELETE':
			if (call.subresource === undefined) return deleteObject(call);
			throw refuseMethod(call);
		default:
			throw refuseMethod(call);
	}
}

/** The official server has two routers, and each has words of its own. */
function refuseMethod({kind, name, request: {method}}: Call): KubeError {
	if (isBuiltin(kind)) return methodNotAllowed();
	if (name === '' && (method === 'PUT' || method === 'PATCH')) return badRequest('name must be provided');
	return verbNotSupported(kind, method === 'POST' ? 'create' : method === 'DELETE' ? 'delete' : '');
}
