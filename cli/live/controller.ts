import type {HttpResponse} from '../../runtime/http.ts';
import type {Session} from '../session.ts';

/** The service of the controller, asked through the API server: whoever may use that needs no other way in. */
export const controllerProxy = '/api/v1/namespaces/femtofleet/services/femto-controller:http/proxy';

/** What came of a question to the controller. */
export type Live =
	| {readonly kind: 'answer'; readonly response: HttpResponse}
	/** It answers, and says why not. */
	| {readonly kind: 'refused'; readonly error: string}
	/** It does not answer, or may not be asked. */
	| {readonly kind: 'absent'; readonly why: string};

/** Asks for live data; `path` as docs/reference/controller.md has it. @throws when the API server itself can't be reached */
export async function askController(
	{read}: Session, path: string, query: Readonly<Record<string, string>> = {},
): Promise<Live> {
	const response = await read({path: controllerProxy + path, query});
	if (response.status === 200) {
		return {kind: 'answer', response};
	}
	const {error, message} = readRefusal(await text(response));
	return error !== undefined && response.status < 500
		? {kind: 'refused', error}
		: {kind: 'absent', why: error ?? message ?? `the API server answers with status ${response.status}`};
}

/** The whole text of a body. */
export async function text({body}: HttpResponse): Promise<string> {
	let whole = '';
	for await (const piece of pieces(body)) {
		whole += piece;
	}
	return whole;
}

/** The lines of a body as they come, without their ends; the last one also when it has none. */
export async function* lines({body}: HttpResponse): AsyncGenerator<string> {
	let rest = '';
	for await (const piece of pieces(body)) {
		const found = (rest + piece).split('\n');
		rest = found.pop() ?? '';
		yield* found;
	}
	if (rest !== '') {
		yield rest;
	}
}

async function* pieces(body: HttpResponse['body']): AsyncGenerator<string> {
	if (typeof body === 'string') {
		yield body;
		return;
	}
	const decoder = new TextDecoder();
	for await (const piece of body instanceof Uint8Array ? [body] : body) {
		yield typeof piece === 'string' ? piece : decoder.decode(piece, {stream: true});
	}
	yield decoder.decode();
}

/** `{error}` of the controller, or the message of a Status of the API server. */
function readRefusal(body: string): {readonly error?: string; readonly message?: string} {
	const value = parse(body);
	if (typeof value !== 'object' || value === null) {
		return {};
	}
	const {error, message} = value as {readonly error?: unknown; readonly message?: unknown};
	return {
		...(typeof error === 'string' ? {error} : {}),
		...(typeof message === 'string' ? {message} : {}),
	};
}

/** Undefined for what is no JSON. */
export function parse(json: string): unknown {
	try {
		return JSON.parse(json) as unknown;
	} catch {
		return undefined;
	}
}
