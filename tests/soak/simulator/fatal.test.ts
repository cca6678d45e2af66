import {test} from 'node:test';
import {fatalKinds} from '../../../simulator/fatal/images.ts';
import {runFatal} from '../../integration/simulator/fatal-scene.ts';

const blockSize = 5;

for (const kind of fatalKinds) {
	for (let first = 1; first <= 20; first += blockSize) {
		const last = first + blockSize - 1;
		test(`a version that ${kind} stops at the first wave and is taken back everywhere, seeds ${first} to ${last}`, async () => {
			for (let seed = first; seed <= last; seed++) await runFatal(kind, seed);
		});
	}
}
