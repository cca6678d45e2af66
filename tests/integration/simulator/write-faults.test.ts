import {test} from 'node:test';
import {mortalFaults, runScenario, scenarios, testFaults} from './write-faults.ts';

for (const scenario of scenarios) {
	test(`the controller killed before, after, or told of a timeout at any API write of ${scenario} leads to the same end`, async () => {
		const {writes} = await runScenario(scenario);
		const all = Array.from({length: writes}, (_, index) => index + 1);
		await testFaults(scenario, all.flatMap((write) => mortalFaults.map((fault) => ({write, fault}))));
	});
}
