import assert from 'node:assert/strict';
import test from 'node:test';
import {Fixture, sign} from './fixture.ts';

test('a container comes from its manifest to Ready on a device', async () => {
	const fixture = new Fixture();
	await fixture.start();
	const device = fixture.device('pump-1');
	await fixture.run(3_000);
	await fixture.apply(sign());
	await fixture.run(15_000);
	console.log(JSON.stringify((await fixture.container()).status, null, 1));
	console.log(JSON.stringify((await fixture.fleetDevice('pump-1')), null, 1));
	console.log(await fixture.told(), fixture.writes);
	assert.deepEqual(await fixture.conditions(), ['Ready=True/RolloutComplete']);
	assert.deepEqual(device.generations, [1]);
	await fixture.stop();
});
