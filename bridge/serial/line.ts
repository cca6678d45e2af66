import {FrameDecoder} from '../../protocol/serial/decoder.ts';
import type {FrameError} from '../../protocol/serial/decoder.ts';
import {encodeFrame, maxDatagramBytes} from '../../protocol/serial/frame.ts';
import type {Clock, Timer} from '../../runtime/clock.ts';
import type {SerialCounter, SerialCounts} from './counters.ts';
import {addFrame, idlePace, maxUnderWay, settlePace} from './pace.ts';
import type {ByteStream} from './stream.ts';

export interface LineOptions {
	readonly clock: Clock;
	/** Rate that frames to the device are paced by. */
	readonly baud: number;
	readonly counts: SerialCounts;
	readonly onDatagram: (datagram: Uint8Array) => void;
}

/** Frames that wait for one device: what one answer of the controller makes, several times over. */
export const maxQueuedFrames = 32;

const countedAs: Readonly<Record<FrameError, SerialCounter>> = {
	'too-long': 'refused_too_long',
	'cobs-broken': 'refused_cobs_broken',
	'too-short': 'refused_too_short',
	'crc-wrong': 'refused_crc_wrong',
};

/** Datagrams on one open stream, from its begin to its end. */
export class Line {
	readonly #options: LineOptions;
	readonly #stream: ByteStream;
	readonly #decoder = new FrameDecoder();
	readonly #queue: Uint8Array[] = [];
	/** Frames that the stream holds: the system has not taken them yet. */
	#writing = 0;
	#pace = idlePace;
	/** Runs while the queue waits for the line alone. */
	#timer: Timer | undefined;
	#isOpen = true;

	constructor(stream: ByteStream, options: LineOptions) {
		this.#stream = stream;
		this.#options = options;
		options.counts.opened++;
	}

	receive(bytes: Uint8Array): void {
		const {counts, onDatagram} = this.#options;
		for (const outcome of this.#decoder.push(bytes)) {
			counts[outcome.ok ? 'received' : countedAs[outcome.error]]++;
			if (outcome.ok) {
				onDatagram(outcome.value);
			}
		}
	}

	send(datagram: Uint8Array): void {
		const {counts} = this.#options;
		if (datagram.length > maxDatagramBytes) {
			counts.dropped_too_long++;
		} else if (this.#queue.length >= maxQueuedFrames) {
			counts.dropped_queue_full++;
		} else {
			this.#queue.push(encodeFrame(datagram));
			this.#pump();
		}
	}

	/** The stream has ended, or is about to be closed; whatever waits is lost. */
	end(): void {
		this.#isOpen = false;
		this.#timer?.cancel();
		this.#timer = undefined;
	}

	#pump(): void {
		if (!this.#isOpen || this.#timer !== undefined) {
			return;
		}
		const nowMs = this.#options.clock.now();
		this.#pace = settlePace(this.#pace, nowMs);
		while (this.#queue.length > 0 && this.#writing + this.#pace.carriedAtMs.length < maxUnderWay) {
			this.#write(this.#queue.shift() ?? new Uint8Array(0));
		}
		const [freeAtMs] = this.#pace.carriedAtMs;
		if (this.#queue.length > 0 && freeAtMs !== undefined) {
			this.#timer = this.#options.clock.setTimer(Math.ceil(freeAtMs - nowMs), () => {
				this.#timer = undefined;
				this.#pump();
			});
		}
	}

	#write(frame: Uint8Array): void {
		this.#writing++;
		this.#stream.write(frame, () => {
			const {clock, baud, counts} = this.#options;
			counts.sent++;
			this.#writing--;
			this.#pace = addFrame(this.#pace, frame.length, baud, clock.now());
			this.#pump();
		});
	}
}
