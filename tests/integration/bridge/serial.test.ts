import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {existsSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {maxQueuedFrames} from '../../../bridge/serial/line.ts';
import {encodeFrame} from '../../../protocol/serial/frame.ts';
import {seededRandom} from '../../../runtime/random.ts';
import {connectDevice, DeviceServer, DeviceTty, LinksBench, makeFolder} from './serial-support.ts';

test('devices that connect to one unix socket are a peer each, also when they speak at once', async (t) => {
	const path = join(makeFolder(t), 'gw.sock');
	const bench = await LinksBench.open(t, [`unix:${path},server=on`]);
	await bench.tells(`serial link is up unix:${path}`);
	const first = await connectDevice(t, {path});
	await bench.tells(`serial peer has come unix:${path}`);
	const second = await connectDevice(t, {path});
	// Halves of both frames interleave.
	const frames = [encodeFrame(Uint8Array.of(1, 1)), encodeFrame(Uint8Array.of(2, 2))] as const;
	first.raw(frames[0].subarray(0, 3));
	second.raw(frames[1].subarray(0, 4));
	first.raw(frames[0].subarray(3));
	second.raw(frames[1].subarray(4));
	await bench.until(() => bench.heard.length === 2);
	assert.deepEqual(bench.heard.toSorted(), [`serial:unix:${path}#1 0101`, `serial:unix:${path}#2 0202`]);
	bench.links.send(`serial:unix:${path}#2`, Uint8Array.of(9, 0, 9));
	bench.links.send(`serial:unix:${path}#1`, Uint8Array.of(8));
	assert.deepEqual([await first.hears(1), await second.hears(1)], [['08'], ['090009']]);
	first.stream.destroy();
	await bench.tells(`serial peer has gone unix:${path}`);
	bench.links.send(`serial:unix:${path}#1`, Uint8Array.of(8));
	assert.equal(bench.links.counters()[`unix:${path}`]?.dropped_down, 1);
	const again = await connectDevice(t, {path});
	again.send(3);
	await bench.until(() => bench.heard.includes(`serial:unix:${path}#3 03`));
});

test('a link to a socket that is not there yet opens when it comes, and again after it was lost', async (t) => {
	const path = join(makeFolder(t), 'device.sock');
	const name = `unix:${path}`;
	const bench = await LinksBench.open(t, [name]);
	await bench.tells(`serial link is down, is tried again ${name}`);
	for (let life = 1; life <= 2; life++) {
		const device = await DeviceServer.listen(t, {path});
		const end = await device.accept();
		await bench.tells(`serial link is up ${name}`, life);
		bench.links.send(`serial:${name}`, Uint8Array.of(life));
		assert.deepEqual(await end.hears(1), [`0${life}`]);
		end.send(life, life);
		await bench.until(() => bench.heard.length === life);
		await device.stop();
		await bench.tells(`serial link is down, is tried again ${name}`, life + 1);
	}
	assert.deepEqual(bench.heard, [`serial:${name} 0101`, `serial:${name} 0202`]);
	assert.equal(bench.told.length, 5, bench.told.join('\n'));
});

test('TCP works in both directions, and one bad link does not hinder another', async (t) => {
	const device = await DeviceServer.listen(t, {port: 0});
	const free = await DeviceServer.listen(t, {port: 0});
	const {port} = free;
	await free.stop();
	const [out, listening, absent] = [`tcp:127.0.0.1:${device.port}`, `tcp:127.0.0.1:${port}`, '/dev/femto-no-such-tty'];
	const accepted = device.accept();
	const bench = await LinksBench.open(t, [absent, out, `${listening},server=on`]);
	const end = await accepted;
	end.send(1);
	await bench.tells(`serial link is up ${listening}`);
	const client = await connectDevice(t, {port});
	client.send(2);
	await bench.until(() => bench.heard.length === 2);
	assert.deepEqual(bench.heard.toSorted(), [`serial:${listening}#1 02`, `serial:${out} 01`].toSorted());
	await bench.tells(`serial link is down, is tried again ${absent}`);
	bench.links.send(`serial:${absent}`, Uint8Array.of(1));
	assert.equal(bench.links.counters()[absent]?.dropped_down, 1);
});

test('a tty carries frames; it may be pulled out and plugged in again', async (t) => {
	const folder = makeFolder(t);
	const path = join(folder, 'tty');
	const bench = await LinksBench.open(t, [path]);
	await bench.tells(`serial link is down, is tried again ${path}`);
	for (let life = 1; life <= 2; life++) {
		const tty = await DeviceTty.plug(t, folder, path);
		await bench.tells(`serial link is up ${path}`, life);
		tty.end.send(...Uint8Array.from({length: 255}, (_, index) => index));
		tty.end.send(0, 0, life);
		await bench.until(() => bench.heard.length === 2 * life);
		// A line discipline that is not raw would change some of these.
		assert.ok(bench.heard[2 * life - 2]?.endsWith(Buffer.from(Array.from({length: 255}, (_, index) => index)).toString('hex')));
		assert.equal(bench.heard[2 * life - 1], `serial:${path} 00000${life}`);
		bench.links.send(`serial:${path}`, Uint8Array.of(3, 4, 13, 10, 17, 19, 26, 28, 127, 255));
		assert.deepEqual(await tty.end.hears(1), ['03040d0a11131a1c7fff']);
		await tty.pull();
		await bench.tells(`serial link is down, is tried again ${path}`, life + 1);
		rmSync(path);
	}
	const {refused_cobs_broken: broken, refused_crc_wrong: wrong, opened} = bench.links.counters()[path] ?? {};
	assert.deepEqual([broken, wrong, opened], [0, 0, 2]);
});

test('a frame on a tty is heard at once in a process where nothing else happens', async (t) => {
	const folder = makeFolder(t);
	const path = join(folder, 'tty');
	const tty = await DeviceTty.plug(t, folder, path);
	const bench = await LinksBench.open(t, [path]);
	await bench.tells(`serial link is up ${path}`);
	const beginMs = performance.now();
	for (let count = 1; count <= 20; count++) {
		tty.end.send(count);
		await bench.until(() => bench.heard.length === count);
	}
	const elapsedMs = performance.now() - beginMs;
	assert.ok(elapsedMs < 5000, `20 frames took ${elapsedMs} ms`);
});

test('garbage, half frames and a flood of one device are counted, and the others are heard meanwhile', async (t) => {
	const path = join(makeFolder(t), 'gw.sock');
	const [bad, good] = [`unix:${path}`, `unix:${path}2`];
	const bench = await LinksBench.open(t, [`${bad},server=on`, `${good},server=on`]);
	await bench.tells(`serial link is up ${bad}`);
	await bench.tells(`serial link is up ${good}`);
	const [noisy, calm] = [await connectDevice(t, {path}), await connectDevice(t, {path: `${path}2`})];
	const random = seededRandom(1);
	const frame = encodeFrame(random.bytes(200));
	const rounds = 500;
	for (let round = 0; round < rounds; round++) {
		noisy.raw(random.bytes(1 + (random.uint32() % 2000)));
		noisy.raw(frame.subarray(0, random.uint32() % frame.length));
		noisy.raw(new Uint8Array(600).fill(0x41));
		noisy.raw(Uint8Array.of(0, 1, 0));
		noisy.raw(frame.map((byte, index) => (index === 100 ? byte ^ 1 : byte)));
		noisy.send(7, 7);
		if (round % 50 === 0) calm.send(1, round / 50);
	}
	const heard = (link: string): number => bench.heard.filter((line) => line.startsWith(`serial:${link}#`)).length;
	const sevens = (): number => bench.heard.filter((line) => line === `serial:${bad}#1 0707`).length;
	await bench.until(() => sevens() === rounds && heard(good) === rounds / 50);
	const counts = bench.links.counters()[bad];
	assert.ok(counts !== undefined);
	assert.equal(counts.received, heard(bad));
	assert.ok(counts.refused_cobs_broken > 0);
	for (const name of ['refused_too_long', 'refused_too_short', 'refused_crc_wrong'] as const) {
		assert.ok(counts[name] >= rounds, `${name} is ${counts[name]}`);
	}
	bench.links.send(`serial:${bad}#1`, Uint8Array.of(5));
	assert.deepEqual(await noisy.hears(1), ['05']);
});

test('a device that reads nothing holds its own frames only, and no more than the queue', async (t) => {
	const path = join(makeFolder(t), 'gw.sock');
	const name = `unix:${path}`;
	const bench = await LinksBench.open(t, [`${name},server=on`]);
	await bench.tells(`serial link is up ${name}`);
	const [stuck, calm] = [await connectDevice(t, {path}), await connectDevice(t, {path})];
	stuck.stream.pause();
	calm.send(1);
	await bench.until(() => bench.heard.length === 1);
	const sent = 1000;
	for (let count = 0; count < sent; count++) bench.links.send(`serial:${name}#1`, new Uint8Array(255));
	bench.links.send(`serial:${name}#2`, Uint8Array.of(2));
	assert.deepEqual(await calm.hears(1), ['02']);
	assert.equal(bench.links.counters()[name]?.dropped_queue_full, sent - 4 - maxQueuedFrames);
});

test('a socket file that a killed program left behind is taken, one in use is not', async (t) => {
	const path = join(makeFolder(t), 'gw.sock');
	const listening = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
	spawnSync(process.execPath, ['-e', listening]);
	assert.ok(existsSync(path));
	const bench = await LinksBench.open(t, [`unix:${path},server=on`]);
	await bench.tells(`serial link is up unix:${path}`);
	const other = await LinksBench.open(t, [`unix:${path},server=on`]);
	await other.tells(`serial link is down, is tried again unix:${path}`);
	const device = await connectDevice(t, {path});
	device.send(1);
	await bench.until(() => bench.heard.length === 1);
	await bench.links.close();
	assert.ok(!existsSync(path));
	await other.tells(`serial link is up unix:${path}`);
});
