import type {IncomingMessage} from 'node:http';
import {refusal} from './failure.ts';
import type {KubeError} from '../errors.ts';

type Answer = Pick<IncomingMessage, 'statusCode' | 'headers' | 'headersDistinct'>;

export function isSuccess({statusCode = 0}: Answer): boolean {
	return statusCode >= 200 && statusCode < 300;
}

export function refusalOfAnswer(answer: Answer, body: string): KubeError {
	return refusal(answer.statusCode ?? 0, body, retryAfterSeconds(answer));
}

/** How long the server, too busy now, asks to wait; undefined when it asks for no repetition. */
export function busySeconds(answer: Answer): number | undefined {
	return answer.statusCode === 429 || answer.statusCode === 503 ? retryAfterSeconds(answer) : undefined;
}

function retryAfterSeconds({headers}: Answer): number | undefined {
	const text = headers['retry-after'] ?? '';
	return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}

/** The texts of `Warning: 299 AGENT "TEXT"`, of which there may be several, also in one header (RFC 7234, 5.5). */
export function warningsOf({headersDistinct}: Answer): readonly string[] {
	const values = headersDistinct['warning'] ?? [];
	return values.flatMap(value => [...value.matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)])
		.map(([, text = '']) => text.replaceAll(/\\(.)/g, '$1'));
}

export function flatHeaders({headers}: Answer): Readonly<Record<string, string>> {
	return Object.fromEntries(Object.entries(headers).map(([name, value]) =>
		[name, Array.isArray(value) ? value.join(', ') : value ?? '']));
}
