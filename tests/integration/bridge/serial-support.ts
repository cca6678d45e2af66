import assert from 'node:assert/strict';
import {spawn, spawnSync, type ChildProcessWithoutNullStreams} from 'node:child_process';
import {EventEmitter, once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {connect, createServer, type Server, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Duplex} from 'node:stream';
import type {TestContext} from 'node:test';
import {openSerialLinks, parseSerialAddress, type SerialLinks} from '../../../bridge/mod.ts';
import {bytesToHex} from '../../../protocol/crypto.ts';
import {FrameDecoder} from '../../../protocol/serial/decoder.ts';
import {encodeFrame} from '../../../protocol/serial/frame.ts';
import type {DatagramPort} from '../../../runtime/datagram.ts';
import {silentLog, type Log} from '../../../runtime/log.ts';
import {systemClock, systemRandom} from '../../../runtime/system.ts';

/** A folder of the test's own, gone after it. */
export function makeFolder(context: TestContext): string {
	const folder = mkdtempSync(join(tmpdir(), 'femto-serial-'));
	context.after(() => rmSync(folder, {recursive: true}));
	return folder;
}

/** Links as `femto bridge` opens them, and what comes out of them. */
export class LinksBench {
	readonly links: SerialLinks;
	/** `<address> <datagram in hexadecimal>`, in order. */
	readonly heard: string[] = [];
	/** Log lines: `<message> <link>`. */
	readonly told: string[];
	/** The same links for a bridge, which then hears what the bench hears. */
	readonly port: DatagramPort;
	readonly #events: EventEmitter;
	#handler: (address: string, datagram: Uint8Array) => void = () => {};

	private constructor(links: SerialLinks, told: string[], events: EventEmitter) {
		this.links = links;
		this.told = told;
		this.#events = events;
		this.port = {
			send: (address, datagram) => links.send(address, datagram),
			onDatagram: (handler) => {
				this.#handler = handler;
			},
			close: () => links.close(),
		};
	}

	static async open(context: TestContext, links: readonly string[]): Promise<LinksBench> {
		const told: string[] = [];
		const events = new EventEmitter().setMaxListeners(0);
		const addresses = links.map((text) => {
			const address = parseSerialAddress(text);
			assert.ok(address.ok, text);
			return address.value;
		});
		const opened = await openSerialLinks({
			links: addresses, clock: systemClock, random: systemRandom, log: notingLog(told, events),
		});
		const bench = new LinksBench(opened, told, events);
		opened.onDatagram((address, datagram) => {
			bench.heard.push(`${address} ${bytesToHex(datagram)}`);
			events.emit('change');
			bench.#handler(address, datagram);
		});
		context.after(() => opened.close());
		return bench;
	}

	/** Resolves when the condition holds; looked at whenever something was heard or told. */
	async until(holds: () => boolean): Promise<void> {
		while (!holds()) await once(this.#events, 'change');
	}

	tells(line: string, count = 1): Promise<void> {
		return this.until(() => this.told.filter((other) => other === line).length >= count);
	}
}

function notingLog(told: string[], events: EventEmitter, link = ''): Log {
	const note = (message: string): void => {
		told.push(`${message} ${link}`);
		events.emit('change');
	};
	return {...silentLog, info: note, warn: note, child: (fields) => notingLog(told, events, String(fields['link'] ?? link))};
}

/** The device's end of a line. */
export class DeviceEnd {
	readonly #decoder = new FrameDecoder();
	readonly #events = new EventEmitter();
	/** Datagrams in hexadecimal; `bad` for frames that hold none. */
	readonly heard: string[] = [];
	readonly stream: Duplex;

	constructor(stream: Duplex) {
		this.stream = stream;
		stream.on('error', () => {});
		stream.on('data', (bytes: Buffer) => {
			this.heard.push(...this.#decoder.push(bytes).map((outcome) => (outcome.ok ? bytesToHex(outcome.value) : 'bad')));
			this.#events.emit('change');
		});
	}

	send(...octets: readonly number[]): void {
		this.stream.write(encodeFrame(Uint8Array.from(octets)));
	}

	raw(octets: Uint8Array): void {
		this.stream.write(octets);
	}

	async hears(count: number): Promise<readonly string[]> {
		while (this.heard.length < count) await once(this.#events, 'change');
		return this.heard;
	}
}

/** Connects as QEMU does with `-chardev socket`. */
export async function connectDevice(context: TestContext, place: {readonly path: string} | {readonly port: number}): Promise<DeviceEnd> {
	const socket = connect({host: '127.0.0.1', ...place});
	context.after(() => void socket.destroy());
	await once(socket, 'connect');
	return new DeviceEnd(socket);
}

/** Listens as QEMU does with `-chardev socket,server=on`. */
export class DeviceServer {
	readonly #server: Server;
	readonly #sockets = new Set<Socket>();

	private constructor(server: Server) {
		this.#server = server;
	}

	static async listen(context: TestContext, place: {readonly path: string} | {readonly port: number}): Promise<DeviceServer> {
		const device = new DeviceServer(createServer());
		device.#server.on('connection', (socket) => {
			device.#sockets.add(socket);
			socket.on('error', () => {}).on('close', () => device.#sockets.delete(socket));
		});
		device.#server.listen({host: '127.0.0.1', ...place});
		await once(device.#server, 'listening');
		context.after(() => device.stop());
		return device;
	}

	get port(): number {
		const address = this.#server.address();
		return typeof address === 'object' ? (address?.port ?? 0) : 0;
	}

	async accept(): Promise<DeviceEnd> {
		const [socket] = (await once(this.#server, 'connection')) as [Socket];
		return new DeviceEnd(socket);
	}

	async stop(): Promise<void> {
		if (!this.#server.listening) return;
		const closed = once(this.#server, 'close');
		this.#server.close();
		for (const socket of this.#sockets) socket.destroy();
		await closed;
	}
}

/** A pseudo-terminal at `path` with a device behind it; `pull` is the plug. */
export class DeviceTty {
	readonly end: DeviceEnd;
	readonly #program: ChildProcessWithoutNullStreams;

	private constructor(program: ChildProcessWithoutNullStreams) {
		this.#program = program;
		program.stdin.on('error', () => {});
		this.end = new DeviceEnd(duplexOf(program));
	}

	static async plug(context: TestContext, folder: string, path: string): Promise<DeviceTty> {
		const binary = join(folder, 'pty');
		const {status, stderr} = spawnSync('cc', ['-o', binary, join(import.meta.dirname, '../../support/pty.c')], {encoding: 'utf8'});
		assert.equal(status, 0, stderr);
		const program = spawn(binary, [path]);
		context.after(() => program.kill('SIGKILL'));
		await once(program.stderr, 'data');
		return new DeviceTty(program);
	}

	async pull(): Promise<void> {
		const gone = once(this.#program, 'exit');
		this.#program.kill('SIGKILL');
		await gone;
	}
}

function duplexOf({stdin, stdout}: ChildProcessWithoutNullStreams): Duplex {
	return Object.assign(stdout as unknown as Duplex, {write: stdin.write.bind(stdin)});
}
