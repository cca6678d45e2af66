import {Agent, request as openRequest} from 'node:https';
import type {ClientRequest, IncomingMessage} from 'node:http';
import type {KubeConnection} from '../../runtime/kube/config.ts';

/** One request exactly as it goes out: nothing is added but who asks. */
export interface RawRequest {
	readonly method: string;
	/** With the query. */
	readonly path: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string | Uint8Array;
}

export interface RawAnswer {
	readonly status: number;
	/** Names in lower case; of a repeated header, its values. */
	readonly headers: Readonly<Record<string, string | readonly string[]>>;
	readonly body: string;
}

/** How a streamed answer is read: it is cut after `lines` lines; `onOpen` is awaited once its head is there. */
export interface StreamOptions {
	readonly lines: number;
	readonly onOpen?: () => Promise<void>;
}

export interface RawClient {
	ask(request: RawRequest, stream?: StreamOptions): Promise<RawAnswer>;
	close(): void;
}

const patienceMs = 90_000;

/** Asks one server over connections that are kept; nothing is retried. Rejects when no answer comes in 90 s. */
export function openRawClient(connection: KubeConnection): RawClient {
	const {ca, cert, key, insecure} = connection.tls;
	const agent = new Agent({keepAlive: true, ca, cert, key, rejectUnauthorized: insecure !== true});
	return {
		ask: async (asked, stream) => {
			const headers = {...(await connection.headers(Date.now())), ...asked.headers};
			const body = asked.body === undefined ? undefined : Buffer.from(asked.body);
			const length = body === undefined ? {} : {'content-length': String(body.length)};
			const options = {agent, method: asked.method, headers: {...headers, ...length}, timeout: patienceMs};
			const request = openRequest(`${connection.server}${asked.path}`, options);
			request.on('timeout', () => request.destroy(new Error(`no answer to ${asked.method} ${asked.path}`)));
			request.end(body);
			return readAnswer(request, await answerOf(request), stream);
		},
		close: () => agent.destroy(),
	};
}

function answerOf(request: ClientRequest): Promise<IncomingMessage> {
	return new Promise((resolve, reject) => {
		request.on('response', resolve);
		request.on('error', reject);
	});
}

async function readAnswer(request: ClientRequest, answer: IncomingMessage, stream?: StreamOptions): Promise<RawAnswer> {
	const opened = stream?.onOpen?.();
	let text = '';
	answer.setEncoding('utf8');
	for await (const chunk of answer) {
		text += chunk as string;
		if (stream !== undefined && text.split('\n').length > stream.lines) break;
	}
	await opened;
	if (!answer.complete) request.destroy();
	const headers = answer.headersDistinct;
	const plain = Object.entries(headers).map(([name, values = []]) => [name, values.length === 1 ? values[0] : values]);
	return {status: answer.statusCode ?? 0, headers: Object.fromEntries(plain) as RawAnswer['headers'], body: text};
}
