import assert from 'node:assert/strict';
import {containerStates} from '../../../protocol/schema/reasons.ts';
import type {SimulatedFleet} from '../../../simulator/fleet.ts';
import {badLink, createFleet, secondsToReady} from './fleet-scene.ts';

const confirmed = containerStates.find(({name}) => name === 'Confirmed')?.id;
const devices = 50;

/** What the devices themselves say, container by container. */
export function statesOnDevices(fleet: SimulatedFleet): readonly (readonly number[])[] {
	return [...fleet.field.nodes.values()].map((node) => node.containers().map(({state}) => state));
}

/**
 * Rolls a container of 600 bytes out to 50 devices on a bad link, once per seed. Each run must be Ready within 180
 * virtual seconds, also by the devices' own account, and no datagram may exceed the MTU; the median must be 90 at most.
 */
export async function testRollouts(seeds: readonly number[], mtuBytes: number): Promise<void> {
	const taken: number[] = [];
	for (const seed of seeds) {
		const fleet = createFleet({seed, devices, conditions: {...badLink, mtuBytes}});
		const seconds = await secondsToReady(fleet);
		const replay = `npm run -s sim -- --seed ${seed} --devices ${devices} --loss 20 --duplicates 5 --reorder 3 --mtu ${mtuBytes}`;
		assert.ok(seconds <= 180, `${seconds} virtual seconds: ${replay}`);
		assert.deepEqual(statesOnDevices(fleet), Array.from({length: devices}, () => [confirmed]), replay);
		for (const id of fleet.field.link.devices) {
			const [up, down] = [fleet.field.link.counts(id, 'up'), fleet.field.link.counts(id, 'down')];
			assert.equal(up.dropped.mtu + down.dropped.mtu, 0, `${id} exceeds the MTU: ${replay}`);
		}
		fleet.close();
		taken.push(seconds);
	}
	const median = taken.toSorted((left, right) => left - right)[Math.floor(taken.length / 2)] ?? Infinity;
	assert.ok(median <= 90, `median ${median} of ${taken.join(', ')} virtual seconds`);
}
