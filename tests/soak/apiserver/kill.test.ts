import assert from 'node:assert/strict';
import {test} from 'node:test';
import {runKills} from '../../e2e/apiserver/kill-run.ts';

for (const seed of [1, 2, 3]) {
	const name = `20 watchers see all of 25,000 changes while the server is killed ten times (seed ${seed})`;
	test(name, {timeout: 1_800_000}, async (context) => {
		const result = await runKills({events: 25_000, watchers: 20, kills: 10, seed});
		context.diagnostic(JSON.stringify(result));
		const {gaps, duplicates, strangers, outOfOrder, expired, lost, unexplained} = result;
		assert.deepEqual({gaps, duplicates, strangers, outOfOrder, expired, lost, unexplained},
			{gaps: 0, duplicates: 0, strangers: 0, outOfOrder: 0, expired: 0, lost: 0, unexplained: 0});
		assert.ok(result.delivered >= 100_000);
		assert.ok(result.forgotten > 0, 'the history was cut meanwhile');
	});
}
