import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {homedir, tmpdir} from 'node:os';
import {join} from 'node:path';
import {kubeconfigOf, listenApi, makePki, openStore} from '../../../apiserver/mod.ts';
import {crds} from '../../../protocol/generated/crds.ts';
import {loadKubeConfig} from '../../../runtime/kube/config.ts';
import {silentLog} from '../../../runtime/log.ts';
import {systemClock, systemRandom} from '../../../runtime/system.ts';
import {openRawClient, type RawClient} from '../../../scripts/oracle/http.ts';
import {findOracle, startOracle} from '../../../scripts/oracle/server.ts';
import {installCrds} from '../../oracle/crds.ts';
import type {ServerName} from './kubectl.ts';

/** A server of its own, empty but for the kinds of crds/. */
export interface RunningServer {
	readonly name: ServerName;
	/** As `/version` gives it. */
	readonly version: string;
	readonly kubeconfig: string;
	readonly client: RawClient;
	/** Scratch folder; removed by `stop`. */
	readonly folder: string;
	readonly stop: () => Promise<void>;
}

/** Why the official server can't be asked; undefined when it can. */
export function officialSkip(): string | undefined {
	return findOracle() === undefined ? 'the official server is not in the cache: npm run oracle builds it' : undefined;
}

export function startServer(name: ServerName): Promise<RunningServer> {
	return name === 'embedded' ? startEmbedded() : startOfficial();
}

async function startEmbedded(): Promise<RunningServer> {
	const folder = scratch();
	const environment = {clock: systemClock, random: systemRandom};
	const store = openStore({path: join(folder, 'store.db'), crds, ...environment});
	const pki = await makePki({hosts: ['127.0.0.1'], nowMs: systemClock.now()});
	const listener = await listenApi({store, port: 0, pki, log: silentLog, ...environment});
	const kubeconfig = join(folder, 'kubeconfig');
	writeFileSync(kubeconfig, kubeconfigOf({server: listener.url, pki, namespace: 'default'}), {mode: 0o600});
	return asked('embedded', kubeconfig, folder, async () => {
		await listener.close();
		store.close();
	});
}

async function startOfficial(): Promise<RunningServer> {
	const oracle = await startOracle();
	const server = await asked('official', oracle.kubeconfig, scratch(), oracle.stop);
	try {
		await installCrds(server.client);
	} catch (error) {
		await server.stop();
		throw error;
	}
	return server;
}

async function asked(name: ServerName, kubeconfig: string, folder: string, end: () => Promise<void>): Promise<RunningServer> {
	const connection = loadKubeConfig({kubeconfig, env: {}, home: homedir(), cwd: folder});
	if (!connection.ok) throw new Error(connection.error);
	const client = openRawClient(connection.value);
	const stop = async (): Promise<void> => {
		client.close();
		await end();
		rmSync(folder, {recursive: true, force: true});
	};
	const {body} = await client.ask({method: 'GET', path: '/version'});
	return {name, version: (JSON.parse(body) as {readonly gitVersion: string}).gitVersion, kubeconfig, client, folder, stop};
}

function scratch(): string {
	return mkdtempSync(join(tmpdir(), 'femto-kubectl-'));
}
