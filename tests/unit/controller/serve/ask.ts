import assert from 'node:assert/strict';
import type {HttpHandler, HttpResponse} from '../../../../runtime/http.ts';

export interface AskOptions {
	readonly method?: string;
	readonly signal?: AbortSignal;
}

/** Sends a request to a handler without any server. */
export function ask(handler: HttpHandler, target: string, options: AskOptions = {}): Promise<HttpResponse> {
	const {method = 'GET', signal = new AbortController().signal} = options;
	const [path = '', query = ''] = target.split('?');
	return handler({method, path, query: new URLSearchParams(query), headers: {}, signal});
}

export async function textOf({body}: HttpResponse): Promise<string> {
	if (typeof body === 'string') {
		return body;
	}
	assert.ok(!(body instanceof Uint8Array));
	let text = '';
	for await (const piece of body) {
		assert.ok(typeof piece === 'string');
		text += piece;
	}
	return text;
}

/** Status, and the body read as JSON. */
export async function askJson(handler: HttpHandler, target: string): Promise<readonly [status: number, value: unknown]> {
	const response = await ask(handler, target);
	assert.equal(response.headers['content-type'], 'application/json');
	return [response.status, JSON.parse(await textOf(response)) as unknown];
}

/** Each line of NDJSON. */
export async function askLines(handler: HttpHandler, target: string): Promise<readonly Record<string, unknown>[]> {
	const response = await ask(handler, target);
	assert.deepEqual([response.status, response.headers['content-type']], [200, 'application/x-ndjson']);
	const lines = (await textOf(response)).split('\n');
	assert.equal(lines.pop(), '');
	return lines.map(text => JSON.parse(text) as Record<string, unknown>);
}
