import {subscribe, unsubscribe} from 'node:diagnostics_channel';
import {once} from 'node:events';
import {connect as connectTcp, createServer, type AddressInfo, type Socket} from 'node:net';
import type {TestContext} from 'node:test';
import {connect as connectTls, type TLSSocket} from 'node:tls';
import {pki, serve, type Server} from '../../unit/apiserver/http/support.ts';

export interface WireServer extends Server {
	/** Connections that the server has open. */
	readonly open: ReadonlySet<Socket>;
	/** Resolves when the server has none open. */
	readonly quiet: () => Promise<void>;
	readonly tcp: () => Promise<Socket>;
	/** With the administrator's certificate; `raw` is the connection below it. */
	readonly tls: () => Promise<{readonly secure: TLSSocket; readonly raw: Socket}>;
}

/** A server whose connections are counted on its side. */
export async function serveCounted(context: TestContext, more: Parameters<typeof serve>[1] = {}): Promise<WireServer> {
	const open = new Set<Socket>();
	const state = {port: 0, onClose: (): void => {}};
	const count = (message: unknown): void => {
		const {socket} = message as {readonly socket: Socket};
		if (socket.localPort !== state.port) return;
		open.add(socket);
		socket.once('close', () => {
			open.delete(socket);
			state.onClose();
		});
	};
	subscribe('net.server.socket', count);
	context.after(() => unsubscribe('net.server.socket', count));
	const server = await serve(context, more);
	state.port = server.port;
	const target = {host: '127.0.0.1', port: server.port};
	const dialled = new Set<Socket>();
	context.after(() => dialled.forEach((socket) => socket.destroy()));
	const keep = <T extends Socket>(socket: T): T => {
		dialled.add(socket);
		socket.on('error', () => {}).once('close', () => dialled.delete(socket));
		socket.resume();
		return socket;
	};
	const tcp = async (): Promise<Socket> => {
		const socket = keep(connectTcp(target));
		await once(socket, 'connect');
		return socket;
	};
	return {
		...server,
		open,
		tcp,
		quiet: async () => {
			while (open.size > 0) {
				await new Promise<void>((resolve) => {
					state.onClose = resolve;
				});
			}
		},
		tls: async () => {
			const raw = connectTcp(target);
			const secure = keep(connectTls({socket: raw, ca: pki.caCert, cert: pki.adminCert, key: pki.adminKey, host: target.host}));
			await once(secure, 'secureConnect');
			return {secure, raw};
		},
	};
}

/** What a client says first when it shakes hands. */
export async function clientHello(): Promise<Buffer> {
	const listener = createServer();
	listener.listen(0, '127.0.0.1');
	await once(listener, 'listening');
	const client = connectTls({host: '127.0.0.1', port: (listener.address() as AddressInfo).port});
	client.on('error', () => {});
	const [socket] = (await once(listener, 'connection')) as [Socket];
	const [hello] = (await once(socket, 'data')) as [Buffer];
	socket.destroy();
	client.destroy();
	listener.close();
	return hello;
}

/** Heap in use after everything that nobody holds has gone. */
export async function heapBytes(): Promise<number> {
	const {setFlagsFromString} = await import('node:v8');
	const {runInNewContext} = await import('node:vm');
	setFlagsFromString('--expose-gc');
	const collect = runInNewContext('gc') as () => void;
	for (let round = 0; round < 3; round++) {
		await new Promise(setImmediate);
		collect();
	}
	return process.memoryUsage().heapUsed;
}
