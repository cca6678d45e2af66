import {readdirSync, readFileSync} from 'node:fs';
import {parse} from 'yaml';
import {SimulatedFleet, type FleetOptions} from '../../../simulator/fleet.ts';
import {perfectLink} from '../../../simulator/lane.ts';
import {sampleObjects} from '../../../simulator/sample.ts';

const root = new URL('../../../', import.meta.url);

/** Made by `npm run firmware`. */
export const firmware = readFileSync(new URL('build/femto-sim.wasm', root));

const crds = readdirSync(new URL('crds/', root)).filter((name) => name.endsWith('.yaml')).toSorted()
	.map((name) => parse(readFileSync(new URL(`crds/${name}`, root), 'utf8'), {merge: true}) as Readonly<Record<string, unknown>>);

/** Round trip 50 ms, 20 % loss each way, 5 % duplicates, reorder up to 3. */
export const badLink = {...perfectLink, delayMs: 25, lossPercent: 20, duplicatePercent: 5, reorderDepth: 3, mtuBytes: 64};
export const goodLink = {...perfectLink, delayMs: 25, mtuBytes: 64};

export function createFleet(options: Partial<FleetOptions> = {}): SimulatedFleet {
	return new SimulatedFleet({
		seed: 1,
		nextMacrotask: setImmediate,
		devices: 5,
		conditions: goodLink,
		samplesPerSecond: 0,
		firmware,
		crds,
		objects: (keys) => sampleObjects(keys, {imageBytes: 600, version: 1}),
		...options,
	});
}

/** Virtual seconds until the controller calls everything Ready; Infinity when it does not within `withinSeconds`. */
export async function secondsToReady(fleet: SimulatedFleet, withinSeconds = 600): Promise<number> {
	const end = await fleet.run({until: () => fleet.readiness.complete, withinMs: withinSeconds * 1000});
	return end === 'reached' ? fleet.scheduler.elapsedMs / 1000 : Infinity;
}
