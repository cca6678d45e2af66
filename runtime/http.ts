/** One request as a handler sees it, whichever server has read it. */
export interface HttpRequest {
	readonly method: string;
	/** Begins with a slash; without the query. */
	readonly path: string;
	readonly query: URLSearchParams;
	/** Names in lower case. */
	readonly headers: Readonly<Record<string, string>>;
	/** Aborts when nobody waits for the answer any more. */
	readonly signal: AbortSignal;
}

export interface HttpResponse {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	/** An iterable is sent piece by piece, as fast as the other side reads. */
	readonly body: string | Uint8Array | AsyncIterable<string | Uint8Array>;
}

/** Answers a request; a promise that rejects means 500. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>;
