import type {HttpResponse} from '../../runtime/http.ts';

export function json(status: number, value: unknown): HttpResponse {
	return {
		status, headers: {'content-type': 'application/json', 'cache-control': 'no-store'}, body: `${JSON.stringify(value)}\n`,
	};
}

/** `{error}`: one phrase. */
export function refusal(status: number, error: string): HttpResponse {
	return json(status, {error});
}

export function plain(status: number, text: string): HttpResponse {
	return {status, headers: {'content-type': 'text/plain; charset=utf-8'}, body: `${text}\n`};
}
