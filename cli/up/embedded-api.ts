import {existsSync, readFileSync} from 'node:fs';
import {kubeconfigOf, listenApi, type ApiListener, type Pki, type Store} from '../../apiserver/mod.ts';
import type {HttpHandler} from '../../runtime/http.ts';
import type {Log} from '../../runtime/log.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {listen} from './listen.ts';
import {openPki} from './pki-files.ts';
import {replaceFile, type StateFolder} from './state-folder.ts';

export interface EmbeddedApiOptions {
	readonly state: StateFolder;
	readonly store: Store;
	readonly host: string;
	/** 0: the port of the last run when it is free, else any. */
	readonly port: number;
	/** By which the user chooses the port. */
	readonly portOption: string;
	/** Live data behind the service proxy, by `<namespace>/<service>`. */
	readonly services: Readonly<Record<string, HttpHandler>>;
	readonly log: Log;
}

/** Serves the store to kubectl, and writes the kubeconfig that reaches it. */
export async function serveEmbeddedApi(options: EmbeddedApiOptions): Promise<ApiListener> {
	const {state, store, host, port, portOption, services, log} = options;
	const pki = await openPki(state.pki, host);
	const open = (wanted: number): Promise<ApiListener> =>
		listenApi({store, host, port: wanted, pki, log, clock: systemClock, random: systemRandom, services});
	const last = port === 0 ? lastApiPort(state) : port;
	const listener = await listen({protocol: 'tcp', host, port, option: portOption}, () =>
		open(last).catch((error: unknown) => {
			if (last === port) {
				throw error;
			}
			return open(port);
		}));
	try {
		rememberApi(state, pki, listener);
	} catch (error) {
		await listener.close();
		throw error;
	}
	return listener;
}

/** So that a kubeconfig stays good over restarts. */
export function rememberApi(state: StateFolder, pki: Pki, {url, port}: Pick<ApiListener, 'url' | 'port'>): void {
	replaceFile(state.apiPort, `${port}\n`);
	replaceFile(state.kubeconfig, kubeconfigOf({server: url, pki, namespace: 'default'}), 0o600);
}

/** The port of the last run; 0 when there is none. */
export function lastApiPort({apiPort}: StateFolder): number {
	return existsSync(apiPort) ? Number(readFileSync(apiPort, 'utf8')) : 0;
}
