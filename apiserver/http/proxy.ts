import type {HttpHandler, HttpResponse} from '../../runtime/http.ts';
import {methodNotAllowed, unavailable} from './refusals.ts';
import type {ApiRequest} from './request.ts';
import type {ServiceRoute} from './route.ts';

/** Live data by name: `<namespace>/<service>`. */
export type Services = Readonly<Record<string, HttpHandler>>;

/** What concerns one connection, or the client's trust in us, is not passed on. */
const ownHeaders = /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|authorization|host)$/;

/** Hands a request to a service and its answer back, piece by piece. Bodies are not passed on, so it only reads. */
export async function askService(request: ApiRequest, route: ServiceRoute, services: Services): Promise<HttpResponse> {
	const {method, query, signal} = request;
	if (method !== 'GET' && method !== 'HEAD') throw methodNotAllowed();
	const id = `${route.namespace}/${route.service}`;
	const handler = Object.hasOwn(services, id) ? services[id] : undefined;
	if (handler === undefined) throw unavailable(`no endpoints available for service ${JSON.stringify(route.service)}`);
	try {
		const answer = await handler({method, path: route.path, query, headers: passedOn(request.headers), signal});
		return {...answer, headers: passedOn(answer.headers)};
	} catch (error) {
		throw unavailable(`error trying to reach service: ${error instanceof Error ? error.message : String(error)}`);
	}
}

function passedOn(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
	return Object.fromEntries(Object.entries(headers).filter(([name]) => !ownHeaders.test(name.toLowerCase())));
}
