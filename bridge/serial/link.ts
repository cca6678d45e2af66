import type {Clock} from '../../runtime/clock.ts';
import type {Log} from '../../runtime/log.ts';
import type {Random} from '../../runtime/random.ts';
import {noSerialCounts} from './counters.ts';
import type {SerialCounts} from './counters.ts';
import {KeptOpen} from './kept-open.ts';
import {Line} from './line.ts';
import type {ByteStream, ByteStreamEvents, OpenByteStream, OpenListener} from './stream.ts';

export interface LinkOptions {
	/** Of the peer: `serial:<name>`. */
	readonly address: string;
	readonly baud: number;
	readonly clock: Clock;
	readonly random: Random;
	/** With the fields that name the link. */
	readonly log: Log;
	readonly onDatagram: (address: string, datagram: Uint8Array) => void;
}

/** What one `--serial` names: one peer, or all that connect to one socket. */
export interface Link {
	readonly counts: Readonly<SerialCounts>;
	start(): void;
	/** False: no peer of this link has that address. */
	send(address: string, datagram: Uint8Array): boolean;
	/** Resolves when everything is closed. */
	close(): Promise<void>;
}

/** A place that is opened, and opened again when it is lost: a tty, or a socket that is listened on there. One peer. */
export class DialedLink implements Link {
	readonly counts = noSerialCounts();
	readonly #options: LinkOptions;
	readonly #kept: KeptOpen;
	#line: Line | undefined;

	constructor(options: LinkOptions, open: OpenByteStream) {
		this.#options = options;
		this.#kept = new KeptOpen({
			...options,
			open: ({onOpen, onClose}) => {
				const stream = open({
					onOpen: () => {
						onOpen();
						this.#line = lineOn(stream, options, options.address, this.counts);
					},
					onBytes: (bytes) => this.#line?.receive(bytes),
					onClose: (error) => {
						this.#endLine();
						onClose(error);
					},
				});
				return stream;
			},
		});
	}

	start(): void {
		this.#kept.start();
	}

	send(address: string, datagram: Uint8Array): boolean {
		if (address !== this.#options.address) {
			return false;
		}
		if (this.#line === undefined) {
			this.counts.dropped_down++;
		} else {
			this.#line.send(datagram);
		}
		return true;
	}

	async close(): Promise<void> {
		this.#endLine();
		await this.#kept.stop();
	}

	#endLine(): void {
		this.#line?.end();
		this.#line = undefined;
	}
}

/** A socket that is listened on here. Each connection is a peer of its own, `serial:<name>#<number>`. */
export class ListeningLink implements Link {
	readonly counts = noSerialCounts();
	readonly #options: LinkOptions;
	readonly #kept: KeptOpen;
	readonly #peers = new Map<string, {readonly stream: ByteStream; readonly line: Line}>();
	#accepted = 0;
	#onEmpty: (() => void) | undefined;

	constructor(options: LinkOptions, listen: OpenListener) {
		this.#options = options;
		const onStream = (accept: (events: ByteStreamEvents) => ByteStream): void => this.#accept(accept);
		this.#kept = new KeptOpen({...options, open: (events) => listen({...events, onStream})});
	}

	start(): void {
		this.#kept.start();
	}

	send(address: string, datagram: Uint8Array): boolean {
		const peer = this.#peers.get(address);
		peer?.line.send(datagram);
		if (peer === undefined && address.startsWith(`${this.#options.address}#`)) {
			this.counts.dropped_down++;
			return true;
		}
		return peer !== undefined;
	}

	async close(): Promise<void> {
		const emptied = new Promise<void>((resolve) => {
			this.#onEmpty = resolve;
		});
		const stopped = this.#kept.stop();
		for (const {stream, line} of this.#peers.values()) {
			line.end();
			stream.close();
		}
		if (this.#peers.size > 0) {
			await emptied;
		}
		await stopped;
	}

	#accept(accept: (events: ByteStreamEvents) => ByteStream): void {
		const address = `${this.#options.address}#${++this.#accepted}`;
		const log = this.#options.log.child({peer: address});
		const stream = accept({
			onBytes: (bytes) => line.receive(bytes),
			onClose: (error) => {
				line.end();
				this.#peers.delete(address);
				log.info('serial peer has gone', {error: error?.message});
				if (this.#peers.size === 0) {
					this.#onEmpty?.();
				}
			},
		});
		const line = lineOn(stream, this.#options, address, this.counts);
		this.#peers.set(address, {stream, line});
		log.info('serial peer has come');
	}
}

function lineOn(stream: ByteStream, options: LinkOptions, address: string, counts: SerialCounts): Line {
	const {clock, baud, onDatagram} = options;
	return new Line(stream, {clock, baud, counts, onDatagram: (datagram) => onDatagram(address, datagram)});
}
