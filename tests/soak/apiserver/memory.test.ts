import assert from 'node:assert/strict';
import {test} from 'node:test';
import {cutEverything} from '../../integration/apiserver/cuts-support.ts';
import {heapBytes, serveCounted} from '../../integration/apiserver/wire-support.ts';

test('Cut requests leave nothing in memory', async (context) => {
	const server = await serveCounted(context);
	await cutEverything(server);
	const first = await heapBytes();
	for (let round = 0; round < 4; round++) await cutEverything(server);
	const grown = await heapBytes() - first;
	assert.ok(grown < 1_500_000, `${grown} bytes more after 400 cuts`);
});
