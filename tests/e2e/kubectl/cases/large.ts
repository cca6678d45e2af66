import assert from 'node:assert/strict';
import {testCase, type Case} from '../case.ts';
import {configMap} from '../manifests.ts';

const mebibyte = 2 ** 20;

/** Data so big. */
const large = (name: string, sizeBytes: number): string => configMap(name, [`a: ${'x'.repeat(sizeBytes)}`]);

export const largeCases: readonly Case[] = [
	testCase('a ConfigMap up to its limit is kept, a larger one is refused and the next one works', async (k) => {
		await k.says('create -f -', 'configmap/fits created', large('fits', mebibyte));
		assert.equal((await k.ok("get cm fits -o jsonpath='{.data.a}'")).length, mebibyte);
		await k.fails('create -f -', 'The ConfigMap "two" is invalid: []: Too long: may not be more than 1048576 bytes', large('two', 2 * mebibyte));
		await k.fails('create -f -', /Request entity too large: limit is 3145728/, large('four', 4 * mebibyte));
		await k.fails('apply -f -', /metadata\.annotations: Too long/, large('annotated', mebibyte / 2));
		await k.says('create -f -', 'configmap/small created', large('small', 10));
	}),
];
