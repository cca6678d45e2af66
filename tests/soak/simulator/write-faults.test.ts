import {test} from 'node:test';
import {allFaults, testFaults} from '../../integration/simulator/recovery-scene.ts';

test('the controller killed before, after, or told of a timeout at any API write of an enrolment leads to the same end', async () => {
	await testFaults('an enrolment', await allFaults('an enrolment'));
});
