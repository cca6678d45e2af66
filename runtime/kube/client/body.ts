import type {HttpResponse} from '../../http.ts';
import {refusal} from './failure.ts';

/** The text of an answer. @throws KubeError when it is no success */
export async function successText(response: HttpResponse): Promise<string> {
	const text = await bodyText(response);
	if (response.status < 200 || response.status >= 300) {
		throw refusal(response.status, text);
	}
	return text;
}

export async function bodyText({body}: HttpResponse): Promise<string> {
	if (typeof body === 'string') {
		return body;
	}
	const pieces: Uint8Array[] = [];
	for await (const piece of body instanceof Uint8Array ? [body] : body) {
		pieces.push(typeof piece === 'string' ? Buffer.from(piece) : piece);
	}
	return Buffer.concat(pieces).toString();
}
