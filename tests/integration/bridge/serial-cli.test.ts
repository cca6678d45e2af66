import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {join} from 'node:path';
import {test} from 'node:test';
import {encodeFrame} from '../../../protocol/serial/frame.ts';
import {encode} from '../../../protocol/mqttsn/codec.ts';
import {repositoryRoot} from '../../../scripts/repository.ts';
import {RunningDevice as RunningProgram} from '../host-device-support.ts';
import {startBroker} from './support.ts';
import {connectDevice, makeFolder} from './serial-support.ts';

const femto = join(repositoryRoot, 'cli', 'main.ts');

test('femto bridge serves a serial link, tells of it, and counts what it carried', async (t) => {
	const path = join(makeFolder(t), 'gw.sock');
	const broker = await startBroker(t);
	const program = new RunningProgram(t, [
		process.execPath, femto, 'bridge', '--broker', `mqtt://127.0.0.1:${broker.port}`, '--host', '127.0.0.1', '--port', '0',
		'--serial', `unix:${path},server=on`, '--serial', '/dev/femto-no-such-tty', '--listen', '127.0.0.1:0',
	]);
	const either = /serial link is up|"port":(\d+),"msg":"bridge serves HTTP"/;
	const [first, second] = [await program.line(either), await program.line(either)];
	const port = first[1] ?? second[1];
	const device = await connectDevice(t, {path});
	device.raw(Buffer.from('garbage'));
	device.raw(encodeFrame(encode({
		type: 'connect', will: false, cleanSession: true, protocolId: 1, duration: 60, clientId: 'node',
	})));
	await device.hears(1);
	const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
	assert.match(metrics, new RegExp(`^femto_bridge_serial_total\\{link="unix:${path}",counter="refused_cobs_broken"\\} 1$`, 'm'));
	assert.match(metrics, new RegExp(`^femto_bridge_serial_total\\{link="unix:${path}",counter="received"\\} 1$`, 'm'));
	assert.deepEqual(await program.end('SIGTERM'), [0, null]);
});

const refused: readonly (readonly [options: readonly string[], error: RegExp])[] = [
	[['--serial', 'ttyS0'], /--serial is "ttyS0", \/dev\/TTY\[:BAUD\], unix:PATH\[,server=on\] or tcp:HOST:PORT\[,server=on\] required/],
	[['--serial', '/dev/ttyS0', '--serial', '/dev/ttyS0:9600'], /--serial is "\/dev\/ttyS0:9600", each link once required/],
];

for (const [options, error] of refused) {
	test(`femto bridge refuses ${options.join(' ')}`, () => {
		const {status, stderr} = spawnSync(process.execPath, [femto, 'bridge', ...options], {encoding: 'utf8'});
		assert.notEqual(status, 0);
		assert.match(stderr, error);
	});
}
