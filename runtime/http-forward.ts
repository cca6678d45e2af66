import {once} from 'node:events';
import {request as httpRequest, type IncomingMessage} from 'node:http';
import type {HttpHandler} from './http.ts';
import {flatHeaders} from './kube/client/answer.ts';
import {phraseOf} from './kube/client/failure.ts';

/**
 * Hands requests to a plain HTTP server at `origin` (`http://HOST:PORT`), and its answers back piece by piece. An abort
 * cuts the connection to it. Rejects when no answer comes; the body throws when the answer breaks off. Bodies of requests
 * are not passed on.
 */
export function forwardTo(origin: string): HttpHandler {
	const {hostname, port} = new URL(origin);
	const target = {host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? 80 : Number(port)};
	return async ({method, path, query, headers, signal}) => {
		const search = query.size === 0 ? '' : `?${query.toString()}`;
		// A connection of its own: one that is kept may be closed by the other side just when it is used again.
		const request = httpRequest({...target, method, path: path + search, headers, agent: false, signal});
		// An abort after the answer has begun is told here too; the body is what ends by it.
		request.on('error', () => {});
		request.end();
		try {
			const [answer] = (await once(request, 'response')) as [IncomingMessage];
			return {status: answer.statusCode ?? 0, headers: flatHeaders(answer), body: answer};
		} catch (cause) {
			throw new Error(`${origin}: ${phraseOf(cause)}`, {cause});
		}
	};
}
