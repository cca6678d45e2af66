import type {HttpResponse} from '../../runtime/http.ts';
import type {Session} from '../session.ts';
import type {LogLine, LogQuery, Logs} from './interfaces.ts';

const path = '/api/v1/namespaces/femtofleet/services/femto-controller:http/proxy/v1/logs';

/** Log lines of the controller, through the service proxy of the API server. */
export function serviceLogs(read: Session['read']): Logs {
	return async function* follow(signal: AbortSignal, query: LogQuery): AsyncGenerator<LogLine> {
		const {status, body} = await read({path, query: parametersOf(query), signal});
		const lines = linesOf(body);
		if (status !== 200) {
			for await (const text of lines) throw new Error(`the log service answers ${status}: ${text}`);
			throw new Error(`the log service answers ${status}`);
		}
		for await (const text of lines) yield parseLine(text);
	};
}

function parametersOf({device, container, tail, follow}: LogQuery): Readonly<Record<string, string>> {
	return {
		...(device !== undefined && {device}), ...(container !== undefined && {container}), tail: String(tail), follow: String(follow),
	};
}

async function* linesOf(body: HttpResponse['body']): AsyncGenerator<string> {
	const decoder = new TextDecoder();
	let rest = '';
	for await (const piece of typeof body === 'string' || body instanceof Uint8Array ? [body] : body) {
		const lines = (rest + (typeof piece === 'string' ? piece : decoder.decode(piece, {stream: true}))).split('\n');
		rest = lines.pop() ?? '';
		yield* lines.filter((line) => line !== '');
	}
	if (rest !== '') yield rest;
}

/** What is no line of a log is shown as it is. */
function parseLine(text: string): LogLine {
	try {
		const fields = JSON.parse(text) as Partial<Record<keyof LogLine, unknown>>;
		const word = (field: keyof LogLine): string => (typeof fields[field] === 'string' ? fields[field] : '');
		return {time: word('time'), device: word('device'), container: word('container'), text: word('text')};
	} catch {
		return {time: '', device: '', container: '', text};
	}
}
