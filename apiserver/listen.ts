import {Buffer} from 'node:buffer';
import {once} from 'node:events';
import type {IncomingMessage, ServerResponse} from 'node:http';
import {createServer, type Server} from 'node:https';
import type {AddressInfo, Socket} from 'node:net';
import type {TLSSocket} from 'node:tls';
import {sleep, type Clock} from '../runtime/clock.ts';
import {Answers} from '../runtime/http-listen.ts';
import type {Log} from '../runtime/log.ts';
import type {Random} from '../runtime/random.ts';
import {createApi} from './http/api.ts';
import {bodyBytesMax} from './http/body.ts';
import type {Services} from './http/proxy.ts';
import {bodyTooLarge} from './http/refusals.ts';
import type {Pki} from './pki.ts';
import type {Store} from './store/store.ts';

export interface ApiListenOptions {
	readonly store: Store;
	/** Default 127.0.0.1: no other machine reaches it. */
	readonly host?: string;
	/** 0: any free one. */
	readonly port: number;
	readonly pki: Pick<Pki, 'caCert' | 'serverCert' | 'serverKey'>;
	readonly log: Log;
	readonly clock: Clock;
	readonly random: Random;
	/** Live data behind the service proxy, by `<namespace>/<service>`. */
	readonly services?: Services;
	/** A client that takes nothing of what it is sent for so long is cut; default one minute. */
	readonly stallMs?: number;
	/** A client that has not shaken hands, or not sent the head of a request, in this time is cut; default ten seconds. */
	readonly headersMs?: number;
}

export interface ApiListener {
	readonly host: string;
	readonly port: number;
	readonly url: string;
	/** Ends watches, lets answers out, and resolves when the port is free; calling it again gives the same promise. */
	close(): Promise<void>;
}

/** As long as the official server lets a request last. */
const requestTimeoutMs = 60_000;
const keepAliveMs = 120_000;
const connectionsMax = 1_000;
const closeMs = 1_000;

/**
 * Serves the store as a Kubernetes API: HTTPS only; everything but health and version needs a client certificate of the
 * authority. Rejects when the address can't be listened on (`EADDRINUSE`, …). The store stays the caller's to close.
 */
export async function listenApi(options: ApiListenOptions): Promise<ApiListener> {
	const {store, host = '127.0.0.1', port, pki, log, clock, random, services = {}, stallMs = 60_000} = options;
	const {headersMs = 10_000} = options;
	const api = createApi({store, clock, random, log, services});
	const trusted = new WeakSet<object>();
	const answers = new Answers((request, wanted) => {
		const authenticated = trusted.has(request.socket);
		return api({...wanted, authenticated, readBody: () => readBody(request, wanted.signal)});
	}, log);
	const open = new Set<ServerResponse>();
	const server = createServer(serverOptions(pki, headersMs), (request, response) => {
		open.add(response);
		response.once('close', () => open.delete(response));
		answers.answer(request, response);
	});
	const connections = new Set<Socket>();
	server.on('connection', (socket: Socket) => {
		connections.add(socket);
		socket.once('close', () => connections.delete(socket));
	});
	server.maxConnections = connectionsMax;
	server.on('secureConnection', (socket: TLSSocket) => {
		// A session may be resumed: what counts is that a certificate was shown.
		if (socket.authorized && socket.getPeerX509Certificate() !== undefined) trusted.add(socket);
	});
	// Silence alone is no reason: a watch may have nothing to tell.
	server.setTimeout(stallMs, (socket) => {
		const isAnswered = [...open].some((response) => response.socket === socket);
		if (!isAnswered || socket.writableLength > 0) socket.destroy();
	});
	server.listen(port, host);
	await once(server, 'listening');
	server.on('error', (error) => log.error('API server failed', {error: error.message}));
	const bound = (server.address() as AddressInfo).port;
	let closing: Promise<void> | undefined;
	return {
		host,
		port: bound,
		url: `https://${reachable(host)}:${bound}`,
		close: () => (closing ??= close({server, answers, open, connections}, clock)),
	};
}

type ServerOptions = Parameters<typeof createServer>[0];

function serverOptions({caCert, serverCert, serverKey}: ApiListenOptions['pki'], headersMs: number): ServerOptions {
	return {
		ca: [caCert],
		cert: serverCert,
		key: serverKey,
		minVersion: 'TLSv1.2',
		ALPNProtocols: ['http/1.1'],
		// Who has no certificate gets an answer that says so, and may ask for health and version.
		requestCert: true,
		rejectUnauthorized: false,
		handshakeTimeout: headersMs,
		headersTimeout: headersMs,
		// Node looks every half minute unless told otherwise.
		connectionsCheckingInterval: headersMs / 2,
		requestTimeout: requestTimeoutMs,
		keepAliveTimeout: keepAliveMs,
	};
}

/** Where this machine reaches what listens on `host`. */
function reachable(host: string): string {
	if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
	return host.includes(':') ? `[${host}]` : host;
}

interface Running {
	readonly server: Server;
	readonly answers: Answers;
	readonly open: ReadonlySet<ServerResponse>;
	/** Also those that have not shaken hands, of which the server's own list knows nothing. */
	readonly connections: ReadonlySet<Socket>;
}

async function close({server, answers, open, connections}: Running, clock: Clock): Promise<void> {
	const closed = once(server, 'close');
	server.close();
	const sent = answers.end().then(() => Promise.all([...open].map((response) => once(response, 'close'))));
	const enough = new AbortController();
	await Promise.race([sent, sleep(clock, closeMs, enough.signal).catch(() => {})]);
	enough.abort();
	connections.forEach((socket) => socket.destroy());
	await closed;
}

/** So much of a body that is too large is still read, so that its sender is listening when it is told. */
const discardedBytesMax = 16 * 1024 * 1024;

async function readBody(request: IncomingMessage, signal: AbortSignal): Promise<Uint8Array> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	const cut = (): void => void request.destroy();
	signal.addEventListener('abort', cut, {once: true});
	try {
		for await (const chunk of request.iterator({destroyOnReturn: false}) as AsyncIterable<Buffer>) {
			bytes += chunk.length;
			if (bytes <= bodyBytesMax) chunks.push(chunk);
			else chunks.length = 0;
			if (bytes > discardedBytesMax) break;
		}
	} finally {
		signal.removeEventListener('abort', cut);
	}
	if (bytes > bodyBytesMax) throw bodyTooLarge(bodyBytesMax);
	return Buffer.concat(chunks);
}
