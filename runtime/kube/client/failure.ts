import {KubeError, type KubeStatus} from '../errors.ts';

/** There was no answer, or not the whole of it. `server` is the URL from the kubeconfig. */
export class UnreachableError extends Error {
	override readonly name = 'UnreachableError';
	readonly server: string;
	/** For a message: `connection refused`. */
	readonly phrase: string;

	constructor(server: string, phrase: string, options?: ErrorOptions) {
		super(`Cannot reach ${server}: ${phrase}`, options);
		this.server = server;
		this.phrase = phrase;
	}

	/** Nobody listens there. */
	get isRefused(): boolean {
		return this.phrase === refused;
	}
}

const refused = 'connection refused';

const phrases: Readonly<Record<string, string>> = {
	ECONNREFUSED: refused,
	ECONNRESET: 'connection cut',
	EPIPE: 'connection cut',
	ETIMEDOUT: 'connection timed out',
	EHOSTUNREACH: 'no route to host',
	ENETUNREACH: 'network is unreachable',
	ENOTFOUND: 'no such host',
	EAI_AGAIN: 'the name server does not answer',
	DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate signed by unknown authority',
	SELF_SIGNED_CERT_IN_CHAIN: 'certificate signed by unknown authority',
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate signed by unknown authority',
	UNABLE_TO_GET_ISSUER_CERT: 'certificate signed by unknown authority',
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate signed by unknown authority',
	CERT_HAS_EXPIRED: 'certificate has expired',
	CERT_NOT_YET_VALID: 'certificate is not yet valid',
};

/** What to say of an error of Node's network modules. */
export function phraseOf(error: unknown): string {
	// Node tried several addresses: each has failed, the last as well as any.
	const one = error instanceof AggregateError && error.message === '' ? error.errors.at(-1) as unknown : error;
	if (!(one instanceof Error)) {
		return String(one);
	}
	const code = (one as NodeJS.ErrnoException).code ?? '';
	return phrases[code] ?? one.message;
}

/** [reason, message] of an answer that is no Status: a proxy's, or one of a server that is going down. */
const generic: Readonly<Record<number, readonly [reason: string, message: string]>> = {
	400: ['BadRequest', 'the server rejected our request for an unknown reason'],
	401: ['Unauthorized', 'the server has asked for the client to provide credentials'],
	403: ['Forbidden', 'the server does not allow access to the requested resource'],
	404: ['NotFound', 'the server could not find the requested resource'],
	405: ['MethodNotAllowed', 'the server does not allow this method on the requested resource'],
	406: ['NotAcceptable', 'the server was unable to respond with a content type that the client supports'],
	409: ['Conflict', 'the server reported a conflict'],
	410: ['Gone', 'the server reported that the resource is gone'],
	413: ['RequestEntityTooLarge', 'the request is too large'],
	415: ['UnsupportedMediaType', 'the server was not able to read what the client sent'],
	422: ['Invalid', 'the server rejected our request due to an error in our request'],
	429: ['TooManyRequests', 'the server has received too many requests and has asked us to try again later'],
	500: ['InternalError', 'an error on the server has prevented the request from succeeding'],
	503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
	504: ['Timeout', 'the server was unable to return a response in the time allotted'],
};

/** The refusal that a body says, with the code for what it leaves out. Takes any body. */
export function refusal(code: number, body: string, retryAfterSeconds?: number): KubeError {
	return refusalOf(parseOrUndefined(body), code, retryAfterSeconds);
}

/** The same of parsed JSON: a Status, or anything else. */
export function refusalOf(value: unknown, fallbackCode: number, retryAfterSeconds?: number): KubeError {
	const told: Partial<KubeStatus> = isStatus(value) ? value : {};
	const code = told.code ?? fallbackCode;
	const [reason, message] = generic[code] ?? ['Unknown', `the server answered with the unexpected status ${code}`];
	const wait = retryAfterSeconds === undefined ? undefined : {retryAfterSeconds};
	const details = told.details === undefined ? wait : {...wait, ...told.details};
	return new KubeError({
		code,
		reason: told.reason ?? reason,
		message: told.message ?? message,
		...(details && {details}),
	});
}

/** Fields of another type than metav1.Status has are as if they were not there. */
function isStatus(value: unknown): value is Partial<KubeStatus> {
	if (typeof value !== 'object' || value === null || (value as {kind?: unknown}).kind !== 'Status') {
		return false;
	}
	const {code, reason, message, details} = value as Readonly<Record<string, unknown>>;
	return isOr(code, 'number') && isOr(reason, 'string') && isOr(message, 'string') && isOr(details, 'object');
}

function isOr(value: unknown, type: 'number' | 'string' | 'object'): boolean {
	return value === undefined || (typeof value === type && value !== null);
}

function parseOrUndefined(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}
