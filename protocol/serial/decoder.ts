import {failure, success} from '../result.ts';
import type {Result} from '../result.ts';
import {crc16, delimiter, fullBlock, maxBodyBytes} from './frame.ts';

/** The ways in which a frame can be bad, in the order they are looked for: a frame has the first that applies. */
export const frameErrors = {
	'too-long': 'more octets than the largest datagram has',
	'cobs-broken': 'a delimiter inside a block',
	'too-short': 'no datagram before the CRC',
	'crc-wrong': 'the CRC is not that of the datagram',
} as const;

export type FrameError = keyof typeof frameErrors;

/**
 * Reads frames from a stream of octets cut anywhere. Every delimiter begins anew, whatever came before it; what stands
 * between two delimiters is nothing, one datagram, or one error. Needs the room of one frame, however much arrives.
 */
export class FrameDecoder {
	readonly #body = new Uint8Array(maxBodyBytes);
	#size = 0;
	/** Code of the block being read; 0: none has begun since the delimiter. */
	#code = 0;
	/** Octets that this block still wants. */
	#left = 0;
	/** Told of already: the rest up to the delimiter is passed over. */
	#isLost = false;

	/** What these octets end, in order. Datagrams are copies. */
	push(bytes: Uint8Array): readonly Result<Uint8Array, FrameError>[] {
		const ended: Result<Uint8Array, FrameError>[] = [];
		for (const byte of bytes) {
			const outcome = byte === delimiter ? this.#end() : this.#take(byte);
			if (outcome !== undefined) {
				ended.push(outcome);
			}
		}
		return ended;
	}

	#end(): Result<Uint8Array, FrameError> | undefined {
		const outcome = this.#code === 0 || this.#isLost ? undefined : this.#judge();
		this.#size = 0;
		this.#code = 0;
		this.#left = 0;
		this.#isLost = false;
		return outcome;
	}

	#judge(): Result<Uint8Array, FrameError> {
		if (this.#left > 0) {
			return failure('cobs-broken');
		}
		const end = this.#size - 2;
		if (end < 1) {
			return failure('too-short');
		}
		const datagram = this.#body.slice(0, end);
		const crc = ((this.#body[end] ?? 0) << 8) | (this.#body[end + 1] ?? 0);
		return crc === crc16(datagram) ? success(datagram) : failure('crc-wrong');
	}

	#take(byte: number): Result<Uint8Array, FrameError> | undefined {
		if (this.#isLost) {
			return undefined;
		}
		if (this.#left > 0) {
			this.#left--;
			return this.#append(byte);
		}
		// The zero that the block before stands for: the last block of a frame stands for none.
		const outcome = this.#code === 0 || this.#code === fullBlock ? undefined : this.#append(0);
		this.#code = byte;
		this.#left = byte - 1;
		return outcome;
	}

	#append(byte: number): Result<Uint8Array, FrameError> | undefined {
		if (this.#size === maxBodyBytes) {
			this.#isLost = true;
			return failure('too-long');
		}
		this.#body[this.#size++] = byte;
		return undefined;
	}
}
