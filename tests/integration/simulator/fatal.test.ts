import {test} from 'node:test';
import {fatalKinds} from '../../../simulator/fatal/images.ts';
import {runFatal} from './fatal-scene.ts';

for (const kind of fatalKinds) {
	test(`a version that ${kind} stops at the first wave and is taken back everywhere`, async () => {
		for (const seed of [1, 2]) await runFatal(kind, seed);
	});
}
