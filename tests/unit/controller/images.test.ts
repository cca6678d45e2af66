import assert from 'node:assert/strict';
import test from 'node:test';
import {blockRoom, ImageServer, requestsPerSecond} from '../../../controller/images.ts';
import {digest16} from '../../../protocol/crypto.ts';
import {decodeBlock, encodeBlock, encodeBlockRequest} from '../../../protocol/generated/messages.ts';
import type {Clock} from '../../../runtime/clock.ts';

const object = Uint8Array.from({length: 100}, (_, index) => index);
const other = Uint8Array.of(1, 2, 3);

function request(bytes: Uint8Array, offset: number, length: number): Uint8Array {
	return encodeBlockRequest({digest: digest16(bytes), offset, length});
}

class TestClock implements Clock {
	ms = 0;
	now(): number {
		return this.ms;
	}
	setTimer(): never {
		throw new Error('Cannot set timer: the image server needs none');
	}
}

function blockOf(server: ImageServer, device: string, bytes: Uint8Array): Uint8Array {
	const answer = server.answer(device, bytes);
	assert.equal(answer.kind, 'block');
	const decoded = decodeBlock(answer.kind === 'block' ? answer.payload : new Uint8Array(0));
	assert.ok(decoded.ok);
	return decoded.value.bytes;
}

function serverWith(mtuBytes?: number): ImageServer {
	const server = new ImageServer(new TestClock());
	server.set('pump-1', [object], mtuBytes);
	return server;
}

interface Row {
	readonly device?: string;
	readonly bytes: Uint8Array;
	readonly mtuBytes?: number;
	readonly expect: Uint8Array;
}

const none = new Uint8Array(0);
const rows: Record<string, Row> = {
	'the bytes asked for come back': {bytes: request(object, 10, 4), expect: object.subarray(10, 14)},
	'no more than a small datagram holds': {bytes: request(object, 0, 90), mtuBytes: 64, expect: object.subarray(0, 46)},
	'a device that has not told its largest datagram gets what it asks for': {
		bytes: request(object, 0, 90), expect: object.subarray(0, 90),
	},
	'a larger datagram holds more': {bytes: request(object, 0, 90), mtuBytes: 128, expect: object.subarray(0, 90)},
	'the end of an object cuts the block': {bytes: request(object, 96, 40), expect: object.subarray(96)},
	'an offset beyond the end gives nothing': {bytes: request(object, 100, 4), expect: none},
	'an object outside the document is not available': {bytes: request(other, 0, 3), expect: none},
	'another device gets nothing of it': {device: 'pump-2', bytes: request(object, 0, 4), expect: none},
};

for (const [sentence, row] of Object.entries(rows)) {
	test(`ImageServer: ${sentence}`, () => {
		assert.deepEqual(blockOf(serverWith(row.mtuBytes), row.device ?? 'pump-1', row.bytes), row.expect);
	});
}

test('ImageServer forgets what an older document named', () => {
	const server = serverWith();
	server.set('pump-1', [other]);
	assert.deepEqual(blockOf(server, 'pump-1', request(object, 0, 4)), none);
	assert.deepEqual(blockOf(server, 'pump-1', request(other, 0, 4)), other);
});

test('ImageServer tells bytes that are no request', () => {
	assert.deepEqual(serverWith().answer('pump-1', Uint8Array.of(0xff)), {kind: 'malformed'});
});

test('ImageServer answers no more requests in a second than a device may make', () => {
	const clock = new TestClock();
	const server = new ImageServer(clock);
	server.set('pump-1', [object]);
	const bytes = request(object, 0, 4);
	const kinds = (): readonly string[] =>
		Array.from({length: requestsPerSecond + 1}, () => server.answer('pump-1', bytes).kind);
	assert.equal(kinds().filter(kind => kind === 'block').length, requestsPerSecond);
	clock.ms += 100;
	assert.equal(kinds().filter(kind => kind === 'block').length, requestsPerSecond / 10);
	server.set('pump-1', [object]);
	assert.equal(server.answer('pump-1', bytes).kind, 'tooMany');
});

test('blockRoom() fills the datagram and never exceeds it', () => {
	for (let mtuBytes = 64; mtuBytes <= 1100; mtuBytes++) {
		const block = {digest: new Uint8Array(4), offset: 0xffff, bytes: new Uint8Array(blockRoom(mtuBytes))};
		const payload = encodeBlock(block).length;
		const datagram = payload + (payload + 7 > 255 ? 9 : 7);
		assert.ok(datagram <= mtuBytes, `${datagram} bytes, MTU ${mtuBytes}`);
		assert.ok(datagram >= Math.min(mtuBytes, 1024) - 3 || block.bytes.length === 1024, `${datagram} of ${mtuBytes}`);
	}
});
