import type {HttpResponse} from '../../runtime/http.ts';
import type {KubeError} from '../../runtime/kube/errors.ts';

export const jsonType = 'application/json';

/** 200, or `status`, with a document as JSON and a line end, as the official server writes it. */
export function jsonAnswer(document: object, {status = 200, type = jsonType, headers = {}}: AnswerOptions = {}): HttpResponse {
	return {status, headers: {'content-type': type, ...headers}, body: `${JSON.stringify(document)}\n`};
}

export interface AnswerOptions {
	readonly status?: number;
	readonly type?: string;
	readonly headers?: Readonly<Record<string, string>>;
}

export function textAnswer(body: string, status = 200): HttpResponse {
	return {status, headers: {'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff'}, body};
}

/** What a path outside every served group and version gets. */
export function pageNotFound(): HttpResponse {
	return textAnswer('404 page not found\n', 404);
}

/** A refusal as `metav1.Status`, always JSON. */
export function refusalAnswer(error: KubeError): HttpResponse {
	const seconds = error.status.details?.retryAfterSeconds;
	const headers = seconds === undefined ? {} : {'retry-after': String(seconds)};
	return jsonAnswer(statusOf(error), {status: error.code, headers});
}

export function statusOf({status}: KubeError): object {
	const {code, reason, message, details} = status;
	return {...statusHead, status: 'Failure', message, reason, ...(details === undefined ? {} : {details}), code};
}

export const statusHead = {kind: 'Status', apiVersion: 'v1', metadata: {}} as const;
