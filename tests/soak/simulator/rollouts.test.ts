import {test} from 'node:test';
import {testRollouts} from '../../integration/simulator/rollout-times.ts';

const blockSize = 25;

for (const mtuBytes of [64, 256]) {
	for (let first = 1; first <= 100; first += blockSize) {
		const seeds = Array.from({length: blockSize}, (_, index) => first + index);
		test(`50 devices become Ready on a bad link with an MTU of ${mtuBytes}, seeds ${first} to ${first + blockSize - 1}`, () =>
			testRollouts(seeds, mtuBytes));
	}
}
