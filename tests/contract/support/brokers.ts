import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {connect, createServer, type AddressInfo, type Server} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Aedes} from 'aedes';
import {createTcpChannelOpener} from '../../../bridge/mod.ts';
import {freePort} from '../../../cli/up/free-port.ts';
import {systemClock} from '../../../runtime/system.ts';
import {SimulatedBroker} from '../../../simulator/broker-channel.ts';
import type {BrokerUnderTest} from '../mqtt-broker.ts';

export function startModel(): Promise<BrokerUnderTest> {
	const broker = new SimulatedBroker({clock: systemClock, latencyMs: 0});
	return Promise.resolve({open: broker.openChannel('test'), stop: () => Promise.resolve(broker.stop('state lost'))});
}

export async function startAedes(): Promise<BrokerUnderTest> {
	const aedes = new Aedes();
	await aedes.listen();
	const server = createServer((socket) => void aedes.handle(socket));
	const port = await listen(server);
	return {
		open: createTcpChannelOpener({host: '127.0.0.1', port}),
		quirks: {retainedKeepsQos: true, repeatsWithoutDup: true},
		stop: async () => {
			await new Promise<void>((resolve) => aedes.close(() => resolve()));
			server.close();
			await once(server, 'close');
		},
	};
}

/** Why Mosquitto can't be tested here, or false. */
export function mosquittoMissing(): string | false {
	const found = spawnSync('mosquitto', ['-h'], {encoding: 'utf8'});
	return found.error === undefined ? false : 'no mosquitto on PATH';
}

export async function startMosquitto(): Promise<BrokerUnderTest> {
	const folder = await mkdtemp(join(tmpdir(), 'femtofleet-mosquitto-'));
	const port = await freePort();
	const file = join(folder, 'mosquitto.conf');
	const config = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'persistence false', 'log_dest none'];
	await writeFile(file, config.join('\n') + '\n');
	const child = spawn('mosquitto', ['-c', file], {stdio: 'ignore'});
	const ended = once(child, 'exit');
	await reachable(port);
	return {
		open: createTcpChannelOpener({host: '127.0.0.1', port}),
		stop: async () => {
			child.kill('SIGTERM');
			await ended;
			await rm(folder, {recursive: true});
		},
	};
}

async function listen(server: Server): Promise<number> {
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return (server.address() as AddressInfo).port;
}

/** Connects until it succeeds: a process tells in no other way that it listens. */
export async function reachable(port: number): Promise<void> {
	for (let attempt = 0; attempt < 5000; attempt++) {
		const socket = connect(port, '127.0.0.1');
		const connected = await new Promise<boolean>((resolve) => {
			socket.once('connect', () => resolve(true));
			socket.once('error', () => resolve(false));
		});
		socket.destroy();
		if (connected) return;
	}
	throw new Error(`Cannot reach mosquitto on port ${port}`);
}
