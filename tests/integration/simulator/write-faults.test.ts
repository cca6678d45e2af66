import assert from 'node:assert/strict';
import {test} from 'node:test';
import {seededRandom} from '../../../runtime/random.ts';
import {allFaults, runScenario, testFaults, type PlannedFault} from './recovery-scene.ts';

const end = 'leads to the same end as a run without a fault';

for (const scenario of ['a rollout', 'a deletion'] as const) {
	test(`the controller killed before, after, or told of a timeout at any API write of ${scenario} ${end}`, async () => {
		await testFaults(scenario, await allFaults(scenario));
	});
}

test(`the controller killed or misled at 30 API writes of an enrolment ${end}`, async () => {
	await testFaults('an enrolment', choose(await allFaults('an enrolment'), 30, 1));
});

test('a kill stands in the event log, and the same kill gives the same log', async () => {
	const killed = await runScenario('a rollout', {write: 3, fault: 'killed after'});
	const again = await runScenario('a rollout', {write: 3, fault: 'killed after'});
	const other = await runScenario('a rollout', {write: 3, fault: 'killed before'});
	assert.deepEqual(again, killed);
	assert.notEqual(other.digest, killed.digest);
	const events = killed.lives.map((line) => line.trimEnd().split(' ').slice(3).join(' '));
	assert.deepEqual(events, ['start 1', `killed after: ${events[1]?.split(': ')[1]}`, 'kill', 'start 2']);
});

/** `count` of them by chance; the same seed chooses the same. */
function choose(faults: readonly PlannedFault[], count: number, seed: number): readonly PlannedFault[] {
	const random = seededRandom(seed);
	const keyed = faults.map((fault) => ({fault, key: random.uint32()}));
	return keyed.toSorted((left, right) => left.key - right.key).slice(0, count).map(({fault}) => fault);
}
