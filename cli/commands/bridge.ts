import type {Command} from 'commander';
import {
	createBridge, createBridgeHandler, createTcpChannelOpener, defaultBridgeConfig, openUdpPort, type Bridge,
} from '../../bridge/mod.ts';
import {listenHttp, type HttpListener} from '../../runtime/http-listen.ts';
import type {Log} from '../../runtime/log.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {addBrokerOptions, readBrokerOptions, type BrokerOptions} from '../broker-options.ts';
import {messageOf, UsageError} from '../fail.ts';
import {jsonLog} from '../log.ts';
import {addressOption, integerOption, type Address} from '../options.ts';
import {aborted, shutdownSignal} from '../signals.ts';

interface BridgeCommandOptions extends BrokerOptions {
	readonly name: string;
	readonly host: string;
	readonly port: number;
	readonly mtu: number;
	readonly listen?: Address;
}

/** `femto bridge`: the MQTT-SN gateway alone. */
export function addBridgeCommand(program: Command): void {
	const command = program
		.command('bridge')
		.description('Runs the gateway between devices (MQTT-SN over UDP) and an MQTT broker.')
		.option('--name <name>', 'name of this bridge, unique in the fleet', 'main')
		.option('--host <address>', 'UDP address to listen on', '0.0.0.0')
		.option('--port <port>', 'UDP port', integerOption('--port', 0, 65_535), 10_000)
		.option('--mtu <bytes>', 'largest datagram sent to a device', integerOption('--mtu', 64, 65_507), defaultBridgeConfig.mtuBytes)
		.option('--listen <host:port>', 'serve /metrics, /healthz and /readyz over HTTP (default: nothing)', addressOption('--listen'));
	addBrokerOptions(command)
		.addHelpText('after', `
Examples:
  femto bridge --name main --broker mqtt://127.0.0.1:1883`)
		.action(runBridge);
}

async function runBridge({name, host, port, mtu, listen, ...broker}: BridgeCommandOptions): Promise<void> {
	const log = jsonLog('bridge', 'info');
	const signal = shutdownSignal();
	const address = readBrokerOptions(broker);
	const datagrams = await openUdpPort({host, port, log}).catch((cause: unknown) => {
		throw new UsageError(`Cannot listen on udp ${host}:${port}: ${messageOf(cause)}`, {cause});
	});
	const bridge = createBridge({
		name,
		datagrams,
		openChannel: createTcpChannelOpener(address),
		clock: systemClock,
		random: systemRandom,
		log,
		config: {mtuBytes: mtu},
	});
	log.info('bridge listens', {name, host, port: datagrams.port});
	const http = listen === undefined ? undefined : await serve(bridge, listen, log);
	await aborted(signal);
	await http?.close();
	const {datagrams: received, events, sessions} = bridge.counters();
	log.info('bridge stops', {sessions, ...received, ...events});
	await bridge.close();
}

/** Without the address there is no bridge either: whoever asked for it would watch in vain. */
async function serve(bridge: Bridge, {host, port}: Address, log: Log): Promise<HttpListener> {
	try {
		const listener = await listenHttp({host, port, handler: createBridgeHandler(bridge), log});
		log.info('bridge serves HTTP', {host, port: listener.port});
		return listener;
	} catch (cause) {
		await bridge.close();
		throw new UsageError(`Cannot listen on ${host}:${port}: ${messageOf(cause)}`, {cause});
	}
}
