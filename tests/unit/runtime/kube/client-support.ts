import {once} from 'node:events';
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {TestContext} from 'node:test';
import type {Clock, Timer} from '../../../../runtime/clock.ts';
import {createKubeClient, type KubeClient} from '../../../../runtime/kube/client.ts';
import type {KubeConnection} from '../../../../runtime/kube/config.ts';
import type {KubeObject, ResourceRef} from '../../../../runtime/kube/types.ts';
import {seededRandom} from '../../../../runtime/random.ts';

export const devices: ResourceRef = {group: 'femtofleet.dev', version: 'v1alpha1', plural: 'femtodevices'};
export const configMaps: ResourceRef = {group: '', version: 'v1', plural: 'configmaps', namespace: 'default'};
export const path = '/apis/femtofleet.dev/v1alpha1/femtodevices';

export function device(name: string, resourceVersion = '1'): KubeObject {
	return {apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoDevice', metadata: {name, resourceVersion}};
}

export interface Seen {
	readonly method: string | undefined;
	readonly url: string | undefined;
	readonly headers: IncomingMessage['headers'];
	readonly body: string;
}

/** What the server does with one request. */
export type Step = (response: ServerResponse, request: IncomingMessage) => void | Promise<void>;

export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Step {
	const all = {'content-type': 'application/json', ...headers};
	return (response) => void response.writeHead(status, all).end(JSON.stringify(value));
}

/** Cuts the connection without an answer. */
export const cut: Step = (response) => void response.socket?.resetAndDestroy();

/** Waits up to 30 s pass at once and are written down; longer ones pass when a test says so. */
export class SkippingClock implements Clock {
	readonly waits: number[] = [];
	readonly #long = new Set<{readonly atMs: number; readonly callback: () => void}>();
	#nowMs = 0;

	now(): number {
		return this.#nowMs;
	}

	get longTimers(): number {
		return this.#long.size;
	}

	setTimer(delayMs: number, callback: () => void): Timer {
		if (delayMs > 30_000) {
			const timer = {atMs: this.#nowMs + delayMs, callback};
			this.#long.add(timer);
			return {cancel: () => this.#long.delete(timer)};
		}
		this.waits.push(delayMs);
		const handle = setImmediate(() => {
			this.#nowMs += delayMs;
			callback();
		});
		return {cancel: () => clearImmediate(handle)};
	}

	/** Moves on to the last long timer, and runs them all. */
	pass(): void {
		const due = [...this.#long];
		this.#long.clear();
		this.#nowMs = Math.max(this.#nowMs, ...due.map(({atMs}) => atMs));
		due.forEach(({callback}) => callback());
	}
}

/** A server that takes its steps one by one, and the client that asks it. Both end with the test. */
export async function scripted(context: TestContext, steps: readonly Step[], connection: Partial<KubeConnection> = {}) {
	const seen: Seen[] = [];
	const left = [...steps];
	const server = createServer({keepAliveTimeout: 0}, (request, response) => {
		// A test that cuts a request before it is read knows it.
		answer(request, response).catch(() => {});
	});
	const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		const pieces: Buffer[] = [];
		for await (const piece of request) {
			pieces.push(piece as Buffer);
		}
		const {method, url, headers} = request;
		seen.push({method, url, headers, body: Buffer.concat(pieces).toString()});
		await (left.shift() ?? json({message: 'no step left'}, 599))(response, request);
	};
	const url = await listen(server);
	const clock = new SkippingClock();
	const client = clientOf({server: url, ...connection}, clock);
	context.after(() => {
		client.close();
		server.closeAllConnections();
		server.close();
	});
	return {client, clock, seen, server, url};
}

export function clientOf(
	connection: Pick<KubeConnection, 'server'> & Partial<KubeConnection>, clock = new SkippingClock(),
): KubeClient {
	const whole = {namespace: 'default', tls: {}, headers: async () => ({}), ...connection};
	return createKubeClient(whole, {clock, random: seededRandom(1)});
}

async function listen(server: Server): Promise<string> {
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
