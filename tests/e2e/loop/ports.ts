import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {createServer} from 'node:net';
import {randomInt} from 'node:crypto';

/**
 * Below what Linux hands out: while a program is dead its port stays free, and a client that tries to reach it again and
 * again can't come upon it as its own.
 */
const [first, last] = [10_000, 32_767];
const handedOut = new Set<number>();

/** A port that is free for TCP and UDP, and that this function gives to nobody else. */
export async function freePort(): Promise<number> {
	for (let attempt = 0; attempt < 100; attempt++) {
		const port = randomInt(first, last + 1);
		if (!handedOut.has(port) && (await isFree(port))) {
			handedOut.add(port);
			return port;
		}
	}
	throw new Error(`Cannot find a free port from ${first} to ${last}`);
}

async function isFree(port: number): Promise<boolean> {
	const server = createServer();
	const socket = createSocket('udp4');
	try {
		server.listen(port, '127.0.0.1');
		await once(server, 'listening');
		socket.bind(port, '127.0.0.1');
		await once(socket, 'listening');
		return true;
	} catch {
		return false;
	} finally {
		server.close();
		socket.close();
	}
}
