import assert from 'node:assert/strict';
import test from 'node:test';
import type {InputCounter} from '../../../controller/mod.ts';
import {digest16} from '../../../protocol/crypto.ts';
import {decodeBlock, encodeBlockRequest, encodeReportSlice} from '../../../protocol/generated/messages.ts';
import {femtoDevices, type FemtoDevice} from '../../../protocol/generated/resources.ts';
import {encodeBridgePresence} from '../../../protocol/presence.ts';
import {formatTime} from '../../../runtime/clock.ts';
import {KubeError} from '../../../runtime/kube/errors.ts';
import type {KubeObject} from '../../../runtime/kube/types.ts';
import {Fixture, sign, type Signed} from './fixture.ts';
import type {ScriptedDevice} from './scripted-device.ts';

interface Fleet {
	readonly fixture: Fixture;
	readonly device: ScriptedDevice;
	readonly signed: Signed;
}

/** Starts a fleet of one Ready device, runs `body`, stops it. */
function withReadyDevice(sentence: string, body: (fleet: Fleet) => Promise<void>): void {
	test(sentence, async () => {
		const fixture = new Fixture();
		await fixture.start();
		const device = fixture.device('pump-1');
		await fixture.run(3_000);
		const signed = sign();
		await fixture.apply(signed);
		await fixture.run(15_000);
		assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
		await body({fixture, device, signed});
		await fixture.stop();
	});
}

withReadyDevice('a restarted controller writes nothing and publishes no other head', async ({fixture, device}) => {
	fixture.writes.length = 0;
	const head = fixture.broker.retained.get('f/pump-1/d');
	await fixture.restart();
	await fixture.run(30_000);
	assert.deepEqual(fixture.writes, []);
	assert.deepEqual(fixture.broker.retained.get('f/pump-1/d'), head);
	assert.deepEqual(device.generations, [1]);
});

withReadyDevice('a restarted controller still serves what devices fetch', async ({fixture, signed}) => {
	await fixture.restart();
	await fixture.run(5_000);
	assert.deepEqual(await askBlock(fixture, 'pump-1', signed.image), signed.image.subarray(0, 8));
});

withReadyDevice('a broker that lost everything gets every head again', async ({fixture, device}) => {
	const head = fixture.broker.retained.get('f/pump-1/d');
	fixture.link.lose();
	fixture.broker.retained.clear();
	fixture.link.resume(false);
	await fixture.run(5_000);
	assert.deepEqual(fixture.broker.retained.get('f/pump-1/d'), head);
	assert.deepEqual(device.generations, [1]);
});

withReadyDevice('a device that has accepted more than the API knows is counted on from there', async ({fixture, device}) => {
	device.report({acceptedGeneration: 41});
	await fixture.run(5_000);
	assert.equal((await fixture.fleetDevice('pump-1')).status?.desiredGeneration, 42);
	assert.deepEqual(device.generations, [1, 42]);
});

withReadyDevice('a write that meets a conflict sends nothing', async ({fixture, device}) => {
	const {store} = fixture;
	const replace = store.replace.bind(store);
	let conflicts = 3;
	store.replace = async (ref, object, options) => {
		if (ref.plural === femtoDevices.plural && conflicts > 0) {
			conflicts--;
			assert.deepEqual(device.generations, [1]);
			throw new KubeError({code: 409, reason: 'Conflict', message: 'the object has been modified'});
		}
		return replace(ref, object, options);
	};
	const configMap = (await fixture.container()).spec.image.configMap.name;
	await fixture.applyContainer(configMap, sign().digest, {spec: {parameters: {window: 3}}});
	await fixture.run(15_000);
	assert.equal(conflicts, 0);
	assert.deepEqual(device.generations, [1, 2]);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
});

withReadyDevice('a replayed report is not believed, after a restart of the controller neither', async ({fixture, device}) => {
	const old = device.report({containers: []});
	await fixture.run(5_000);
	assert.equal((await fixture.fleetDevice('pump-1')).status?.containers?.length, 0);
	device.report();
	await fixture.run(5_000);
	for (const _ of ['before', 'after']) {
		const before = fixture.controller.counts.replay;
		for (const slice of old) {
			fixture.broker.publish('f/pump-1/r', slice, {qos: 1});
		}
		await fixture.run(5_000);
		assert.equal(fixture.controller.counts.replay, before + 1);
		assert.equal((await fixture.fleetDevice('pump-1')).status?.containers?.length, 1);
		await fixture.restart();
	}
});

withReadyDevice('a device whose flash was erased proves that it lives, and gets everything again', async ({fixture, device}) => {
	for (let count = 0; count < 5; count++) {
		device.report();
		await fixture.run(1_000);
	}
	device.report({refusals: [{localId: 1, reason: 15, instruction: 0xffff}]});
	await fixture.run(5_000);
	device.silence();
	await fixture.restart();
	const blank = fixture.device('pump-1');
	await fixture.run(20_000);
	assert.deepEqual(blank.generations, [1, 2]);
	const {status} = await fixture.fleetDevice('pump-1');
	assert.equal(status?.acceptedGeneration, 2);
	assert.equal(status?.conditions?.find(({type}) => type === 'Ready')?.status, 'True');
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
});

withReadyDevice('replayed reports cost a device one head in ten minutes, whatever their number', async ({fixture, device}) => {
	const old = device.report();
	await fixture.run(1_000);
	device.report();
	await fixture.run(1_000);
	for (let count = 0; count < 100; count++) {
		old.forEach(slice => fixture.broker.publish('f/pump-1/r', slice, {qos: 1}));
		await fixture.run(1_000);
	}
	assert.deepEqual(device.generations, [1, 2]);
	assert.equal((await fixture.fleetDevice('pump-1')).status?.desiredGeneration, 2);
});

withReadyDevice('a forged report is counted and changes nothing', async ({fixture, device}) => {
	const before = await fixture.fleetDevice('pump-1');
	const [slice] = device.report();
	await fixture.run(1_000);
	const forged = Uint8Array.from(slice ?? []);
	forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
	fixture.broker.publish('f/pump-1/r', forged, {qos: 1});
	fixture.broker.publish('f/pump-1/r', Uint8Array.of(1, 2, 3), {qos: 1});
	fixture.broker.publish('f/PUMP/r', forged, {qos: 1});
	await fixture.run(5_000);
	assert.ok(fixture.controller.counts.malformed >= 1);
	assert.equal(fixture.controller.counts.unroutable, 1);
	assert.deepEqual(await fixture.fleetDevice('pump-1'), before);
});

interface WireRow {
	readonly topic: string;
	/** What somebody sends, by what the device has sent and by the head on the broker. */
	readonly payload: (report: Uint8Array, head: Uint8Array) => Uint8Array;
	readonly retain?: boolean;
	readonly counter: InputCounter;
}

const flip = (bytes: Uint8Array): Uint8Array => bytes.with(bytes.length - 1, (bytes.at(-1) ?? 0) ^ 1);
const slice = (parts: number, part: number): Uint8Array =>
	encodeReportSlice({report: 9_999, part, parts, bytes: Uint8Array.of(1)});

const wireRows: Record<string, WireRow> = {
	'bytes that are no slice': {topic: 'f/pump-1/r', payload: () => Uint8Array.of(1, 2, 3), counter: 'malformed'},
	'a slice of a report larger than any': {topic: 'f/pump-1/r', payload: () => slice(47, 0), counter: 'malformed'},
	'a slice beyond its report': {topic: 'f/pump-1/r', payload: () => slice(2, 2), counter: 'malformed'},
	'a report that is no sealed object': {topic: 'f/pump-1/r', payload: () => slice(1, 0), counter: 'malformed'},
	'a report once more': {topic: 'f/pump-1/r', payload: report => report, counter: 'duplicate'},
	'bytes that are no block request': {topic: 'f/pump-1/g', payload: () => Uint8Array.of(9), counter: 'malformed'},
	'a request for what the device may not have': {
		topic: 'f/pump-1/g', counter: 'unavailable',
		payload: () => encodeBlockRequest({digest: new Uint8Array(16), offset: 0, length: 8}),
	},
	'a topic of no device': {topic: 'f/PUMP/r', payload: report => report, counter: 'unroutable'},
	'a presence that is none': {topic: 'f/bridge/hall-3', payload: () => Uint8Array.of(1), counter: 'presence'},
	'a head that somebody else wrote': {
		topic: 'f/pump-1/d', payload: (_report, head) => flip(head), retain: true, counter: 'head',
	},
};

for (const [sentence, {topic, payload, retain = false, counter}] of Object.entries(wireRows)) {
	withReadyDevice(`adds to one counter, and changes nothing: ${sentence}`, async ({fixture, device}) => {
		const [report = new Uint8Array(0)] = device.report({containers: []}).slice(-1);
		await fixture.run(5_000);
		device.silence();
		const before = [await fixture.fleetDevice('pump-1'), await fixture.container()];
		const head = fixture.broker.retained.get('f/pump-1/d') ?? new Uint8Array(0);
		fixture.broker.publish(topic, payload(report, head), {qos: 1, retain});
		await fixture.run(5_000);
		const counted = Object.entries(fixture.controller.counts).filter(([, count]) => count > 0);
		assert.deepEqual(counted, [[counter, 1]]);
		assert.deepEqual([await fixture.fleetDevice('pump-1'), await fixture.container()], before);
		assert.deepEqual(fixture.broker.retained.get('f/pump-1/d'), head);
	});
}

withReadyDevice('a rebooted device is known again, and its inventory with it', async ({fixture, device}) => {
	device.reboot();
	await fixture.run(5_000);
	const {status} = await fixture.fleetDevice('pump-1');
	assert.deepEqual(status?.conditions?.find(({type}) => type === 'Ready')?.status, 'True');
	assert.equal(status?.desiredGeneration, 1);
});

withReadyDevice('a deleted FemtoDevice comes back with its next report and goes on counting', async ({fixture, device}) => {
	await fixture.store.delete(femtoDevices, 'pump-1');
	await fixture.run(2_000);
	assert.equal(fixture.broker.retained.has('f/pump-1/d'), false);
	device.reboot();
	await fixture.run(20_000);
	assert.deepEqual(device.generations.at(-1), (await fixture.fleetDevice('pump-1')).status?.desiredGeneration);
	assert.ok((device.generations.at(-1) ?? 0) > 1);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
});

withReadyDevice('a device gets no bytes of another one', async ({fixture, signed}) => {
	await fixture.store.create<FemtoDevice>(femtoDevices, {
		apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoDevice', metadata: {name: 'fan-1'}, spec: {},
	} as unknown as FemtoDevice);
	await fixture.run(2_000);
	assert.deepEqual(await askBlock(fixture, 'fan-1', signed.image), new Uint8Array(0));
	assert.deepEqual(await askBlock(fixture, 'pump-1', signed.image), signed.image.subarray(0, 8));
});

test('the presence of a bridge renews its Lease, and its end releases it', async () => {
	const fixture = new Fixture();
	await fixture.start();
	const {clock} = fixture.scheduler;
	const say = async (state: 'online' | 'offline', ageMs = 0): Promise<Record<string, unknown>> => {
		const payload = encodeBridgePresence({state, time: formatTime(clock.now() - ageMs), periodSeconds: 60});
		fixture.broker.publish('f/bridge/hall-3', payload, {qos: 1, retain: true});
		await fixture.run(60_000);
		const ref = {group: 'coordination.k8s.io', version: 'v1', plural: 'leases', namespace: 'femtofleet'};
		const lease = await fixture.store.get<KubeObject & {readonly spec: Record<string, unknown>}>(ref, 'femto-bridge-hall-3');
		return lease.spec;
	};
	const first = await say('online');
	assert.equal(first['holderIdentity'], 'hall-3');
	assert.equal(first['leaseDurationSeconds'], 180);
	const second = await say('online');
	assert.ok(String(second['renewTime']) > String(first['renewTime']));
	assert.equal((await say('offline'))['holderIdentity'], '');
	assert.equal((await say('online', 200_000))['holderIdentity'], '');
	await fixture.stop();
});

/** What the image server answers a device that asks for the first 8 bytes of `object`. */
async function askBlock(fixture: Fixture, device: string, object: Uint8Array): Promise<Uint8Array> {
	const answers: Uint8Array[] = [];
	fixture.broker.connect([`f/${device}/b`], ({payload}) => answers.push(payload));
	const request = encodeBlockRequest({digest: digest16(object), offset: 0, length: 8});
	fixture.broker.publish(`f/${device}/g`, request, {qos: 0});
	await fixture.run(1_000);
	const block = decodeBlock(answers[0] ?? new Uint8Array(0));
	assert.ok(block.ok);
	return Uint8Array.from(block.value.bytes);
}
