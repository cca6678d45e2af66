import {suite, test} from 'node:test';
import {testLoop} from '../../e2e/loop/seeds.ts';

const [first, last] = [101, 150];
/** Fleets side by side: each waits most of the time, and more would only wait for each other. */
const options = {concurrency: 3, timeout: 3_600_000};

suite('every program killed once in a rollout of its own leaves what an undisturbed run leaves', options, () => {
	for (let seed = first; seed <= last; seed++) {
		const broker = seed % 2 === 0 ? 'femto' : 'mosquitto';
		test(`with ${broker}, seed ${seed}`, {timeout: 300_000}, () => testLoop(seed, broker));
	}
});
