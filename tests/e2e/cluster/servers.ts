import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {homedir, networkInterfaces, tmpdir} from 'node:os';
import {join} from 'node:path';
import {kubeconfigOf, listenApi, makePki, openStore} from '../../../apiserver/mod.ts';
import {crds} from '../../../protocol/generated/crds.ts';
import type {HttpHandler} from '../../../runtime/http.ts';
import {createKubeClient, type KubeClient} from '../../../runtime/kube/client.ts';
import {loadKubeConfig} from '../../../runtime/kube/config.ts';
import type {KubeObject, ResourceRef} from '../../../runtime/kube/types.ts';
import {silentLog} from '../../../runtime/log.ts';
import {systemClock as clock, systemRandom as random} from '../../../runtime/system.ts';
import {startOracle} from '../../../scripts/oracle/server.ts';
import {auditOf, type AuditedRequest} from './audit.ts';
import {prepareSite} from './person.ts';
import {readTemplate} from './programs.ts';

/** An API server with nothing of ours on it, and the folder in which people work on it. */
export interface ClusterServer {
	readonly name: 'embedded' | 'official';
	readonly folder: string;
	/** Of an administrator. */
	readonly kubeconfig: string;
	/** The administrator's. */
	readonly client: KubeClient;
	/** Where the Service of the controller can be reached from the API server. */
	readonly serviceHost: string;
	/** What a cluster's own controllers do for the Service of the controller, which has no pod yet. */
	openService(): Promise<void>;
	/** Leads the Service of the controller there, as a cluster does with the pod that is ready. */
	leadService(port: number): Promise<void>;
	/** Each request of the controller's ServiceAccount; none on the embedded server. */
	readonly audited: () => readonly AuditedRequest[];
	stop(): Promise<void>;
}

const loopback = '127.0.0.1';

export async function startEmbedded(): Promise<ClusterServer> {
	const folder = await makeFolder();
	const pki = await makePki({hosts: [], nowMs: clock.now()});
	const store = openStore({path: join(folder, 'store.db'), clock, random, crds});
	const services: Record<string, HttpHandler> = {};
	const listener = await listenApi({store, port: 0, pki, log: silentLog, clock, random, services});
	const kubeconfig = join(folder, 'kubeconfig');
	writeFileSync(kubeconfig, kubeconfigOf({server: listener.url, pki, namespace: 'default'}), {mode: 0o600});
	const client = clientOf(kubeconfig);
	return {
		name: 'embedded', folder, kubeconfig, client, serviceHost: loopback, audited: () => [],
		openService: async () => {},
		leadService: async (port) => {
			services['femtofleet/femto-controller'] = forwardTo(`http://${loopback}:${port}`);
		},
		stop: async () => {
			client.close();
			await listener.close();
			store.close();
			rmSync(folder, {recursive: true});
		},
	};
}

/** RBAC, and the two admission plugins of usual clusters that judge what is ours: pod security and owner references. */
export async function startOfficial(): Promise<ClusterServer> {
	const folder = await makeFolder();
	const audit = auditOf('system:serviceaccount:femtofleet:femto-controller', folder);
	const oracle = await startOracle({
		flags: [...audit.flags, '--enable-admission-plugins=OwnerReferencesPermissionEnforcement'],
	});
	const client = clientOf(oracle.kubeconfig);
	// The API server sends nothing to a loopback address on behalf of others.
	const serviceHost = Object.values(networkInterfaces()).flat()
		.find((entry) => entry?.family === 'IPv4' && !entry.internal)?.address ?? loopback;
	return {
		name: 'official', folder, kubeconfig: oracle.kubeconfig, client, serviceHost, audited: audit.read,
		openService: () => makeEndpoints(client),
		leadService: (port) => writeEndpoints(client, {host: serviceHost, port}),
		stop: async () => {
			client.close();
			await oracle.stop();
			rmSync(folder, {recursive: true});
		},
	};
}

async function makeFolder(): Promise<string> {
	const folder = mkdtempSync(join(tmpdir(), 'femto-cluster-'));
	await prepareSite(folder);
	return folder;
}

function clientOf(kubeconfig: string): KubeClient {
	const connection = loadKubeConfig({kubeconfig, env: {}, home: homedir(), cwd: tmpdir()});
	if (!connection.ok) throw new Error(connection.error);
	return createKubeClient(connection.value, {clock, random});
}

function forwardTo(url: string): HttpHandler {
	return async ({path, query, signal}) => {
		const {status, headers, body} = await fetch(`${url}${path}?${query.toString()}`, {signal});
		return {status, headers: Object.fromEntries(headers), body: body ?? ''};
	};
}

const core = (plural: string): ResourceRef => ({group: '', version: 'v1', plural, namespace: 'femtofleet'});
const controllerPod = 'femto-controller-pod';

interface Endpoints extends KubeObject {
	readonly subsets: readonly object[];
}

/** The Service without a pod, as a cluster's own controllers leave it. */
async function makeEndpoints(client: KubeClient): Promise<void> {
	await client.create<Endpoints>(core('endpoints'), endpointsOf([]));
}

/** The API server leads only to an address that a pod has; so there is one, of the Deployment's own template. */
async function writeEndpoints(client: KubeClient, {host, port}: {readonly host: string; readonly port: number}): Promise<void> {
	const pods = core('pods');
	const {items} = await client.list(pods, {fieldSelector: `metadata.name=${controllerPod}`});
	if (items.length === 0) {
		const {metadata, spec} = readTemplate('controller.yaml');
		await client.create<KubeObject>(pods, {
			apiVersion: 'v1', kind: 'Pod', metadata: {...metadata, name: controllerPod, namespace: 'femtofleet'}, ...{spec},
		});
		await client.patch(pods, controllerPod, {status: {podIP: host, podIPs: [{ip: host}]}}, {subresource: 'status'});
	}
	const targetRef = {kind: 'Pod', name: controllerPod, namespace: 'femtofleet'};
	const subset = {addresses: [{ip: host, targetRef}], ports: [{name: 'http', port}]};
	await client.replace<Endpoints>(core('endpoints'), endpointsOf([subset]));
}

function endpointsOf(subsets: readonly object[]): Endpoints {
	return {apiVersion: 'v1', kind: 'Endpoints', metadata: {name: 'femto-controller', namespace: 'femtofleet'}, subsets};
}
