import type {HttpResponse} from '../../runtime/http.ts';
import {isKubeError} from '../../runtime/kube/errors.ts';
import type {Log} from '../../runtime/log.ts';
import {jsonAnswer, pageNotFound, refusalAnswer, textAnswer} from './answers.ts';
import {aggregatedCore, aggregatedGroups, apiGroup, apiGroups, apiVersions, resourceList} from './documents/discovery.ts';
import {openApiV2} from './documents/openapi-v2.ts';
import {openApiDocument, openApiIndex} from './documents/openapi.ts';
import {versionInfo} from './documents/version.ts';
import {InFlight} from './in-flight.ts';
import {negotiateDiscovery} from './negotiate.ts';
import {askService, type Services} from './proxy.ts';
import {internalError, methodNotAllowed, unauthorized} from './refusals.ts';
import type {ApiHandler, ApiRequest, Environment} from './request.ts';
import {answerResource, isReading} from './resource.ts';
import {isAccessReview, reviewAccess} from './review.ts';
import {readRoute, type Route} from './route.ts';

export interface ApiOptions extends Environment {
	readonly services: Services;
	readonly log: Log;
}

/** The Kubernetes API as a function of requests. Never rejects: what goes wrong is an answer. */
export function createApi(options: ApiOptions): ApiHandler {
	const inFlight = new InFlight();
	return async (request) => {
		try {
			return await answer(request, options, inFlight);
		} catch (error) {
			if (isKubeError(error)) return refusalAnswer(error);
			// Nobody waits for the answer of a request that was cut.
			if (!request.signal.aborted) {
				options.log.error('request failed', {method: request.method, path: request.path, error: String(error)});
			}
			return refusalAnswer(internalError());
		}
	};
}

async function answer(request: ApiRequest, options: ApiOptions, inFlight: InFlight): Promise<HttpResponse> {
	const route = readRoute(request.path);
	if (route.to === 'health' || route.to === 'version') return answerOpenly(request, route);
	if (!request.authenticated) throw unauthorized();
	switch (route.to) {
		case 'service':
			return askService(request, route, options.services);
		case 'resource': {
			const isWatch = request.method === 'GET' && route.name === undefined && request.query.has('watch');
			const work = (): Promise<HttpResponse> =>
				isAccessReview(route) ? reviewAccess(request) : answerResource(request, route, options);
			return isWatch ? work() : inFlight.run(isReading(request), work);
		}
		default:
			if (route.to !== 'nothing' && !isReading(request)) throw methodNotAllowed();
			return inFlight.run(true, async () => describe(request, route, options));
	}
}

/** Where probes and kubectl's first question go, with or without a certificate. */
function answerOpenly(request: ApiRequest, route: Extract<Route, {to: 'health' | 'version'}>): HttpResponse {
	if (!isReading(request)) throw methodNotAllowed();
	if (route.to === 'version') return jsonAnswer(versionInfo());
	const {check, path} = route;
	if (check !== '' && !healthChecks.includes(check)) return pageNotFound();
	if (!request.query.has('verbose') || check !== '') return textAnswer('ok');
	return textAnswer([...healthChecks.map((name) => `[+]${name} ok\n`), `${path} check passed\n`].join(''));
}

/** A store that is open answers: there is nothing to find out later. */
const healthChecks = ['ping', 'store'];

/** What the server says of itself. */
function describe(request: ApiRequest, route: Route, {store: {kinds}}: ApiOptions): HttpResponse {
	const accept = request.headers['accept'];
	const orNothing = (document: object | undefined): HttpResponse =>
		document === undefined ? pageNotFound() : jsonAnswer(document);
	switch (route.to) {
		case 'apiVersions':
			return discovery(accept, () => apiVersions(request.headers['host']), (version) => aggregatedCore(kinds, version));
		case 'apiGroups':
			return discovery(accept, () => apiGroups(kinds), (version) => aggregatedGroups(kinds, version));
		case 'apiGroup':
			return orNothing(apiGroup(kinds, route.group));
		case 'resourceList':
			return orNothing(resourceList(kinds, route.groupVersion));
		case 'openApiV2':
			return openApiV2(accept);
		case 'openApiIndex':
			return jsonAnswer(openApiIndex(kinds), {type: 'text/plain; charset=utf-8'});
		case 'openApiDocument': {
			const document = openApiDocument(kinds, route.groupVersion);
			return document === undefined ? {status: 404, headers: {}, body: ''} : jsonAnswer(document);
		}
		default:
			return pageNotFound();
	}
}

function discovery(
	accept: string | undefined,
	plain: () => object,
	aggregated: (version: 'v2' | 'v2beta1') => object,
): HttpResponse {
	const version = negotiateDiscovery(accept);
	const headers = {vary: 'Accept'};
	if (version === undefined) return jsonAnswer(plain(), {headers});
	const type = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
	return jsonAnswer(aggregated(version), {type, headers});
}
