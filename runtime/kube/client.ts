import http, {type IncomingMessage} from 'node:http';
import https from 'node:https';
import {sleep, type Clock} from '../clock.ts';
import type {HttpResponse} from '../http.ts';
import type {Log} from '../log.ts';
import {fraction, type Random} from '../random.ts';
import type {KubeApi} from './api.ts';
import {busySeconds, flatHeaders, isSuccess, refusalOfAnswer, warningsOf} from './client/answer.ts';
import {HttpKubeApi, type Call, type Caller} from './client/api.ts';
import {bodyText} from './client/body.ts';
import {exchange, Failure} from './client/exchange.ts';
import {phraseOf, UnreachableError} from './client/failure.ts';
import {Flight} from './client/flight.ts';
import {requestOf, requestOptions, type KubeRequest} from './client/request.ts';
import type {KubeConnection} from './config.ts';

export {bodyText, successText} from './client/body.ts';
export {UnreachableError} from './client/failure.ts';
export type {KubeRequest} from './client/request.ts';

/** The API over HTTP. Besides refusals (KubeError) it throws `UnreachableError`: no answer, or not the whole of it. */
export interface KubeClient extends KubeApi {
	/**
	 * One request as it is, for what `KubeApi` has no words for; any status is an answer. The headers must come within 60 s.
	 * The body is an iterable that takes its time; it must be read, or the signal aborted, for the connection to be free
	 * again. An abort ends the body quietly.
	 */
	request(request: KubeRequest): Promise<HttpResponse>;
	/** Ends whatever is under way and closes all connections; a client is no use afterwards. */
	close(): void;
}

export interface KubeClientParts {
	readonly clock: Clock;
	readonly random: Random;
	readonly log?: Log;
}

/** As long as the official server lets a request take. */
const limitMs = 60_000;
/** Of a request that a busy server asks to repeat. */
const triesMax = 5;
/** Sooner than any server or balancer in between drops an idle connection without a word. */
const idleMs = 30_000;

/** Opens no connection yet. */
export function createKubeClient(connection: KubeConnection, parts: KubeClientParts): KubeClient {
	return new HttpKubeClient(new Connections(connection, parts));
}

class HttpKubeClient extends HttpKubeApi implements KubeClient {
	readonly #connections: Connections;

	constructor(connections: Connections) {
		super(connections);
		this.#connections = connections;
	}

	request(request: KubeRequest): Promise<HttpResponse> {
		return this.#connections.request(request);
	}

	close(): void {
		this.#connections.close();
	}
}

class Connections implements Caller {
	readonly #connection: KubeConnection;
	readonly #parts: KubeClientParts;
	readonly #url: URL;
	readonly #isPlain: boolean;
	readonly #agent: http.Agent;
	readonly #flights = new Set<Flight>();
	#isClosed = false;

	constructor(connection: KubeConnection, parts: KubeClientParts) {
		this.#connection = connection;
		this.#parts = parts;
		this.#url = new URL(connection.server);
		const pool = {keepAlive: true, timeout: idleMs};
		const {ca, cert, key, serverName: servername, insecure} = connection.tls;
		this.#isPlain = this.#url.protocol === 'http:';
		this.#agent = this.#isPlain ? new http.Agent(pool) : new https.Agent({
			...pool, ca, cert, key, servername, rejectUnauthorized: insecure !== true,
		});
	}

	async call(call: Call, onWarning = this.#warn): Promise<unknown> {
		const flight = this.#flight(undefined, true);
		try {
			const answer = await this.#open(requestOf(call), flight);
			const text = await bodyText({status: 0, headers: {}, body: this.#body(answer, flight)});
			warningsOf(answer).forEach(onWarning);
			if (!isSuccess(answer)) {
				throw refusalOfAnswer(answer, text);
			}
			return this.#parse(call, text);
		} finally {
			flight.end();
		}
	}

	async* stream(call: Call, signal: AbortSignal): AsyncGenerator<Uint8Array> {
		const flight = this.#flight(signal, false);
		try {
			const answer = await this.#open(requestOf(call), flight);
			const body = this.#body(answer, flight);
			if (!isSuccess(answer)) {
				throw refusalOfAnswer(answer, await bodyText({status: 0, headers: {}, body}));
			}
			yield* body;
		} catch (error) {
			if (!signal.aborted) {
				throw error;
			}
		} finally {
			flight.end();
		}
	}

	async request(request: KubeRequest): Promise<HttpResponse> {
		const flight = this.#flight(request.signal, true);
		try {
			const answer = await this.#open(request, flight);
			flight.lift();
			const body = this.#lastBody(answer, flight, request.signal);
			return {status: answer.statusCode ?? 0, headers: flatHeaders(answer), body};
		} catch (error) {
			flight.end();
			throw error;
		}
	}

	close(): void {
		this.#isClosed = true;
		for (const flight of this.#flights) {
			flight.abort(this.#unreachable('the client is closed'));
		}
		this.#agent.destroy();
	}

	/** The answer, as soon as its headers are there. Repeats what a busy server asks to repeat: it has done nothing yet. */
	async #open(request: KubeRequest, flight: Flight): Promise<IncomingMessage> {
		const {clock, random, log} = this.#parts;
		for (let tries = 1; ; tries++) {
			const answer = await this.#reach(request, flight.signal);
			const seconds = busySeconds(answer);
			// Up to a quarter more, so that all who were sent away do not come back together.
			const waitMs = (seconds ?? 0) * (1000 + 250 * fraction(random));
			if (seconds === undefined || tries === triesMax || clock.now() + waitMs >= flight.endMs) {
				return answer;
			}
			answer.resume();
			log?.debug('server is busy', {method: request.method, path: request.path, seconds});
			await sleep(clock, waitMs, flight.signal);
		}
	}

	/**
	 * Repeats once what met a connection that the server had closed meanwhile. A write that was sent whole is not repeated:
	 * nobody knows whether the server has done it, and done twice it may fail, or mean something else. Its caller, who looks
	 * again before it acts again, can tell.
	 */
	async #reach(request: KubeRequest, signal: AbortSignal): Promise<IncomingMessage> {
		const first = await this.#send(request, signal);
		if (!(first instanceof Failure)) {
			return first;
		}
		const isSafe = request.method === 'GET' || request.method === 'HEAD' || !first.isSent;
		if (!first.isStale || !isSafe || signal.aborted) {
			throw this.#error(first.cause, signal);
		}
		// The server has restarted, or its patience ended: the other idle connections are as stale.
		Object.values(this.#agent.freeSockets).forEach(sockets => sockets?.forEach(socket => socket.destroy()));
		const second = await this.#send(request, signal);
		if (second instanceof Failure) {
			throw this.#error(second.cause, signal);
		}
		return second;
	}

	async #send(request: KubeRequest, signal: AbortSignal): Promise<IncomingMessage | Failure> {
		const credentials = await this.#connection.headers(this.#parts.clock.now());
		const certificate = await this.#connection.certificate?.();
		signal.throwIfAborted();
		if (this.#isClosed) {
			throw this.#unreachable('the client is closed');
		}
		const options = {agent: this.#agent, ...requestOptions(this.#url, request, credentials), ...certificate};
		return exchange(() => (this.#isPlain ? http : https).request(options), request.body, signal);
	}

	/** Throws the flight's reason when it was aborted. */
	async* #body(answer: IncomingMessage, {signal}: Flight): AsyncGenerator<Uint8Array> {
		try {
			yield* answer as AsyncIterable<Uint8Array>;
		} catch (error) {
			throw this.#error(error, signal);
		}
	}

	async* #lastBody(answer: IncomingMessage, flight: Flight, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
		try {
			yield* this.#body(answer, flight);
		} catch (error) {
			if (signal?.aborted !== true) {
				throw error;
			}
		} finally {
			flight.end();
		}
	}

	#flight(parent: AbortSignal | undefined, isLimited: boolean): Flight {
		const {clock} = this.#parts;
		const onLimit = (): Error => this.#unreachable(`no answer within ${limitMs / 1000} s`);
		return new Flight({clock, flights: this.#flights, parent, limitMs, ...(isLimited && {onLimit})});
	}

	#parse({method, path}: Call, text: string): unknown {
		try {
			return JSON.parse(text) as unknown;
		} catch (cause) {
			throw new Error(`Cannot read answer to ${method} ${path} of ${this.#connection.server}: JSON required`, {cause});
		}
	}

	#error(cause: unknown, signal: AbortSignal): unknown {
		return signal.aborted ? signal.reason : this.#unreachable(phraseOf(cause), cause);
	}

	#unreachable(phrase: string, cause?: unknown): UnreachableError {
		return new UnreachableError(this.#connection.server, phrase, {cause});
	}

	readonly #warn = (text: string): void => {
		this.#parts.log?.warn('warning of the API server', {text});
	};
}
