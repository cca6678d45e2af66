import {once} from 'node:events';
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {HttpHandler, HttpRequest, HttpResponse} from './http.ts';
import type {Log} from './log.ts';

export interface HttpListenOptions {
	/** Address to listen on; `127.0.0.1` keeps it on this machine. */
	readonly host: string;
	/** 0: any free one. */
	readonly port: number;
	readonly handler: HttpHandler;
	readonly log: Log;
}

export interface HttpListener {
	readonly host: string;
	readonly port: number;
	/** Ends answers that are under way and resolves when the port is free; calling it again gives the same promise. */
	close(): Promise<void>;
}

const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
const connectionsMax = 1_000;

/**
 * Serves plain HTTP/1.1: health, metrics and live data inside a cluster or on one machine. Bodies of requests are not
 * read. Rejects when the address can't be listened on (`EADDRINUSE`, …).
 */
export async function listenHttp({host, port, handler, log}: HttpListenOptions): Promise<HttpListener> {
	const answers = new Answers((request, wanted) => {
		request.resume();
		return handler(wanted);
	}, log);
	const server = createServer({headersTimeout: headersTimeoutMs, requestTimeout: requestTimeoutMs}, answers.answer);
	server.maxConnections = connectionsMax;
	server.listen(port, host);
	await once(server, 'listening');
	server.on('error', error => log.error('HTTP server failed', {error: error.message}));
	let closing: Promise<void> | undefined;
	return {
		host,
		port: (server.address() as AddressInfo).port,
		close: () => {
			closing ??= close(server, answers);
			return closing;
		},
	};
}

async function close(server: Server, answers: Answers): Promise<void> {
	const closed = once(server, 'close');
	server.close();
	await answers.end();
	server.closeAllConnections();
	await closed;
}

/** Answers a request that may have a body; `wanted` is what stands before it. */
export type Answer = (request: IncomingMessage, wanted: HttpRequest) => Promise<HttpResponse>;

/** The answers of one server that are under way. */
export class Answers {
	readonly #handler: Answer;
	readonly #log: Log;
	/** Promises of them, which never reject. */
	readonly #running = new Set<Promise<void>>();
	readonly #closing = new AbortController();

	constructor(handler: Answer, log: Log) {
		this.#handler = handler;
		this.#log = log;
	}

	readonly answer = (request: IncomingMessage, response: ServerResponse): void => {
		const running = this.#answer(request, response).catch((error: unknown) => this.#fail(request, response, error));
		this.#running.add(running);
		void running.finally(() => this.#running.delete(running));
	};

	/** Aborts the signal of each request; resolves when all are answered. */
	async end(): Promise<void> {
		this.#closing.abort();
		await Promise.all(this.#running);
	}

	async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const left = new AbortController();
		response.once('close', () => left.abort());
		const signal = AbortSignal.any([left.signal, this.#closing.signal]);
		const wanted = readRequest(request, signal);
		await send(response, wanted === undefined ? badRequest : await this.#handler(request, wanted), signal);
	}

	/** What has begun can't be answered with a status any more: the cut connection tells. */
	#fail({method, url}: IncomingMessage, response: ServerResponse, error: unknown): void {
		this.#log.error('request failed', {method, url, error: String(error)});
		if (response.headersSent) {
			response.destroy();
			return;
		}
		response.writeHead(500, {'content-type': 'application/json'}).end('{"error":"internal error"}\n');
	}
}

const badRequest: HttpResponse = {
	status: 400, headers: {'content-type': 'application/json'}, body: '{"error":"the request target must begin with /"}\n',
};

function readRequest({method = 'GET', url = '', headers}: IncomingMessage, signal: AbortSignal): HttpRequest | undefined {
	if (!url.startsWith('/')) {
		return undefined;
	}
	const [path = '/', ...query] = url.split('?');
	const texts = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value ?? '']);
	return {
		method, path, query: new URLSearchParams(query.join('?')),
		headers: Object.fromEntries(texts) as Readonly<Record<string, string>>, signal,
	};
}

async function send(response: ServerResponse, {status, headers, body}: HttpResponse, signal: AbortSignal): Promise<void> {
	response.writeHead(status, headers);
	if (typeof body === 'string' || body instanceof Uint8Array) {
		response.end(body);
		return;
	}
	// Whoever follows learns at once that it was heard.
	response.flushHeaders();
	for await (const piece of body) {
		if (signal.aborted) {
			break;
		}
		if (!response.write(piece)) {
			await drained(response, signal);
		}
	}
	response.end();
}

/** Resolves when the other side reads again, or nobody waits any more. */
function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
	return new Promise(resolve => {
		const done = (): void => {
			response.off('drain', done);
			signal.removeEventListener('abort', done);
			resolve();
		};
		response.once('drain', done);
		signal.addEventListener('abort', done, {once: true});
		if (signal.aborted) {
			done();
		}
	});
}
