import {randomBytes} from 'node:crypto';
import {homedir} from 'node:os';
import {listenApi, makePki, openStore} from '../../apiserver/mod.ts';
import {crds} from '../../protocol/generated/crds.ts';
import {loadKubeConfig} from '../../runtime/kube/config.ts';
import {silentLog} from '../../runtime/log.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {openRawClient, type RawClient} from '../../scripts/oracle/http.ts';
import {startOracle} from '../../scripts/oracle/server.ts';
import {runTopic, type TopicAnswers} from './answers.ts';
import {installCrds} from './crds.ts';
import {topics} from './requests/topics.ts';
import type {Topic} from './scenario.ts';

/** A server to ask, with the kinds of crds/. */
export interface Server {
	/** As `/version` gives it. */
	readonly version: string;
	readonly client: RawClient;
	/** Whether namespaces are emptied and owned objects collected. */
	readonly controllers: boolean;
	readonly stop: () => Promise<void>;
}

export async function startOurs(): Promise<Server> {
	const store = openStore({path: ':memory:', clock: systemClock, random: systemRandom, crds});
	// The official server's history begins after its start too, so that version 1 is too old for both.
	await store.create({group: '', version: 'v1', plural: 'namespaces'}, {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'warm-up'}});
	store.compact(Number(store.resourceVersion));
	const pki = await makePki({hosts: ['127.0.0.1'], nowMs: systemClock.now()});
	const environment = {log: silentLog, clock: systemClock, random: systemRandom};
	const listener = await listenApi({store, port: 0, pki, ...environment});
	const tls = {ca: pki.caCert, cert: pki.adminCert, key: pki.adminKey};
	const client = openRawClient({server: listener.url, namespace: 'default', tls, headers: async () => ({})});
	const stop = async (): Promise<void> => {
		client.close();
		await listener.close();
		store.close();
	};
	return {version: await versionOf(client), client, controllers: true, stop};
}

/** Our own official server; needs its binary. */
export async function startOfficial(): Promise<Server> {
	const oracle = await startOracle();
	try {
		const {stop, ...server} = await connectTo(oracle.kubeconfig);
		return {...server, controllers: oracle.controllers, stop: () => stop().then(oracle.stop)};
	} catch (error) {
		await oracle.stop();
		throw error;
	}
}

/** A server that runs already. @throws Error for a kubeconfig that names none. */
export async function connectTo(kubeconfig: string): Promise<Server> {
	const connection = loadKubeConfig({kubeconfig, env: process.env, home: homedir(), cwd: process.cwd()});
	if (!connection.ok) throw new Error(connection.error);
	const client = openRawClient(connection.value);
	await installCrds(client);
	return {version: await versionOf(client), client, controllers: true, stop: async () => client.close()};
}

/** Plays everything, in namespaces that no other run uses. */
export async function askAll({client, controllers}: Server): Promise<ReadonlyMap<Topic, TopicAnswers>> {
	const run = randomBytes(2).toString('hex');
	const prefixOf = (index: number): string => `o${run}${String.fromCodePoint(0x61 + index)}`;
	// Most of the time is waiting: for watches to end, for controllers.
	const answers = await Promise.all(topics.map((topic, index) => runTopic(client, topic, prefixOf(index), controllers)));
	return new Map(topics.map((topic, index) => [topic, answers[index] ?? {}]));
}

async function versionOf(client: RawClient): Promise<string> {
	const {body} = await client.ask({method: 'GET', path: '/version'});
	return (JSON.parse(body) as {readonly gitVersion: string}).gitVersion;
}
