import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {bytesToHex, hexToBytes} from '../../../protocol/crypto.ts';
import {FrameDecoder} from '../../../protocol/serial/decoder.ts';
import {crc16, encodeFrame, maxDatagramBytes} from '../../../protocol/serial/frame.ts';
import frames from '../../vectors/serial/frames.json' with {type: 'json'};
import streams from '../../vectors/serial/streams.json' with {type: 'json'};

/** Datagrams in hexadecimal, errors by their name. */
function outcomesOf(decoder: FrameDecoder, bytes: Uint8Array): string[] {
	return decoder.push(bytes).map((outcome) => (outcome.ok ? bytesToHex(outcome.value) : outcome.error));
}

for (const {name, datagram, frame} of frames) {
	test(`a frame is written and read: ${name}`, () => {
		assert.equal(bytesToHex(encodeFrame(hexToBytes(datagram))), frame);
		assert.deepEqual(outcomesOf(new FrameDecoder(), hexToBytes(frame)), [datagram]);
	});
}

for (const {name, stream, outcomes} of streams) {
	test(`a stream is read as a whole and octet by octet: ${name}`, () => {
		const bytes = hexToBytes(stream);
		assert.deepEqual(outcomesOf(new FrameDecoder(), bytes), outcomes);
		const decoder = new FrameDecoder();
		assert.deepEqual([...bytes].flatMap((byte) => outcomesOf(decoder, Uint8Array.of(byte))), outcomes);
	});
}

test('the CRC is CRC-16/CCITT-FALSE', () => {
	assert.equal(crc16(new TextEncoder().encode('123456789')), 0x29b1);
});

test('a frame has no zero inside, and at most 6 octets more than its datagram', () => {
	const datagrams = fc.uint8Array({minLength: 1, maxLength: maxDatagramBytes});
	fc.assert(fc.property(datagrams, (datagram) => {
		const frame = encodeFrame(datagram);
		assert.equal(frame.indexOf(0, 1), frame.length - 1);
		assert.ok(frame.length <= datagram.length + 6);
		assert.deepEqual(outcomesOf(new FrameDecoder(), frame), [bytesToHex(datagram)]);
	}), {numRuns: 500, seed: 1});
});

test('whatever came before it, a frame that arrives whole is read', () => {
	const frame = encodeFrame(Uint8Array.of(2, 0x16));
	fc.assert(fc.property(fc.uint8Array({maxLength: 700}), (noise) => {
		const decoder = new FrameDecoder();
		decoder.push(noise);
		assert.equal(outcomesOf(decoder, frame).at(-1), '0216');
	}), {numRuns: 1000, seed: 1});
});

test('what is no datagram can not be framed', () => {
	assert.throws(() => encodeFrame(new Uint8Array(0)), /^RangeError: Cannot frame 0 octets: 1 to 255 required$/);
	assert.throws(() => encodeFrame(new Uint8Array(256)), /^RangeError: Cannot frame 256 octets: 1 to 255 required$/);
});
