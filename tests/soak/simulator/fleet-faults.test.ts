import {test} from 'node:test';
import {fleetFaults, testChaos, testFleetFault} from '../../integration/simulator/fleet-faults.ts';
import {scenarios} from '../../integration/simulator/recovery-scene.ts';

const seeds = Array.from({length: 30}, (_, index) => 1 + index);

for (const scenario of scenarios) {
	for (const name of Object.keys(fleetFaults)) {
		test(`${name} in ${scenario}, ${seeds.length} seeds, and everything comes to the same end`, () =>
			testFleetFault(name, scenario, seeds));
	}
	test(`six faults on top of each other in ${scenario}, ${seeds.length} seeds, change nothing of the end`, () =>
		testChaos(scenario, seeds));
}
