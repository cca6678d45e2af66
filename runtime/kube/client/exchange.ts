import type {ClientRequest, IncomingMessage} from 'node:http';

/** A request that got no answer. */
export class Failure {
	readonly cause: unknown;
	/** The connection had served before, and was found closed. */
	readonly isStale: boolean;
	/** The whole request was handed over; before that no server can act on it. */
	readonly isSent: boolean;

	constructor(cause: unknown, isStale: boolean, isSent: boolean) {
		this.cause = cause;
		this.isStale = isStale;
		this.isSent = isSent;
	}
}

/** One request and the beginning of its answer. An abort cuts the connection, then and later. */
export function exchange(
	open: () => ClientRequest, body: string | Uint8Array | undefined, signal: AbortSignal,
): Promise<IncomingMessage | Failure> {
	return new Promise<IncomingMessage | Failure>((resolve) => {
		let isSent = false;
		const request = open();
		const onAbort = (): void => void request.destroy();
		signal.addEventListener('abort', onAbort, {once: true});
		request.once('close', () => signal.removeEventListener('abort', onAbort));
		request.once('finish', () => {
			isSent = true;
		});
		request.once('response', resolve);
		request.on('error', (error: NodeJS.ErrnoException) => {
			const isStale = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
			resolve(new Failure(error, isStale, isSent));
		});
		request.end(body);
		// What `open` throws: a header or certificate that Node can't use.
	}).catch((error: unknown) => new Failure(error, false, false));
}
