import {InvalidArgumentError, type Command} from 'commander';
import {
	createBridge, createBridgeHandler, createTcpChannelOpener, defaultBridgeConfig, joinDatagramPorts, openSerialLinks,
	openUdpPort, parseSerialAddress, serialAddressPrefix, type Bridge, type SerialAddress, type SerialLinks,
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
	readonly serial: readonly SerialAddress[];
	readonly listen?: Address;
}

/** `femto bridge`: the MQTT-SN gateway alone. */
export function addBridgeCommand(program: Command): void {
	const command = program
		.command('bridge')
		.description('Runs the gateway between devices (MQTT-SN over UDP and serial links) and an MQTT broker.')
		.option('--name <name>', 'name of this bridge, unique in the fleet', 'main')
		.option('--host <address>', 'UDP address to listen on', '0.0.0.0')
		.option('--port <port>', 'UDP port', integerOption('--port', 0, 65_535), 10_000)
		.option('--mtu <bytes>', 'largest datagram sent to a device', integerOption('--mtu', 64, 65_507), defaultBridgeConfig.mtuBytes)
		.option('--serial <link>', 'a serial link: /dev/TTY[:BAUD], unix:PATH[,server=on] or tcp:HOST:PORT[,server=on]; repeatable',
			serialOption, [])
		.option('--listen <host:port>', 'serve /metrics, /healthz and /readyz over HTTP (default: nothing)', addressOption('--listen'));
	addBrokerOptions(command)
		.addHelpText('after', `
Examples:
  femto bridge --name main --broker mqtt://127.0.0.1:1883
  femto bridge --serial /dev/ttyUSB0:115200 --serial unix:boards.sock,server=on`)
		.action(runBridge);
}

/** Adds one link to those before it. */
function serialOption(text: string, links: readonly SerialAddress[]): readonly SerialAddress[] {
	const address = parseSerialAddress(text);
	if (!address.ok) {
		throw new InvalidArgumentError(`--serial is "${text}", ${address.error}`);
	}
	if (links.some(({name}) => name === address.value.name)) {
		throw new InvalidArgumentError(`--serial is "${text}", each link once required`);
	}
	return [...links, address.value];
}

async function runBridge({name, host, port, mtu, serial: links, listen, ...broker}: BridgeCommandOptions): Promise<void> {
	const log = jsonLog('bridge', 'info');
	const signal = shutdownSignal();
	const address = readBrokerOptions(broker);
	const serial = await openSerial(links, log);
	const udp = await openUdpPort({host, port, log}).catch((cause: unknown) => {
		throw new UsageError(`Cannot listen on udp ${host}:${port}: ${messageOf(cause)}`, {cause});
	});
	const bridge = createBridge({
		name,
		datagrams: joinDatagramPorts(udp, serial, serialAddressPrefix),
		openChannel: createTcpChannelOpener(address),
		clock: systemClock,
		random: systemRandom,
		log,
		config: {mtuBytes: mtu},
	});
	log.info('bridge listens', {name, host, port: udp.port, serialLinks: links.length});
	const http = listen === undefined ? undefined : await serve(bridge, serial, listen, log);
	await aborted(signal);
	await http?.close();
	const {datagrams: received, events, sessions} = bridge.counters();
	log.info('bridge stops', {sessions, ...received, ...events});
	for (const [link, counts] of Object.entries(serial.counters())) {
		log.info('serial link stops', {link, ...counts});
	}
	await bridge.close();
}

async function openSerial(links: readonly SerialAddress[], log: Log): Promise<SerialLinks> {
	try {
		return await openSerialLinks({links, clock: systemClock, random: systemRandom, log});
	} catch (cause) {
		throw new UsageError(`Cannot use a tty: ${messageOf(cause)}; the npm package serialport required`, {cause});
	}
}

/** Without the address there is no bridge either: whoever asked for it would watch in vain. */
async function serve(bridge: Bridge, serial: SerialLinks, {host, port}: Address, log: Log): Promise<HttpListener> {
	try {
		const listener = await listenHttp({host, port, handler: createBridgeHandler(bridge, serial), log});
		log.info('bridge serves HTTP', {host, port: listener.port});
		return listener;
	} catch (cause) {
		await bridge.close();
		throw new UsageError(`Cannot listen on ${host}:${port}: ${messageOf(cause)}`, {cause});
	}
}
