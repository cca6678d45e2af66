/** Octets of the largest datagram that a frame carries. */
export const maxDatagramBytes = 255;

/** What stands before COBS: the datagram and its CRC. */
export const maxBodyBytes = maxDatagramBytes + 2;

/** Between frames, and nowhere inside one. */
export const delimiter = 0x00;

/** A block of COBS is a code and at most this many octets less one; a full one stands for no zero. */
export const fullBlock = 0xff;

/**
 * One frame: delimiter, COBS(datagram ‖ CRC, big endian), delimiter; docs/reference/serial.md. At most 6 octets longer
 * than the datagram. Throws RangeError for a datagram that is empty or longer than `maxDatagramBytes`.
 */
export function encodeFrame(datagram: Uint8Array): Uint8Array {
	if (datagram.length < 1 || datagram.length > maxDatagramBytes) {
		throw new RangeError(`Cannot frame ${datagram.length} octets: 1 to ${maxDatagramBytes} required`);
	}
	const crc = crc16(datagram);
	return Uint8Array.of(delimiter, ...stuff(Uint8Array.of(...datagram, crc >> 8, crc & 0xff)), delimiter);
}

/** CRC-16/CCITT-FALSE: polynomial 0x1021 from 0xFFFF on, high bit first, nothing inverted. */
export function crc16(bytes: Uint8Array): number {
	let crc = 0xffff;
	for (const byte of bytes) {
		crc ^= byte << 8;
		for (let bit = 0; bit < 8; bit++) {
			crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
		}
		crc &= 0xffff;
	}
	return crc;
}

/** COBS: each code tells how far the next zero is, so that no zero is left. */
function stuff(body: Uint8Array): number[] {
	const stuffed: number[] = [];
	let at = 0;
	let goesOn = true;
	while (goesOn) {
		const block = body.subarray(at, at + fullBlock - 1);
		const zero = block.indexOf(delimiter);
		const length = zero < 0 ? block.length : zero;
		stuffed.push(length + 1, ...block.subarray(0, length));
		at += length;
		// A zero at the very end is told by an empty block behind it.
		goesOn = at < body.length;
		at += zero < 0 ? 0 : 1;
	}
	return stuffed;
}
