import {createSocket} from 'node:dgram';
import type {Socket} from 'node:dgram';
import {once} from 'node:events';
import {isIPv6} from 'node:net';
import type {DatagramPort} from '../runtime/datagram.ts';
import type {Log} from '../runtime/log.ts';

export interface UdpOptions {
	/** An IP address; the default is all of IPv4. */
	readonly host?: string;
	/** 0: the system chooses. */
	readonly port: number;
	readonly log: Log;
}

export interface UdpPort extends DatagramPort {
	/** The port that is bound. */
	readonly port: number;
}

/** The system's default holds about 200 datagrams: a fleet that speaks at once loses the rest. The system may cap it. */
const receiveBufferBytes = 4 * 1024 * 1024;

/** Binds a UDP socket. Rejects with the system's error when that fails. Addresses read `host:port`. */
export async function openUdpPort({host = '0.0.0.0', port, log}: UdpOptions): Promise<UdpPort> {
	const socket = createSocket({type: isIPv6(host) ? 'udp6' : 'udp4', recvBufferSize: receiveBufferBytes});
	socket.bind(port, host);
	await once(socket, 'listening');
	let isOpen = true;
	socket.on('error', (error) => log.error('datagram socket failed', {error: error.message}));
	return {
		port: socket.address().port,
		send: (address, bytes) => {
			if (isOpen) {
				send(socket, address, bytes, log);
			}
		},
		onDatagram: (handler) => {
			socket.on('message', (bytes, {address, port: from}) => handler(`${address}:${from}`, bytes));
		},
		close: () => new Promise((resolve) => {
			isOpen = false;
			socket.close(() => resolve());
		}),
	};
}

function send(socket: Socket, address: string, bytes: Uint8Array, log: Log): void {
	const colon = address.lastIndexOf(':');
	socket.send(bytes, Number(address.slice(colon + 1)), address.slice(0, colon), (error) => {
		if (error) {
			log.debug('datagram not sent', {address, error: error.message});
		}
	});
}
