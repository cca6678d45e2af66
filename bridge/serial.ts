import {unlink} from 'node:fs/promises';
import {connect, createServer} from 'node:net';
import type {ListenOptions, NetConnectOpts, Server, Socket} from 'node:net';
import type {SerialPort} from 'serialport';
import type {Clock} from '../runtime/clock.ts';
import type {DatagramPort} from '../runtime/datagram.ts';
import type {Log} from '../runtime/log.ts';
import type {Random} from '../runtime/random.ts';
import {defaultBaud} from './serial/address.ts';
import type {SerialAddress} from './serial/address.ts';
import type {SerialCounts} from './serial/counters.ts';
import {DialedLink, ListeningLink} from './serial/link.ts';
import type {Link, LinkOptions} from './serial/link.ts';
import type {ByteStream, ByteStreamEvents, OpenByteStream, OpenListener} from './serial/stream.ts';

export interface SerialOptions {
	/** Each with a name of its own. */
	readonly links: readonly SerialAddress[];
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
}

/** Frames on serial links as datagrams; docs/reference/serial.md. */
export interface SerialLinks extends DatagramPort {
	/** By the name of the link. */
	counters(): Readonly<Record<string, Readonly<SerialCounts>>>;
}

/** What the address of every peer on a serial link begins with. */
export const serialAddressPrefix = 'serial:';

/** Connections to one socket that is listened on. */
const maxConnections = 256;
const keepAliveMs = 60_000;

/**
 * Serial links, opened when the handler of datagrams is set. One that is absent or is lost is tried again, so this
 * rejects only when a tty is asked for and the package `serialport` can't be loaded.
 */
export async function openSerialLinks({links: addresses, clock, random, log}: SerialOptions): Promise<SerialLinks> {
	const Tty = addresses.some(({kind}) => kind === 'tty') ? (await import('serialport')).SerialPort : undefined;
	let handler: (address: string, bytes: Uint8Array) => void = () => {};
	const links = new Map(addresses.map((address) => [address.name, openLink(address, Tty, {
		address: `${serialAddressPrefix}${address.name}`,
		baud: address.kind === 'tty' ? address.baud : defaultBaud,
		clock,
		random,
		log: log.child({link: address.name}),
		onDatagram: (from, bytes) => handler(from, bytes),
	})]));
	return {
		send: (address, bytes) => {
			[...links.values()].some((link) => link.send(address, bytes));
		},
		onDatagram: (wanted) => {
			handler = wanted;
			for (const link of links.values()) {
				link.start();
			}
		},
		close: async () => {
			await Promise.all(Array.from(links.values(), (link) => link.close()));
		},
		counters: () => Object.fromEntries(Array.from(links, ([name, {counts}]) => [name, {...counts}])),
	};
}

function openLink(address: SerialAddress, Tty: typeof SerialPort | undefined, options: LinkOptions): Link {
	if (address.kind === 'tty') {
		if (Tty === undefined) {
			throw new TypeError('Cannot open a tty: the package serialport is not loaded');
		}
		return new DialedLink(options, ttyOpener(Tty, address.path, address.baud, options.clock));
	}
	const place = address.kind === 'unix' ? {path: address.path} : {host: address.host, port: address.port};
	return address.isServer
		? new ListeningLink(options, listenerOpener(place))
		: new DialedLink(options, socketOpener({...place, noDelay: true}));
}

function ttyOpener(Tty: typeof SerialPort, path: string, baudRate: number, clock: Clock): OpenByteStream {
	return ({onOpen, onBytes, onClose}) => {
		const port = new Tty({path, baudRate, autoOpen: false});
		let isClosing = false;
		const close = (): void => {
			isClosing = true;
			// A port that is being opened can't be closed: it is when it is open.
			if (port.isOpen) {
				port.close();
			}
		};
		port.on('data', (bytes: Buffer) => onBytes(bytes));
		port.on('end', close);
		port.on('error', close);
		port.on('close', (error: Error | null) => onClose(error ?? undefined));
		port.open((error) => {
			if (error) {
				onClose(error);
			} else if (isClosing) {
				close();
			} else {
				wakeOnEvents(port, clock);
				onOpen();
			}
		});
		return {write: (bytes, onTaken) => void port.write(bytes, undefined, (error) => error || onTaken()), close};
	};
}

/**
 * The native part of `serialport` reports what it polls for outside any callback of Node, so the promises that wait for it
 * go on only when something else happens in this process, be it half a minute later. A timer is something else.
 */
function wakeOnEvents({port}: SerialPort, clock: Clock): void {
	if (port !== undefined && 'poller' in port) {
		for (const event of ['readable', 'writable', 'disconnect']) {
			port.poller.on(event, () => void clock.setTimer(0, () => {}));
		}
	}
}

function socketOpener(place: NetConnectOpts): OpenByteStream {
	return (events) => {
		const socket = connect(place);
		socket.on('connect', () => events.onOpen());
		return streamOf(socket, events);
	};
}

function streamOf(socket: Socket, {onBytes, onClose}: ByteStreamEvents): ByteStream {
	let failure: Error | undefined;
	socket.setKeepAlive(true, keepAliveMs);
	socket.on('data', (bytes) => {
		if (typeof bytes !== 'string') {
			onBytes(bytes);
		}
	});
	socket.on('error', (error) => {
		failure = error;
	});
	socket.on('close', () => onClose(failure));
	return {
		write: (bytes, onTaken) => void socket.write(bytes, (error) => error ?? onTaken()),
		// What the system would not take by now, it does not get: the other side may never read.
		close: () => {
			if (socket.writableLength === 0 && !socket.connecting) {
				socket.destroySoon();
			} else {
				socket.destroy();
			}
		},
	};
}

function listenerOpener(place: ListenOptions): OpenListener {
	return ({onOpen, onStream, onClose}) => {
		const server = createServer({noDelay: true}, (socket) => onStream((events) => streamOf(socket, events)));
		server.maxConnections = maxConnections;
		server.on('listening', onOpen);
		server.on('close', () => onClose());
		server.on('error', (error: NodeJS.ErrnoException) => {
			if (error.code === 'EADDRINUSE' && place.path !== undefined) {
				listenInsteadOfTheDead(server, place.path, onClose);
			} else {
				onClose(error);
			}
		});
		server.listen(place);
		return {close: () => void server.close()};
	};
}

/** A program that was killed leaves the file of its socket behind, and nobody answers there. */
function listenInsteadOfTheDead(server: Server, path: string, onFailure: (error: Error) => void): void {
	const probe = connect({path});
	probe.on('connect', () => {
		probe.destroy();
		onFailure(new Error(`Cannot listen on ${path}: another program does`));
	});
	probe.on('error', (error: NodeJS.ErrnoException) => {
		if (error.code !== 'ECONNREFUSED') {
			onFailure(error);
			return;
		}
		unlink(path).then(() => server.listen({path}), onFailure);
	});
}
