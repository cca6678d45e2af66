import {join} from 'node:path';
import {femtoContainers} from '../../protocol/generated/resources.ts';
import type {KubeApi} from '../../runtime/kube/api.ts';
import {bodyText, type KubeClient} from '../../runtime/kube/client.ts';
import {isKubeError} from '../../runtime/kube/errors.ts';
import type {Log} from '../../runtime/log.ts';
import {systemClock} from '../../runtime/system.ts';
import type {Say} from '../apply/applier.ts';
import {connect} from '../connect.ts';
import {UsageError} from '../fail.ts';
import {controllerProxy} from '../live/controller.ts';
import {installFolder} from '../install-folder.ts';
import type {Closers} from './closers.ts';
import type {DevelopmentKeys} from './development-keys.ts';
import {lastApiPort, rememberApi, serveEmbeddedApi} from './embedded-api.ts';
import {freePort} from './free-port.ts';
import {openPki} from './pki-files.ts';
import {deviceLabels, host, startPrograms} from './programs.ts';
import {openStateStore, type StateFolder} from './state-folder.ts';
import {Supervisor} from './supervisor.ts';

export interface ServerOptions {
	readonly state: StateFolder;
	readonly keys: DevelopmentKeys;
	readonly ports: {readonly apiPort: number; readonly bridgePort: number; readonly brokerPort: number};
	readonly log: Log;
	readonly closers: Closers;
	readonly say: Say;
}

/** What runs, and how to reach it. */
export interface Servers {
	readonly api: KubeApi;
	readonly bridgePort: number;
	/** For kubectl. */
	readonly kubeconfig: string;
}

const readyTries = 300;
const readyPauseMs = 100;

/** API, broker, bridge and controller in this process. */
export async function startEmbedded({state, keys, ports, log, closers, say}: ServerOptions): Promise<Servers> {
	const store = openStateStore(state);
	closers.push(() => store.close());
	const programs = await startPrograms({api: store, keys, ...ports, log, closers});
	const services = {'femtofleet/femto-controller': programs.handle};
	const listener = await serveEmbeddedApi({
		state, store, host, port: ports.apiPort, portOption: '--api-port', services, log,
	});
	closers.push(() => listener.close());
	say(`up: API on ${listener.url}, kubeconfig ${state.kubeconfig}`);
	say(`up: broker on tcp ${host}:${programs.brokerPort}, bridge on udp ${host}:${programs.bridgePort}`);
	return {api: store, bridgePort: programs.bridgePort, kubeconfig: state.kubeconfig};
}

/** Broker, bridge and controller in this process, on the API of another server. */
export async function startOnCluster(options: ServerOptions, kubeconfig: string): Promise<Servers> {
	const {keys, ports, log, closers, say} = options;
	const {client, server} = connect({kubeconfig}, log);
	closers.push(() => client.close());
	await requireKinds(client, server);
	// Another controller may lead there; this one waits for its turn then.
	const programs = await startPrograms({api: client, keys, ...ports, log, closers, isShared: true});
	say(`up: API on ${server}, kubeconfig ${kubeconfig}`);
	say(`up: broker on tcp ${host}:${programs.brokerPort}, bridge on udp ${host}:${programs.bridgePort}`);
	return {api: client, bridgePort: programs.bridgePort, kubeconfig};
}

async function requireKinds(api: KubeApi, server: string): Promise<void> {
	try {
		await api.list(femtoContainers, {limit: 1});
	} catch (error) {
		if (isKubeError(error, 'NotFound')) {
			const crds = join(installFolder(), 'crds');
			throw new UsageError(`Cannot use ${server}: it does not know FemtoContainers; kubectl apply -k ${crds}`, {cause: error});
		}
		throw error;
	}
}

/** Each program as a process of its own, started again when it ends. */
export async function startProcesses({state, ports, log, closers, say}: ServerOptions): Promise<Servers> {
	const [apiPort, brokerPort, bridgePort, livePort] = [
		ports.apiPort || lastApiPort(state) || await freePort(),
		ports.brokerPort || await freePort(),
		ports.bridgePort || await freePort(),
		await freePort(),
	];
	rememberApi(state, await openPki(state.pki, host), {url: `https://${host}:${apiPort}`, port: apiPort});
	const {kubeconfig} = state;
	const broker = `mqtt://${host}:${brokerPort}`;
	const start = (name: string, ...args: (string | number)[]): void => {
		const command = [process.execPath, '--enable-source-maps', process.argv[1] ?? '', name, ...args.map(String)];
		const supervisor = new Supervisor({name, command, log: join(state.path, `${name}.log`)}, systemClock, say);
		closers.push(() => supervisor.stop());
	};
	start('broker', '--host', host, '--port', brokerPort);
	start('apiserver', '--state', state.path, '--host', host, '--port', apiPort,
		'--service', `femtofleet/femto-controller=http://${host}:${livePort}`);
	start('bridge', '--host', host, '--port', bridgePort, '--broker', broker);
	const {client, server} = connect({kubeconfig}, log);
	closers.push(() => client.close());
	await waitForAnswer(client, '/readyz', 'apiserver');
	start('controller', '--kubeconfig', kubeconfig, '--keys', state.keys, '--broker', broker,
		'--listen', `${host}:${livePort}`, '--device-labels', labelsText(deviceLabels));
	// What devices say before it listens at the broker is lost, and they say it again a minute later only.
	await waitForAnswer(client, `${controllerProxy}/readyz`, 'controller');
	say(`up: API on ${server}, kubeconfig ${kubeconfig}`);
	say(`up: broker on tcp ${host}:${brokerPort}, bridge on udp ${host}:${bridgePort}, logs in ${state.path}`);
	return {api: client, bridgePort, kubeconfig};
}

/** Asks until it is ready; a supervisor says why when it is not. @throws UsageError after half a minute */
async function waitForAnswer(client: KubeClient, path: string, program: string): Promise<void> {
	for (let attempt = 0; attempt < readyTries; attempt++) {
		try {
			const response = await client.request({method: 'GET', path});
			await bodyText(response);
			if (response.status === 200) {
				return;
			}
		} catch {
			// It does not listen yet.
		}
		await new Promise<void>((resolve) => void systemClock.setTimer(readyPauseMs, resolve));
	}
	throw new UsageError(`Cannot go on: the ${program} is not ready; ${program}.log in the state folder says why`);
}

function labelsText(labels: Readonly<Record<string, string>>): string {
	return Object.entries(labels).map(([key, value]) => `${key}=${value}`).join(',');
}
