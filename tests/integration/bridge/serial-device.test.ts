import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {test, type TestContext} from 'node:test';
import {publicKeyOf, sha256} from '../../../protocol/crypto.ts';
import {containerStates} from '../../../protocol/schema/reasons.ts';
import {FrameDecoder} from '../../../protocol/serial/decoder.ts';
import {encodeFrame} from '../../../protocol/serial/frame.ts';
import {seededRandom} from '../../../runtime/random.ts';
import {systemClock} from '../../../runtime/system.ts';
import {Firmware} from '../../../simulator/firmware.ts';
import {SimulatedNode} from '../../../simulator/simulated-node.ts';
import {container, deviceId, fleetSecret, rootSecretKey, TestFleet} from '../host-device-support.ts';
import {connectDevice, DeviceTty, LinksBench, makeFolder, type DeviceEnd} from './serial-support.ts';

const firmware = readFileSync(new URL('../../../build/femto-sim.wasm', import.meta.url));
const confirmed = containerStates.find(({name}) => name === 'Confirmed')?.id;

/** The firmware of the simulator behind this end of a line; `spoil` is what the line does to what the device sends. */
function bootDevice(context: TestContext, {stream}: DeviceEnd, spoil: (frame: Uint8Array) => Uint8Array): SimulatedNode {
	const decoder = new FrameDecoder();
	const node = new SimulatedNode({
		id: deviceId, firmware: new Firmware(firmware), buildId: sha256(firmware).slice(0, 8), mtuBytes: 255, samplesPerSecond: 0,
		keys: {rootPublicKey: publicKeyOf(rootSecretKey), fleetSecret}, clock: systemClock, random: seededRandom(1),
		send: (datagram) => stream.write(spoil(encodeFrame(datagram))),
	});
	context.after(() => node.cutPower());
	stream.on('data', (bytes: Buffer) => {
		for (const outcome of decoder.push(bytes)) {
			if (outcome.ok) node.receive(outcome.value);
		}
	});
	return node;
}

/** A container for a device on that line: fetched, run, confirmed, reported. */
async function becomesReady(fleet: TestFleet, node: SimulatedNode): Promise<void> {
	const counting = container(1, 1, ['mov r1, 0', 'mov r2, 1', 'mov r3, 1', 'call 4', 'mov r0, 0', 'exit']);
	await fleet.assign(1, [counting]);
	const report = await fleet.report(({containers}) => containers[0]?.state === confirmed);
	assert.equal(Buffer.from(report.containers[0]?.statementDigest ?? []).toString('hex'), counting.digest);
	assert.ok(node.device.isConnected());
}

test('a device on a unix socket enrols, fetches a container and becomes Ready', async (t) => {
	const path = join(makeFolder(t), 'gw.sock');
	const bench = await LinksBench.open(t, [`unix:${path},server=on`]);
	const fleet = await TestFleet.start(t, bench.port);
	await bench.tells(`serial link is up unix:${path}`);
	const end = await connectDevice(t, {path});
	await becomesReady(fleet, bootDevice(t, end, (frame) => frame));
	assert.ok((bench.links.counters()[`unix:${path}`]?.received ?? 0) > 5);
});

test('a device on a tty whose line spoils one frame in five becomes Ready', async (t) => {
	const folder = makeFolder(t);
	const path = join(folder, 'tty');
	const tty = await DeviceTty.plug(t, folder, path);
	const bench = await LinksBench.open(t, [path]);
	const fleet = await TestFleet.start(t, bench.port);
	await bench.tells(`serial link is up ${path}`);
	const random = seededRandom(3);
	const spoil = (frame: Uint8Array): Uint8Array =>
		random.uint32() % 5 === 0 ? frame.map((byte, index) => (index === frame.length >> 1 ? byte ^ 0x55 : byte)) : frame;
	await becomesReady(fleet, bootDevice(t, tty.end, spoil));
	const {received = 0, refused_crc_wrong: wrong = 0, refused_cobs_broken: broken = 0} = bench.links.counters()[path] ?? {};
	assert.ok(received > 5 && wrong + broken > 0, JSON.stringify({received, wrong, broken}));
});
