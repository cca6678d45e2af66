import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {kubeconfigOf, listenApi, type ApiListener, type Pki, type Store} from '../../apiserver/mod.ts';
import type {HttpHandler} from '../../runtime/http.ts';
import type {Log} from '../../runtime/log.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {listen} from './listen.ts';
import {openPki} from './pki-files.ts';
import {host} from './programs.ts';
import type {StateFolder} from './state-folder.ts';

export interface EmbeddedApiOptions {
	readonly state: StateFolder;
	readonly store: Store;
	/** 0: the port of the last run when it is free, else any. */
	readonly port: number;
	/** Live data of the controller, for the service proxy. */
	readonly controller: HttpHandler;
	readonly log: Log;
}

/** Serves the store to kubectl, and writes the kubeconfig that reaches it. */
export async function serveEmbeddedApi({state, store, port, controller, log}: EmbeddedApiOptions): Promise<ApiListener> {
	const pki = await openPki(state.pki);
	const open = (wanted: number): Promise<ApiListener> => listenApi({
		store, host, port: wanted, pki, log, clock: systemClock, random: systemRandom,
		services: {'femtofleet/femto-controller': controller},
	});
	const last = port === 0 ? lastApiPort(state) : port;
	const listener = await listen({protocol: 'tcp', host, port, option: '--api-port'}, () =>
		open(last).catch((error: unknown) => {
			if (last === port) {
				throw error;
			}
			return open(port);
		}));
	rememberApi(state, pki, listener.port);
	return listener;
}

/** So that a kubeconfig stays good over restarts. */
export function rememberApi(state: StateFolder, pki: Pki, port: number): void {
	writeFileSync(state.apiPort, `${port}\n`);
	writeFileSync(state.kubeconfig, kubeconfigOf({server: `https://${host}:${port}`, pki, namespace: 'default'}), {mode: 0o600});
}

/** The port of the last run; 0 when there is none. */
export function lastApiPort({apiPort}: StateFolder): number {
	return existsSync(apiPort) ? Number(readFileSync(apiPort, 'utf8')) : 0;
}
