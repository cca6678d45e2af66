import assert from 'node:assert/strict';
import test from 'node:test';
import {loadObjects} from '../../../cli/why/load.ts';
import {explain} from '../../../controller/mod.ts';
import {bytesToHex} from '../../../protocol/crypto.ts';
import {femtoContainers} from '../../../protocol/generated/resources.ts';
import {refusalReasons} from '../../../protocol/schema/reasons.ts';
import {Fixture, namespace, sign} from './fixture.ts';
import type {ScriptedDevice} from './scripted-device.ts';

const good = sign();
const deadly = sign({sequence: 2, program: {bssSize: 32}});
const linkDead = refusalReasons.find(({name}) => name === 'LinkDead')?.id ?? 0;
const untilLostMs = 240_000;

/** Four devices back at `good`, but for the two of the first wave: `deadly` has cut them off, and they gave it up. */
async function scene(onFailure: 'Rollback' | 'Pause' = 'Rollback'): Promise<{fixture: Fixture; cut: ScriptedDevice[]}> {
	const fixture = new Fixture();
	await fixture.start();
	const isDeadly = (digest: Uint8Array): boolean => bytesToHex(digest) === deadly.digest.slice(7, 39);
	const cut: ScriptedDevice[] = [];
	for (let index = 0; index < 4; index++) {
		const device: ScriptedDevice = fixture.device(`pump-${index}`, {
			judge: ({statementDigest}) => {
				if (isDeadly(statementDigest)) {
					device.silence();
					cut.push(device);
				}
				return undefined;
			},
			giveUp: ({statementDigest}) => (isDeadly(statementDigest) ? {reason: linkDead, instruction: 0xffff} : undefined),
		});
	}
	await fixture.run(3_000);
	await fixture.apply(good);
	await fixture.run(30_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
	const waves = [{count: 2, soakSeconds: 30}, {percent: 100, soakSeconds: 0}];
	await fixture.apply(deadly, {spec: {rollout: {waves, maxFailures: 1, onFailure}}});
	await fixture.run(untilLostMs);
	assert.equal(cut.length, 2);
	assert.equal((await fixture.container()).status?.failure?.reason, 'Lost');
	return {fixture, cut};
}

async function countTold(fixture: Fixture, reason: string): Promise<number> {
	return (await fixture.told()).filter(line => line.startsWith(`${reason}: `)).length;
}

async function why(fixture: Fixture, {id}: ScriptedDevice): Promise<string> {
	const explanation = explain(await loadObjects(fixture.store), id, fixture.scheduler.clock.now());
	return `${explanation?.reason}: ${explanation?.message}`;
}

const [first, second] = [0, 1];

test('a device that was lost names the cause when it comes back, however soon it goes back, and the way back ends once', async () => {
	const {fixture, cut} = await scene();
	const device = cut[first];
	const other = cut[second];
	assert.ok(device && other);
	assert.match(await fixture.message(), /failed: pump-\d: lost after it took the revision.*, 2 of 4 devices Ready with it$/);
	device.speak();
	device.report();
	await fixture.run(200);
	device.reconnect();
	await fixture.run(30_000);
	const {failure} = (await fixture.container()).status ?? {};
	assert.equal(failure?.reason, 'LinkDead');
	assert.equal(failure?.message, `${device.id}: LinkDead; the generation before runs again`);
	assert.ok((await fixture.message()).includes(`failed: ${failure?.message}; back at`));
	assert.match(await why(fixture, device), /^RolledBack: .*LinkDead/);
	other.speak();
	other.report();
	await fixture.run(2_000);
	assert.match(await why(fixture, other), /^HeadNotAccepted: .* says of vibration-\w+: LinkDead; the generation before/);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/RolledBack', 'Stalled=True/RolledBack']);
	other.reconnect();
	await fixture.run(30_000);
	assert.match(await fixture.message(), /4 of 4 devices Ready with it$/);
	assert.deepEqual((await fixture.container()).status?.failure, failure);
	for (const reason of ['Lost', 'RollingBack', 'RolledBack', 'LinkDead']) {
		const told = (await fixture.told()).filter(line => line.startsWith(`${reason}: `) && !line.includes('three reports'));
		assert.equal(told.length, 1, told.join(' | '));
		assert.doesNotMatch(told.join(), /\d of \d devices/);
	}
	await fixture.stop();
});

test('the way back ends once, over a restart of the controller and a pause in between', async () => {
	const {fixture, cut: [device, other]} = await scene();
	assert.ok(device && other);
	await fixture.restart();
	device.speak();
	device.reconnect();
	await fixture.run(30_000);
	const ref = {...femtoContainers, namespace};
	await fixture.store.patch(ref, 'vibration', {spec: {paused: true}});
	await fixture.run(5_000);
	other.speak();
	other.report();
	await fixture.run(5_000);
	await fixture.store.patch(ref, 'vibration', {spec: {paused: false}});
	other.reconnect();
	await fixture.run(30_000);
	assert.match(await fixture.message(), /4 of 4 devices Ready with it$/);
	assert.deepEqual([await countTold(fixture, 'RolledBack'), await countTold(fixture, 'LinkDead')], [1, 1]);
	await fixture.stop();
});

test('a rollout that stays where it failed is told with the cause as well', async () => {
	const {fixture, cut: [device]} = await scene('Pause');
	assert.ok(device);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/Lost', 'Stalled=True/Lost']);
	device.speak();
	device.report();
	await fixture.run(5_000);
	assert.deepEqual(await fixture.conditions(), ['Ready=False/LinkDead', 'Stalled=True/LinkDead']);
	assert.match(await why(fixture, device), /^LinkDead: /);
	await fixture.run(300_000);
	// The class of devices, and the end of the rollout.
	assert.equal(await countTold(fixture, 'LinkDead'), 2);
	await fixture.stop();
});
