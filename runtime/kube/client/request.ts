import type {RequestOptions} from 'node:http';
import {version} from '../../version.ts';
import type {Call} from './api.ts';

export interface KubeRequest {
	readonly method: string;
	/** Begins with a slash; follows the path of the server's URL. */
	readonly path: string;
	readonly query?: URLSearchParams | Readonly<Record<string, string>>;
	/** Names in lower case. */
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string | Uint8Array;
	readonly signal?: AbortSignal;
}

export function requestOf({method, path, query, body, contentType = 'application/json'}: Call): KubeRequest {
	const headers = {accept: 'application/json', ...(body !== undefined && {'content-type': contentType})};
	return {method, path, headers, ...(query && {query}), ...(body !== undefined && {body: JSON.stringify(body)})};
}

/** `server` is the URL of the kubeconfig, whose path goes before the request's. */
export function requestOptions(
	server: URL, {method, path, query, headers, body}: KubeRequest, credentials: Readonly<Record<string, string>>,
): RequestOptions {
	const search = new URLSearchParams(query).toString();
	return {
		// Brackets of an IPv6 address belong to the URL, not to the address.
		hostname: server.hostname.replace(/^\[(.*)\]$/, '$1'),
		port: server.port,
		method,
		path: `${server.pathname.replace(/\/$/, '')}${path}${search === '' ? '' : `?${search}`}`,
		headers: {
			'user-agent': `femtofleet/${version}`,
			...headers,
			...(body !== undefined && {'content-length': String(Buffer.byteLength(body))}),
			...credentials,
		},
	};
}
