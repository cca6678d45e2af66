import {once} from 'node:events';
import type {Socket} from 'node:net';
import type {WireServer} from './wire-support.ts';

export const cm = '/api/v1/namespaces/default/configmaps';
export const body = JSON.stringify({apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'c'}, data: {k: 'v'}});

/** A request of each kind, whole. */
export const requests = {
	get: head('GET', `${cm}/kept`),
	list: head('GET', cm),
	watch: head('GET', `${cm}?watch=true`),
	create: withBody('POST', cm, 'application/json', body),
	replace: withBody('PUT', `${cm}/kept`, 'application/json', body.replace('"c"', '"kept"')),
	patch: withBody('PATCH', `${cm}/kept`, 'application/merge-patch+json', '{"data":{"k":"other"}}'),
	delete: withBody('DELETE', `${cm}/kept`, 'application/json', '{"kind":"DeleteOptions","apiVersion":"v1"}'),
	'delete a collection': withBody('DELETE', cm, 'application/json', '{"kind":"DeleteOptions","apiVersion":"v1"}'),
	status: withBody('PUT', '/apis/femtofleet.dev/v1alpha1/femtodevices/d/status', 'application/json', '{"status":{}}'),
};

function head(method: string, path: string, more = ''): string {
	return `${method} ${path} HTTP/1.1\r\nhost: x\r\naccept: application/json\r\n${more}\r\n`;
}

function withBody(method: string, path: string, type: string, text: string): string {
	return head(method, path, `content-type: ${type}\r\ncontent-length: ${text.length}\r\n`) + text;
}

/** Before the last byte: what is whole may be carried out. */
function cutsOf(text: string): readonly number[] {
	const headEnd = text.indexOf('\r\n\r\n') + 4;
	return [...new Set([1, 9, headEnd - 2, headEnd, headEnd + 5, text.length - 1])].filter((cut) => cut < text.length);
}

/** Ends as a program does that closes, and as one whose machine goes away. */
export const endings: readonly ((socket: Socket, raw: Socket) => void)[] = [
	(socket) => socket.end(),
	(_, raw) => raw.resetAndDestroy(),
];

/** Returns how many requests were cut, when the server has no connection any more. */
export async function cutEverything(server: WireServer): Promise<number> {
	let cuts = 0;
	for (const text of Object.values(requests)) {
		for (const cut of cutsOf(text)) {
			for (const finish of endings) {
				const {secure, raw} = await server.tls();
				const closed = once(secure, 'close');
				await new Promise<void>((resolve) => void secure.write(text.slice(0, cut), () => resolve()));
				finish(secure, raw);
				await closed;
				cuts++;
			}
		}
	}
	await server.quiet();
	return cuts;
}
