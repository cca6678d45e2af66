import type {Command} from 'commander';
import type {Clock} from '../runtime/clock.ts';
import type {HttpResponse} from '../runtime/http.ts';
import type {KubeApi} from '../runtime/kube/api.ts';
import type {Random} from '../runtime/random.ts';
import {systemClock, systemRandom} from '../runtime/system.ts';
import {connect, type ConnectionOptions} from './connect.ts';
import type {Console} from './output/console.ts';
import {shutdownSignal} from './signals.ts';

/** A GET that is no object of the API, such as one through the service proxy. */
export interface RawRequest {
	/** Begins with a slash; without the query. */
	readonly path: string;
	readonly query?: Readonly<Record<string, string>>;
	readonly signal?: AbortSignal;
}

/** All that a command which asks the API works with; a test passes its own. */
export interface Session {
	readonly api: KubeApi;
	/** @throws when no answer comes; any status that does come is an answer. */
	readonly read: (request: RawRequest) => Promise<HttpResponse>;
	/** Of `-n`, or of the context. */
	readonly namespace: string;
	/** Address of the API server; none for an API in process. */
	readonly server?: string;
	readonly clock: Clock;
	readonly random: Random;
	readonly console: Console;
	/** Aborts when the user has had enough. */
	readonly signal: AbortSignal;
}

/** The process as a command writes to it. */
export const processConsole: Console = {
	out: (text) => {
		process.stdout.write(text);
	},
	error: (line) => {
		process.stderr.write(`${line}\n`);
	},
	get width() {
		return process.stdout.isTTY ? process.stdout.columns : undefined;
	},
};

/** Runs a command in a session of its options, which connect.ts adds; what `run` returns is the exit code. */
export function inSession<Options extends ConnectionOptions>(
	command: Command, run: (session: Session, args: readonly string[], options: Options) => Promise<number>,
): void {
	command.action(async () => {
		const {processedArgs} = command;
		const args = processedArgs.flat().filter((argument) => argument !== undefined) as string[];
		process.exitCode = await withSession(command.opts<Options>(), (session) => run(session, args, command.opts<Options>()));
	});
}

/** Opens a session for the time of `run`. */
export async function withSession<T>(options: ConnectionOptions, run: (session: Session) => Promise<T>): Promise<T> {
	const signal = shutdownSignal();
	const {client, namespace, server} = connect(options);
	try {
		return await run({
			api: client, namespace, server, clock: systemClock, random: systemRandom, console: processConsole, signal,
			read: ({path, query, signal: own = signal}) =>
				client.request({method: 'GET', path, signal: own, ...(query === undefined ? {} : {query: new URLSearchParams(query)})}),
		});
	} finally {
		client.close();
	}
}
