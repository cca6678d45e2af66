import {test} from 'node:test';
import {fleetFaults, testChaos, testFleetFault} from './fleet-faults.ts';

for (const name of Object.keys(fleetFaults)) {
	test(`${name} in a rollout, and everything comes to the same end`, () => testFleetFault(name, 'a rollout', [1, 2, 3]));
}

test('six faults on top of each other on a bad link change nothing of the end', () => testChaos('a rollout', [1, 2, 3]));
