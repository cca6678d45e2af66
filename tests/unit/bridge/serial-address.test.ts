import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {joinDatagramPorts, parseSerialAddress, serialCounters} from '../../../bridge/mod.ts';
import {frameErrors} from '../../../protocol/serial/decoder.ts';
import type {DatagramPort} from '../../../runtime/datagram.ts';

const good: readonly (readonly [text: string, address: object])[] = [
	['/dev/ttyUSB0', {kind: 'tty', name: '/dev/ttyUSB0', path: '/dev/ttyUSB0', baud: 115_200}],
	['/dev/ttyUSB0:57600', {kind: 'tty', name: '/dev/ttyUSB0', path: '/dev/ttyUSB0', baud: 57_600}],
	['/dev/serial/by-path/pci-0000:00:14.0-usb', {
		kind: 'tty', name: '/dev/serial/by-path/pci-0000:00:14.0-usb', path: '/dev/serial/by-path/pci-0000:00:14.0-usb', baud: 115_200,
	}],
	['COM3:9600', {kind: 'tty', name: 'COM3', path: 'COM3', baud: 9600}],
	['unix:run/board.sock', {kind: 'unix', name: 'unix:run/board.sock', path: 'run/board.sock', isServer: false}],
	['unix:/run/a,b.sock,server=on', {kind: 'unix', name: 'unix:/run/a,b.sock', path: '/run/a,b.sock', isServer: true}],
	['tcp:127.0.0.1:5000', {kind: 'tcp', name: 'tcp:127.0.0.1:5000', host: '127.0.0.1', port: 5000, isServer: false}],
	['tcp:[::1]:5000,server=on', {kind: 'tcp', name: 'tcp:[::1]:5000', host: '::1', port: 5000, isServer: true}],
];

for (const [text, value] of good) {
	test(`--serial ${text} is understood`, () => {
		assert.deepEqual(parseSerialAddress(text), {ok: true, value});
	});
}

const bad: readonly (readonly [text: string, error: RegExp])[] = [
	['', /^\/dev\/TTY\[:BAUD\], unix:PATH\[,server=on\] or tcp:HOST:PORT\[,server=on\] required$/],
	['ttyUSB0', /^\/dev\/TTY\[:BAUD\], /],
	['/dev/ttyUSB0:300', /^a rate from 1200 to 4000000 baud required$/],
	['/dev/ttyUSB0:99999999999999999999', /^a rate from /],
	['unix:', /^a path of 1 to 107 octets behind unix: required$/],
	['unix:,server=on', /^a path of /],
	[`unix:/${'ü'.repeat(54)}`, /^a path of /],
	['tcp:5000', /^HOST:PORT with a port from 1 to 65535 behind tcp: required$/],
	['tcp:board:0', /^HOST:PORT /],
	['tcp:board:65536', /^HOST:PORT /],
	['tcp:board:1,server=off', /^HOST:PORT /],
];

for (const [text, error] of bad) {
	test(`--serial ${text} is refused by its rule`, () => {
		const result = parseSerialAddress(text);
		assert.ok(!result.ok);
		assert.match(result.error, error);
	});
}

test('joined ports are one: sent by prefix, heard from both, closed together', async () => {
	const trace: string[] = [];
	const port = (name: string): DatagramPort => ({
		send: (address, bytes) => trace.push(`${name} sends ${bytes.length} to ${address}`),
		onDatagram: (handler) => handler(name, new Uint8Array(1)),
		close: async () => void trace.push(`${name} closes`),
	});
	const joined = joinDatagramPorts(port('udp'), port('line'), 'serial:');
	joined.onDatagram((address) => trace.push(`heard ${address}`));
	joined.send('10.0.0.1:7', new Uint8Array(2));
	joined.send('serial:/dev/ttyS0', new Uint8Array(3));
	await joined.close();
	assert.deepEqual(trace, [
		'heard udp', 'heard line', 'udp sends 2 to 10.0.0.1:7', 'line sends 3 to serial:/dev/ttyS0', 'udp closes', 'line closes',
	]);
});

test('the reference has a row for each counter and each error, and no other', () => {
	const reference = readFileSync(new URL('../../../docs/reference/serial.md', import.meta.url), 'utf8');
	const rows = Array.from(reference.matchAll(/^\| `([a-z_]+)` \| (.*) \|$/gm), ([, name, meaning]) => [name, meaning]);
	assert.deepEqual(rows, Object.entries(serialCounters));
	const errors = Array.from(reference.matchAll(/^\| `([a-z]+-[a-z]+)` \|/gm), ([, name]) => name);
	assert.deepEqual(errors, Object.keys(frameErrors));
});
