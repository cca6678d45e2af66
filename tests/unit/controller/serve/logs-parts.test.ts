import assert from 'node:assert/strict';
import test from 'node:test';
import {LogFollower} from '../../../../controller/logs-follower.ts';
import {LogRing, type LogLine} from '../../../../controller/logs-ring.ts';
import {readLogText} from '../../../../controller/logs-text.ts';

const line = (device: string, text: string): LogLine => ({timeMs: 0, device, container: 'a/b', text});
const texts = (ring: LogRing, device?: string): string => ring.list(device).map(({text}) => text).join(' ');

test('a device keeps its newest lines, whatever others do', () => {
	const ring = new LogRing({linesPerDevice: 2, lines: 10});
	['1', '2', '3'].forEach(text => ring.add(line('a', text)));
	ring.add(line('b', '4'));
	assert.deepEqual([texts(ring, 'a'), texts(ring, 'b'), texts(ring), ring.size, ring.evicted], ['2 3', '4', '2 3 4', 3, 1]);
});

test('when the whole is full, the oldest line of all goes first', () => {
	const ring = new LogRing({linesPerDevice: 3, lines: 4});
	['a1', 'b1', 'a2', 'b2', 'c1', 'c2'].forEach(text => ring.add(line(text.slice(0, 1), text)));
	assert.deepEqual([texts(ring), ring.size, ring.evicted], ['a2 b2 c1 c2', 4, 2]);
	assert.equal(texts(ring, 'a'), 'a2');
});

test('a device that floods pushes out only its own lines, and the ring stays in its bounds', () => {
	const ring = new LogRing({linesPerDevice: 3, lines: 10});
	ring.add(line('quiet', 'q'));
	Array.from({length: 1_000}, (_, index) => ring.add(line('loud', String(index))));
	assert.equal(texts(ring), 'q 997 998 999');
	assert.deepEqual([ring.size, ring.evicted], [4, 997]);
});

test('many devices share the bound of the whole', () => {
	const ring = new LogRing({linesPerDevice: 3, lines: 10});
	Array.from({length: 100}, (_, index) => ring.add(line(`d${index % 25}`, String(index))));
	assert.equal(texts(ring), '90 91 92 93 94 95 96 97 98 99');
});

test('what a forgotten device has logged is gone', () => {
	const ring = new LogRing({linesPerDevice: 3, lines: 3});
	['a1', 'b1', 'a2'].forEach(text => ring.add(line(text.slice(0, 1), text)));
	ring.forget('a');
	assert.deepEqual([texts(ring), ring.size], ['b1', 1]);
	['c1', 'c2', 'c3'].forEach(text => ring.add(line('c', text)));
	assert.equal(texts(ring), 'c1 c2 c3');
});

const bytes = {
	'plain text': [Buffer.from('pump 7 is on'), 'pump 7 is on'],
	'text beyond ASCII': [Buffer.from('12 °C 漢'), '12 °C 漢'],
	'no text': [Buffer.from(''), ''],
	'one end of line at the end': [Buffer.from('on\r\n'), 'on'],
	'ends of lines inside': [Buffer.from('a\nb\r\t\n\n'), 'a\\nb\\r\\t\\n'],
	'a sequence that clears a terminal': [Buffer.from('\x1b[2Jx\x07\x9b'), '\\x1b[2Jx\\x07\\x9b'],
	'bytes that are no UTF-8': [Buffer.from([0x61, 0xff, 0xc0, 0x62]), 'a\ufffd\ufffdb'],
	'a character that was cut': [Buffer.from([0x61, 0xe2, 0x82]), 'a\ufffd'],
	'NUL and DEL': [Buffer.from([0, 0x7f]), '\\x00\\x7f'],
	'marks that turn the direction, and the byte order mark': [Buffer.from('\ufeffa\u202eb\u2066'), '\\ufeffa\\u202eb\\u2066'],
} as const;

for (const [sentence, [given, text]] of Object.entries(bytes)) {
	test(`text of a log line: ${sentence}`, () => assert.equal(readLogText(given), text));
}

test('a follower gets what it wants, as soon as it comes', async () => {
	const follower = new LogFollower(({device}) => device === 'a', () => undefined);
	const next = follower.next();
	follower.offer(line('b', 'no'));
	follower.offer(line('a', 'yes'));
	assert.deepEqual((await next)?.lines.map(({text}) => text), ['yes']);
});

test('a follower that does not read loses lines, and learns how many, where they are missing', async () => {
	const follower = new LogFollower(() => true, () => undefined);
	Array.from({length: 1_007}, (_, index) => follower.offer(line('a', String(index))));
	const first = await follower.next();
	follower.offer(line('a', 'later'));
	const second = await follower.next();
	assert.deepEqual([first?.lines.length, first?.lines.at(-1)?.text, first?.dropped], [1_000, '999', 7]);
	assert.deepEqual([second?.lines.map(({text}) => text), second?.dropped, follower.dropped], [['later'], 0, 7]);
});

test('a follower that has ended hands out what waits, and then nothing', async () => {
	let ends = 0;
	const follower = new LogFollower(() => true, () => ends++);
	follower.offer(line('a', 'last'));
	follower.end();
	follower.end();
	assert.deepEqual((await follower.next())?.lines.map(({text}) => text), ['last']);
	assert.deepEqual([await follower.next(), ends], [undefined, 1]);
});
