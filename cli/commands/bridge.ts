import type {Command} from 'commander';
import {createBridge, createTcpChannelOpener, defaultBridgeConfig, openUdpPort} from '../../bridge/mod.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {addBrokerOptions, readBrokerOptions, type BrokerOptions} from '../broker-options.ts';
import {messageOf, UsageError} from '../fail.ts';
import {jsonLog} from '../log.ts';
import {integerOption} from '../options.ts';
import {aborted, shutdownSignal} from '../signals.ts';

interface BridgeCommandOptions extends BrokerOptions {
	readonly name: string;
	readonly host: string;
	readonly port: number;
	readonly mtu: number;
}

/** `femto bridge`: the MQTT-SN gateway alone. */
export function addBridgeCommand(program: Command): void {
	const command = program
		.command('bridge')
		.summary('run the MQTT-SN gateway')
		.description('Runs the gateway between devices (MQTT-SN over UDP) and an MQTT broker.')
		.option('--name <name>', 'name of this bridge, unique in the fleet', 'main')
		.option('--host <address>', 'UDP address to listen on', '0.0.0.0')
		.option('--port <port>', 'UDP port', integerOption('--port', 0, 65_535), 10_000)
		.option('--mtu <bytes>', 'largest datagram sent to a device', integerOption('--mtu', 64, 65_507), defaultBridgeConfig.mtuBytes);
	addBrokerOptions(command).action(runBridge);
}

async function runBridge({name, host, port, mtu, ...broker}: BridgeCommandOptions): Promise<void> {
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
	await aborted(signal);
	const {datagrams: received, events, sessions} = bridge.counters();
	log.info('bridge stops', {sessions, ...received, ...events});
	await bridge.close();
}
