import {askController, lines, parse} from '../live/controller.ts';
import type {Session} from '../session.ts';
import type {LogLine, LogQuery, Logs} from './interfaces.ts';

/** Log lines of the controller, asked through the API server. */
export function serviceLogs(session: Session): Logs {
	return async function* follow(signal: AbortSignal, query: LogQuery): AsyncGenerator<LogLine> {
		const stoppable = {...session, read: (request: Parameters<Session['read']>[0]) => session.read({...request, signal})};
		const live = await askController(stoppable, '/v1/logs', parametersOf(query));
		if (live.kind !== 'answer') {
			throw new Error(live.kind === 'refused' ? live.error : `the controller does not answer: ${live.why}`);
		}
		for await (const text of lines(live.response)) yield parseLine(text);
	};
}

function parametersOf({device, container, tail, follow}: LogQuery): Readonly<Record<string, string>> {
	return {
		...(device !== undefined && {device}), ...(container !== undefined && {container}), tail: String(tail), follow: String(follow),
	};
}

/** What is no line of a log is shown as it is. */
function parseLine(text: string): LogLine {
	const fields = parse(text);
	if (typeof fields !== 'object' || fields === null) return {time: '', device: '', container: '', text};
	const word = (field: keyof LogLine): string => {
		const value = (fields as Partial<Record<keyof LogLine, unknown>>)[field];
		return typeof value === 'string' ? value : '';
	};
	return {time: word('time'), device: word('device'), container: word('container'), text: word('text')};
}
