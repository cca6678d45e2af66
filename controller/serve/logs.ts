import type {LogFollower} from '../logs-follower.ts';
import type {ContainerLogs, LogLine, LogSelection} from '../logs.ts';
import {refusal} from './answer.ts';
import type {Clock} from '../../runtime/clock.ts';
import type {HttpRequest, HttpResponse} from '../../runtime/http.ts';
import {failure, success, type Result} from '../../protocol/result.ts';

export interface LogParts {
	readonly clock: Clock;
	readonly logs: ContainerLogs;
	readonly knows: {readonly device: (name: string) => boolean; readonly container: (key: string) => boolean};
}

interface Wanted {
	readonly selection: LogSelection;
	readonly follow: boolean;
}

/** Lines that are sent as one piece. */
const pieceLines = 256;

/**
 * Lines as NDJSON, oldest first: `{time, device, container, text}`. With `follow` the answer goes on until the client
 * leaves or the controller stops; `{dropped: n}` stands where a client that reads too slowly has missed n lines.
 */
export function answerLogs(parts: LogParts, {query, signal}: HttpRequest): HttpResponse {
	const {logs, knows, clock} = parts;
	const wanted = readQuery(query, clock.now());
	if (!wanted.ok) {
		return refusal(400, wanted.error);
	}
	const {selection, follow} = wanted.value;
	const {device, container} = selection;
	if (device !== undefined && !knows.device(device)) {
		return refusal(404, `there is no device ${device}`);
	}
	if (container !== undefined && !knows.container(container)) {
		return refusal(404, `there is no FemtoContainer ${container}`);
	}
	// Both in one turn: no line comes in between.
	const follower = follow ? logs.follow(selection) : undefined;
	if (follow && follower === undefined) {
		return refusal(503, 'too many clients follow the logs');
	}
	const lines = logs.select(selection);
	const end = (): void => follower?.end();
	signal.addEventListener('abort', end, {once: true});
	if (signal.aborted) {
		end();
	}
	const headers = {'content-type': 'application/x-ndjson', 'cache-control': 'no-store'};
	return {status: 200, headers, body: pieces(lines, follower, signal)};
}

async function* pieces(
	lines: readonly LogLine[], follower: LogFollower | undefined, signal: AbortSignal,
): AsyncGenerator<string> {
	try {
		for (let begin = 0; begin < lines.length && !signal.aborted; begin += pieceLines) {
			yield lines.slice(begin, begin + pieceLines).map(writeLine).join('');
		}
		for (let batch = await follower?.next(); batch !== undefined; batch = await follower?.next()) {
			yield batch.lines.map(writeLine).join('') + (batch.dropped > 0 ? `${JSON.stringify({dropped: batch.dropped})}\n` : '');
		}
	} finally {
		follower?.end();
	}
}

function writeLine({timeMs, device, container, text}: LogLine): string {
	return `${JSON.stringify({time: new Date(timeMs).toISOString(), device, container, text})}\n`;
}

/** The error names parameter, value and rule. */
function readQuery(query: URLSearchParams, nowMs: number): Result<Wanted, string> {
	const [device, container] = [query.get('device') ?? undefined, query.get('container') ?? undefined];
	const [tail, sinceMs] = [readCount(query, 'tail'), readCount(query, 'sinceMs')];
	const follow = query.get('follow') ?? 'false';
	if (!tail.ok || !sinceMs.ok) {
		return tail.ok ? sinceMs as Result<never, string> : tail;
	}
	if (follow !== 'true' && follow !== 'false') {
		return failure(`follow is "${follow}", true or false required`);
	}
	if (container !== undefined && !/^[^/]+\/[^/]+$/.test(container)) {
		return failure(`container is "${container}", namespace/name required`);
	}
	return success({
		follow: follow === 'true',
		selection: {
			...(device === undefined ? {} : {device}),
			...(container === undefined ? {} : {container}),
			...(tail.value === undefined ? {} : {tail: tail.value}),
			...(sinceMs.value === undefined ? {} : {fromMs: nowMs - sinceMs.value}),
		},
	});
}

function readCount(query: URLSearchParams, name: string): Result<number | undefined, string> {
	const text = query.get(name);
	if (text === null) {
		return success(undefined);
	}
	return /^[0-9]{1,15}$/.test(text) ? success(Number(text)) : failure(`${name} is "${text}", a whole number required`);
}
