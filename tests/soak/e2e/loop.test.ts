import {suite, test} from 'node:test';
import {testLoop} from '../../e2e/loop/seeds.ts';

const [first, last] = [101, 150];
/** Fleets side by side: each waits most of the time, and more would only wait for each other. */
const atOnce = 3;

suite('every program killed once in a rollout of its own leaves what an undisturbed run leaves', {concurrency: atOnce}, () => {
	for (let seed = first; seed <= last; seed++) {
		const broker = seed % 2 === 0 ? 'femto' : 'mosquitto';
		test(`with ${broker}, seed ${seed}`, () => testLoop(seed, broker));
	}
});
