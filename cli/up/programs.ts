import {randomUUID} from 'node:crypto';
import {hostname} from 'node:os';
import {createBridge, createTcpChannelOpener, openUdpPort} from '../../bridge/mod.ts';
import {createController, createMqttLink} from '../../controller/mod.ts';
import type {HttpHandler} from '../../runtime/http.ts';
import type {KubeApi} from '../../runtime/kube/api.ts';
import type {Log} from '../../runtime/log.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {startBroker} from '../commands/broker.ts';
import type {Closers} from './closers.ts';
import type {DevelopmentKeys} from './development-keys.ts';
import {listen} from './listen.ts';

export interface ProgramOptions {
	readonly api: KubeApi;
	readonly keys: DevelopmentKeys;
	readonly brokerPort: number;
	readonly bridgePort: number;
	/** Other controllers may work on this API: stand for election. */
	readonly isShared?: true;
	readonly log: Log;
	readonly closers: Closers;
}

export interface Programs {
	readonly brokerPort: number;
	readonly bridgePort: number;
	/** Live data of the controller. */
	readonly handle: HttpHandler;
}

export const host = '127.0.0.1';
/** What emulated devices are labelled with, so that the samples select them. */
export const deviceLabels = {class: 'pump'};

/** Broker, bridge and controller in this process, each through its own sockets. */
export async function startPrograms(options: ProgramOptions): Promise<Programs> {
	const {api, keys, log, closers} = options;
	const broker = await listen({protocol: 'tcp', host, port: options.brokerPort, option: '--broker-port'}, (port) =>
		startBroker(host, port));
	closers.push(() => broker.close());
	const datagrams = await listen({protocol: 'udp', host, port: options.bridgePort, option: '--bridge-port'}, (port) =>
		openUdpPort({host, port, log}));
	const bridge = createBridge({
		name: 'main',
		datagrams,
		openChannel: createTcpChannelOpener({host, port: broker.port}),
		clock: systemClock,
		random: systemRandom,
		log: log.child({program: 'bridge'}),
	});
	closers.push(() => bridge.close());
	const controller = createController({
		api,
		link: createMqttLink({url: `mqtt://${host}:${broker.port}`, clientId: '_controller-main', log}),
		clock: systemClock,
		random: systemRandom,
		log: log.child({program: 'controller'}),
		fleetSecret: keys.fleetSecret,
		rootPublicKey: keys.rootPublicKey,
		options: {
			deviceLabels,
			...(options.isShared && {election: {identity: `${hostname()}_${randomUUID()}`}}),
		},
	});
	await controller.start();
	closers.push(() => controller.stop());
	return {brokerPort: broker.port, bridgePort: datagrams.port, handle: controller.handle};
}
