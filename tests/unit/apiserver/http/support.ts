import {Agent, request as httpsRequest, type RequestOptions} from 'node:https';
import type {TestContext} from 'node:test';
import {listenApi, makePki, type ApiListener, type ApiListenOptions, type Pki, type Store} from '../../../../apiserver/mod.ts';
import {silentLog} from '../../../../runtime/log.ts';
import {seededRandom} from '../../../../runtime/random.ts';
import {systemClock} from '../../../../runtime/system.ts';
import {newStore} from '../support.ts';

export const pki: Pki = await makePki({hosts: [], nowMs: systemClock.now()});

export interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly text: string;
	/** Of a JSON answer. */
	readonly json: Loose;
}

export type Loose = {readonly [key: string]: Loose} & {readonly [index: number]: Loose};

/** A text of an answer as it is, anything else as JSON. */
export function said(value: unknown): string {
	return typeof value === 'string' ? value : JSON.stringify(value);
}

export interface AskOptions {
	readonly body?: string | Uint8Array | object;
	readonly type?: string;
	readonly accept?: string;
	readonly agent?: Agent;
}

export interface Server extends ApiListener {
	readonly store: Store;
	/** An agent with the administrator's certificate. */
	readonly agent: Agent;
	readonly ask: (method: string, path: string, options?: AskOptions) => Promise<Answer>;
	/** What node:https needs to send a request of one's own. */
	readonly options: (path: string, more?: RequestOptions) => RequestOptions;
}

/** The whole server on a free port, with a store in memory, until the test ends. */
export async function serve(context: TestContext, more: Partial<ApiListenOptions> = {}): Promise<Server> {
	const store = more.store ?? newStore({clock: systemClock});
	const listener = await listenApi({store, port: 0, pki, log: silentLog, clock: systemClock, random: seededRandom(1), ...more});
	const agent = new Agent({ca: pki.caCert, cert: pki.adminCert, key: pki.adminKey, keepAlive: true});
	context.after(async () => {
		agent.destroy();
		await listener.close();
		store.close();
	});
	const options = (path: string, rest: RequestOptions = {}): RequestOptions => ({host: '127.0.0.1', port: listener.port, path, agent, ...rest});
	return {...listener, store, agent, options, ask: (method, path, sent = {}) => ask(options(path, {method}), sent)};
}

function ask(options: RequestOptions, {body, type, accept, agent}: AskOptions): Promise<Answer> {
	const sent = typeof body === 'string' || body instanceof Uint8Array || body === undefined ? body : JSON.stringify(body);
	const length = sent === undefined ? {} : {'content-length': String(Buffer.byteLength(sent))};
	const headers = {...length, ...(type === undefined ? {} : {'content-type': type}), ...(accept === undefined ? {} : {accept})};
	return new Promise((resolve, reject) => {
		const request = httpsRequest({...options, headers, ...(agent === undefined ? {} : {agent})}, (response) => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.on('error', reject);
			response.on('end', () => {
				const text = Buffer.concat(chunks).toString();
				const json = text.startsWith('{') && !text.includes('\n{') ? (JSON.parse(text) as Loose) : {};
				resolve({status: response.statusCode ?? 0, headers: response.headers, text, json: json as Loose});
			});
		});
		request.on('error', reject);
		request.end(sent);
	});
}
