import {test} from 'node:test';
import {testAsleep} from './asleep-scene.ts';
import {goodLink} from './fleet-scene.ts';

test('30 % of the devices asleep for the whole run do not hold a good release up', async () => {
	for (const seed of [1, 2]) await testAsleep(seed);
	await testAsleep(1, goodLink);
});
