import assert from 'node:assert/strict';
import {test} from 'node:test';
import {noSerialCounts} from '../../../bridge/serial/counters.ts';
import {KeptOpen} from '../../../bridge/serial/kept-open.ts';
import type {OpenEvents} from '../../../bridge/serial/kept-open.ts';
import {Line, maxQueuedFrames} from '../../../bridge/serial/line.ts';
import {encodeFrame} from '../../../protocol/serial/frame.ts';
import {silentLog, type Log} from '../../../runtime/log.ts';
import {seededRandom} from '../../../runtime/random.ts';
import {ManualClock} from '../cli/manual-clock.ts';

/** A line at 10,000 baud, one octet a millisecond, over a stream whose system takes frames at once or when told. */
class LineBench {
	readonly clock = new ManualClock();
	readonly counts = noSerialCounts();
	readonly line: Line;
	/** When each frame was written, and its octets. */
	readonly written: {readonly atMs: number; readonly frame: Uint8Array}[] = [];
	readonly heard: string[] = [];
	/** Frames the system has yet to take, when it is slow. */
	readonly untaken: (() => void)[] = [];

	constructor(isSlow = false) {
		this.line = new Line({
			write: (frame, onTaken) => {
				this.written.push({atMs: this.clock.now(), frame});
				if (isSlow) this.untaken.push(onTaken);
				else onTaken();
			},
			close: () => {},
		}, {
			clock: this.clock, baud: 10_000, counts: this.counts,
			onDatagram: (datagram) => this.heard.push(Buffer.from(datagram).toString('hex')),
		});
	}

	/** Datagrams whose frames have 100 octets each. */
	send(count: number): void {
		for (let index = 0; index < count; index++) this.line.send(new Uint8Array(95).fill(7));
	}

	get times(): readonly number[] {
		return this.written.map(({atMs}) => atMs);
	}
}

test('four frames are under way at once, each further one when the line has carried one', async () => {
	const bench = new LineBench();
	bench.send(7);
	assert.deepEqual(bench.written[0]?.frame, encodeFrame(new Uint8Array(95).fill(7)));
	assert.equal(bench.written[0]?.frame.length, 100);
	await bench.clock.advance(1000);
	assert.deepEqual(bench.times, [0, 0, 0, 0, 100, 200, 300]);
	assert.equal(bench.counts.sent, 7);
});

test('a line that was idle takes four frames at once again', async () => {
	const bench = new LineBench();
	bench.send(2);
	await bench.clock.advance(5000);
	bench.send(5);
	await bench.clock.advance(1000);
	assert.deepEqual(bench.times, [0, 0, 5000, 5000, 5000, 5000, 5100]);
});

test('a frame that the system does not take is under way', async () => {
	const bench = new LineBench(true);
	bench.send(6);
	await bench.clock.advance(60_000);
	assert.equal(bench.written.length, 4);
	assert.equal(bench.counts.sent, 0);
	for (const onTaken of bench.untaken.splice(0)) onTaken();
	assert.equal(bench.written.length, 4);
	await bench.clock.advance(100);
	assert.equal(bench.written.length, 5);
});

test('beyond the bound of the queue datagrams are dropped and counted, and the queue goes on', async () => {
	const bench = new LineBench();
	bench.send(4 + maxQueuedFrames + 3);
	assert.equal(bench.counts.dropped_queue_full, 3);
	await bench.clock.advance(60_000);
	assert.equal(bench.counts.sent, 4 + maxQueuedFrames);
	bench.send(1);
	assert.equal(bench.counts.sent, 5 + maxQueuedFrames);
});

test('a datagram that no frame holds is dropped and counted', () => {
	const bench = new LineBench();
	bench.line.send(new Uint8Array(256));
	assert.deepEqual([bench.counts.dropped_too_long, bench.written.length], [1, 0]);
	bench.line.send(new Uint8Array(255));
	assert.equal(bench.written.length, 1);
});

test('a line that has ended writes nothing more', async () => {
	const bench = new LineBench();
	bench.send(6);
	bench.line.end();
	await bench.clock.advance(60_000);
	bench.send(1);
	assert.equal(bench.written.length, 4);
});

test('what arrives is counted under one name each, datagrams go on', () => {
	const bench = new LineBench();
	const frame = encodeFrame(Uint8Array.of(2, 0x16));
	bench.line.receive(frame.subarray(0, 3));
	bench.line.receive(frame.subarray(3));
	bench.line.receive(Buffer.from('garbage'));
	bench.line.receive(frame);
	bench.line.receive(new Uint8Array(10_000).fill(0x41));
	bench.line.receive(Uint8Array.of(0, 1, 0));
	bench.line.receive(frame.map((byte, index) => (index === 4 ? byte ^ 1 : byte)));
	assert.deepEqual(bench.heard, ['0216', '0216']);
	assert.deepEqual(bench.counts, {
		...noSerialCounts(), opened: 1, received: 2, refused_cobs_broken: 1, refused_too_long: 1, refused_too_short: 1,
		refused_crc_wrong: 1,
	});
});

/** Something that is opened by hand. */
function keptOpen() {
	const clock = new ManualClock();
	const lines: string[] = [];
	const tries: {readonly atMs: number; readonly events: OpenEvents}[] = [];
	const note = (message: string): void => void lines.push(message);
	const log: Log = {...silentLog, info: note, warn: note};
	const kept = new KeptOpen({
		clock, log, random: seededRandom(1),
		open: (events) => {
			tries.push({atMs: clock.now(), events});
			return {close: () => events.onClose()};
		},
	});
	kept.start();
	const fail = (): void => tries.at(-1)?.events.onClose(new Error('No such file'));
	return {kept, clock, lines, tries, fail};
}

test('what is absent is tried with doubling delays up to 8 s, and told of once', async () => {
	const {kept, clock, lines, tries, fail} = keptOpen();
	for (let count = 0; count < 7; count++) {
		fail();
		await clock.advance(10_000);
	}
	const delays = tries.slice(1).map(({atMs}, index) => atMs - index * 10_000);
	[1000, 2000, 4000, 8000, 8000, 8000, 8000].forEach((nominalMs, index) => {
		const delayMs = delays[index] ?? 0;
		assert.ok(delayMs >= nominalMs * 0.75 && delayMs <= nominalMs * 1.25, `delay ${index} is ${delayMs}`);
	});
	assert.deepEqual(lines, ['serial link is down, is tried again']);
	tries.at(-1)?.events.onOpen();
	assert.equal(lines.length, 2);
	await kept.stop();
});

test('a link that fails soon after it was opened is not tried more often than one that never opens', async () => {
	const {kept, clock, tries, fail} = keptOpen();
	for (let count = 0; count < 6; count++) {
		tries.at(-1)?.events.onOpen();
		fail();
		await clock.advance(10_000);
	}
	assert.ok((tries.at(-1)?.atMs ?? 0) >= 50_000 + 6000);
	tries.at(-1)?.events.onOpen();
	await clock.advance(10_000);
	const lostAtMs = clock.now();
	fail();
	await clock.advance(1250);
	assert.ok((tries.at(-1)?.atMs ?? 0) > lostAtMs);
	await kept.stop();
});

test('a stop resolves when the last try has ended, and nothing is tried after it', async () => {
	const {kept, clock, tries, fail} = keptOpen();
	fail();
	await kept.stop();
	await clock.advance(60_000);
	assert.equal(tries.length, 1);
	const other = keptOpen();
	await other.kept.stop();
	await other.clock.advance(60_000);
	assert.equal(other.tries.length, 1);
});
