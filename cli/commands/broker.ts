import {once} from 'node:events';
import {createServer, type AddressInfo, type Socket} from 'node:net';
import {Aedes} from 'aedes';
import type {Command} from 'commander';
import {messageOf, UsageError} from '../fail.ts';
import {jsonLog} from '../log.ts';
import {integerOption} from '../options.ts';
import {aborted, shutdownSignal} from '../signals.ts';

export interface RunningBroker {
	readonly port: number;
	close(): Promise<void>;
}

/**
 * Starts the embedded MQTT broker. Sessions and retained messages live in memory.
 * @throws UsageError when the port can't be had.
 */
export async function startBroker(host: string, port: number): Promise<RunningBroker> {
	const broker = await Aedes.createBroker();
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
		broker.handle(socket);
	});
	try {
		server.listen(port, host);
		await once(server, 'listening');
	} catch (cause) {
		// Its timers would keep the process alive.
		await new Promise<void>((resolve) => broker.close(() => resolve()));
		throw new UsageError(`Cannot listen on ${host}:${port}: ${messageOf(cause)}`, {cause});
	}
	return {
		port: (server.address() as AddressInfo).port,
		close: async () => {
			const closed = once(server, 'close');
			server.close();
			await new Promise<void>((resolve) => broker.close(() => resolve()));
			sockets.forEach((socket) => socket.destroy());
			await closed;
		},
	};
}

interface BrokerOptions {
	readonly host: string;
	readonly port: number;
}

/** `femto broker`: the embedded MQTT broker alone. */
export function addBrokerCommand(program: Command): void {
	program
		.command('broker')
		.description('Runs the embedded MQTT 3.1.1 broker. It keeps everything in memory; production uses Mosquitto or any other.')
		.option('--host <address>', 'address to listen on', '127.0.0.1')
		.option('--port <port>', 'TCP port', integerOption('--port', 0, 65_535), 1883)
		.addHelpText('after', `
Examples:
  femto broker --port 1883`)
		.action(async ({host, port}: BrokerOptions) => {
			const log = jsonLog('broker', 'info');
			const signal = shutdownSignal();
			const broker = await startBroker(host, port);
			log.info('broker listens', {host, port: broker.port});
			await aborted(signal);
			await broker.close();
		});
}
