import assert from 'node:assert/strict';
import {test} from 'node:test';
import {runKills} from './kill-run.ts';

test('While the server is killed watchers see the whole log, once and in order; no acknowledged write is lost', async (context) => {
	const result = await runKills({events: 2_600, watchers: 5, kills: 2, seed: 1});
	context.diagnostic(JSON.stringify(result));
	const {gaps, duplicates, strangers, outOfOrder, expired, lost, unexplained} = result;
	assert.deepEqual(
		{gaps, duplicates, strangers, outOfOrder, expired, lost, unexplained},
		{gaps: 0, duplicates: 0, strangers: 0, outOfOrder: 0, expired: 0, lost: 0, unexplained: 0},
	);
	assert.ok(result.resumes >= 10 && result.delivered >= 5_000);
});
