import {randomUUID} from 'node:crypto';
import {hostname} from 'node:os';
import type {Command} from 'commander';
import {createController, createMqttLink, type Controller} from '../../controller/mod.ts';
import {listenHttp, type HttpListener} from '../../runtime/http-listen.ts';
import type {KubeApi} from '../../runtime/kube/api.ts';
import type {Log} from '../../runtime/log.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {prepareApplyLoop} from '../apply/apply-loop.ts';
import {addBrokerOptions, readBrokerOptions, type BrokerOptions} from '../broker-options.ts';
import {connect} from '../connect.ts';
import {messageOf, UsageError} from '../fail.ts';
import {readFleetKey, readTenantKey, tenantKeyFile} from '../keys/key-file.ts';
import {jsonLog} from '../log.ts';
import {addressOption, integerOption, labelsOption, type Address} from '../options.ts';
import {aborted, shutdownSignal} from '../signals.ts';
import {reportProgress} from '../up/report-progress.ts';
import {openStateFolder, openStateStore} from '../up/state-folder.ts';

interface ControllerOptions extends BrokerOptions {
	readonly keys: string;
	readonly kubeconfig?: string;
	readonly context?: string;
	readonly state?: string;
	readonly apply?: string;
	readonly listen?: Address;
	readonly deviceLabels: Readonly<Record<string, string>>;
	readonly reportPeriod: number;
}

/** `femto controller`: the controller alone, on a cluster's API or on the embedded one. */
export function addControllerCommand(program: Command): void {
	const command = program
		.command('controller')
		.description('Runs the controller on a Kubernetes API or on the embedded one, against an MQTT broker.')
		.option('--keys <folder>', 'where root.pub and fleet.secret are', '.femto/keys')
		.option('--kubeconfig <file>', 'a cluster: how to reach its API')
		.option('--context <name>', 'a cluster: context of the kubeconfig (default: its current one)')
		.option('--state <folder>', 'embedded API: where its store is kept (default: a temporary folder, deleted at the end)')
		.option('--apply <path>', 'embedded API: container folders and YAML to apply, now and whenever they change')
		.option(
			'--listen <host:port>', 'serve live data, /metrics, /healthz and /readyz over HTTP (default: nothing)',
			addressOption('--listen'),
		)
		.option('--device-labels <labels>', 'labels of devices that enrol', labelsOption('--device-labels'), {})
		.option(
			'--report-period <seconds>', 'between two reports of a device when nothing changes',
			integerOption('--report-period', 1, 86_400), 60,
		);
	addBrokerOptions(command)
		.addHelpText('after', `
Which API:
  --kubeconfig or --context        that cluster; controllers there elect one that leads, by a Lease in femtofleet
  --state or --apply               the embedded API
  neither, in a pod                the cluster of the pod
  neither, anywhere else           the embedded API; $KUBECONFIG and ~/.kube/config alone start nothing on a cluster`)
		.addHelpText('after', `
Examples:
  femto controller --state state --broker mqtt://127.0.0.1:1883
  femto controller --kubeconfig ~/.kube/config --listen 127.0.0.1:8080`)
		.action(runController);
}

async function runController(command: ControllerOptions): Promise<void> {
	const {keys, broker, apply, listen, deviceLabels, reportPeriod} = command;
	const log = jsonLog('controller', 'info');
	const signal = shutdownSignal();
	const address = readBrokerOptions(command);
	const [rootPublicKey, fleetSecret] = [readFleetKey(keys, 'root.pub'), readFleetKey(keys, 'fleet.secret')];
	const {api, where, isShared, close} = await openApi(command, log);
	const link = createMqttLink({
		url: broker, clientId: '_controller-main', log,
		...address.tls,
		...(address.credentials === undefined ? {} : {credentials: address.credentials}),
	});
	const controller = createController({
		api, link, clock: systemClock, random: systemRandom, log, fleetSecret, rootPublicKey,
		options: {
			deviceLabels, reportPeriodSeconds: reportPeriod,
			...(isShared && {election: {identity: `${hostname()}_${randomUUID()}`}}),
		},
	});
	let http: HttpListener | undefined;
	try {
		http = listen && await serve(controller, listen, log);
		await controller.start();
		log.info('controller runs', {broker, ...where});
		if (apply !== undefined) {
			const keyOf = (namespace: string) => readTenantKey(tenantKeyFile(keys, namespace), 'secret');
			const say = (line: string): void => log.info(line);
			await (await prepareApplyLoop({api, owner: 'femto-controller', path: apply, keyOf, say, signal})).start();
		}
		if (!isShared) {
			reportProgress({api, log, signal, say: (line, {metadata}) => log.info(line, {generation: metadata.generation})});
		}
		await Promise.race([aborted(signal), controller.ended]);
		// A leader that lost the lead ends, and whoever looks after this process shall start it again.
		process.exitCode = signal.aborted ? 0 : 1;
	} finally {
		await http?.close();
		await controller.stop();
		await close();
	}
}

interface OpenApi {
	readonly api: KubeApi;
	/** For the log. */
	readonly where: {readonly state: string} | {readonly server: string};
	/** Other controllers may work on it too. */
	readonly isShared: boolean;
	readonly close: () => Promise<void>;
}

/** @throws UsageError for options that name both APIs. */
async function openApi({kubeconfig, context, state, apply}: ControllerOptions, log: Log): Promise<OpenApi> {
	const cluster = kubeconfig ?? context;
	const embedded = state ?? apply;
	if (cluster !== undefined && embedded !== undefined) {
		throw new UsageError(`Cannot use ${state === undefined ? '--apply' : '--state'} ${embedded} together with `
			+ `${kubeconfig === undefined ? '--context' : '--kubeconfig'} ${cluster}: it is for the embedded API`);
	}
	const isInPod = process.env['KUBERNETES_SERVICE_HOST'] !== undefined;
	if (cluster !== undefined || (embedded === undefined && isInPod)) {
		const {client, server} = connect({...(kubeconfig && {kubeconfig}), ...(context && {context})}, log);
		return {api: client, where: {server}, isShared: true, close: async () => client.close()};
	}
	const folder = await openStateFolder(state);
	const store = openStateStore(folder);
	const close = async (): Promise<void> => {
		store.close();
		await folder.release();
	};
	// No election: the store belongs to one process at a time, so no other controller can work on it.
	return {api: store, where: {state: folder.path}, isShared: false, close};
}

async function serve(controller: Controller, {host, port}: Address, log: Log): Promise<HttpListener> {
	try {
		const listener = await listenHttp({host, port, handler: controller.handle, log});
		log.info('controller serves HTTP', {host, port: listener.port});
		return listener;
	} catch (cause) {
		throw new UsageError(`Cannot listen on ${host}:${port}: ${messageOf(cause)}`, {cause});
	}
}
