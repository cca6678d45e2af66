import {randomInt} from 'node:crypto';
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {createServer} from 'node:net';

/**
 * Below what Linux hands out: while a program is dead its port stays free, and a client that tries to reach it again and
 * again can't come upon it as its own.
 */
const [first, last] = [10_000, 32_767];
const tries = 100;
const host = '127.0.0.1';
const handedOut = new Set<number>();

/** A port of this machine that is free for TCP and UDP, for a program that is told which to open; each is given once. */
export async function freePort(): Promise<number> {
	for (let attempt = 0; attempt < tries; attempt++) {
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
		server.listen(port, host);
		await once(server, 'listening');
		socket.bind(port, host);
		await once(socket, 'listening');
		return true;
	} catch {
		return false;
	} finally {
		server.close();
		socket.close();
	}
}
