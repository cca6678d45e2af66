import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {createServer, type AddressInfo} from 'node:net';
import {host} from './programs.ts';

/** A port of this machine that nobody has now; for a program that is told which one to open. */
export async function freePort(protocol: 'tcp' | 'udp'): Promise<number> {
	if (protocol === 'udp') {
		const socket = createSocket('udp4').bind(0, host);
		await once(socket, 'listening');
		const {port} = socket.address();
		socket.close();
		await once(socket, 'close');
		return port;
	}
	const server = createServer().listen(0, host);
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}
