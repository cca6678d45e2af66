import {runAsleep, soakSeconds, type WaveTimes} from '../../tests/integration/simulator/asleep-scene.ts';
import {badLink, goodLink} from '../../tests/integration/simulator/fleet-scene.ts';
import type {Measurement} from '../measurement-table.ts';

export const title = 'A good release while 30 % of 40 devices sleep through the whole run';

const seeds = 5;
const links = [
	{name: 'delay 25 ms', conditions: goodLink},
	{name: 'and 20 % loss, 5 % duplicates, reorder up to 3', conditions: badLink},
];

export async function measure(): Promise<Measurement> {
	const rows: (string | number)[][] = [];
	for (const {name, conditions} of links) {
		const runs: (readonly WaveTimes[])[] = [];
		for (let seed = 1; seed <= seeds; seed++) runs.push(await runAsleep(seed, conditions));
		for (const index of (runs[0] ?? []).keys()) {
			rows.push(rowOf(name, index, runs.flatMap((waves) => waves[index] ?? [])));
		}
	}
	return {
		columns: ['link', 'wave', 'awake devices that move', 'wave (s)', 'its p99 device (s)', 'allowed (s)', 'kept'],
		rows,
		notes: [
			`Virtual seconds; ${seeds} seeds a link, of each the run that comes nearest to what is allowed.`,
			`Waves of 10, 50 and 100 %, each with a soak of ${soakSeconds} s, minReadySeconds 1, maxUnavailable 100 %.`,
			'A wave lasts from its first assignment to that of the next one, the last one until the rollout is complete.',
			'A device is measured from assigned to Ready. Allowed: soak + 2 × p99 of the awake devices of that wave.',
		],
	};
}

function rowOf(link: string, index: number, waves: readonly WaveTimes[]): (string | number)[] {
	const allowed = ({p99}: WaveTimes): number => soakSeconds + 2 * p99;
	const [tightest] = waves.toSorted((left, right) => right.seconds / allowed(right) - left.seconds / allowed(left));
	if (tightest === undefined) throw new Error(`Cannot measure wave ${index + 1}: no run has it`);
	const {awake, seconds, p99} = tightest;
	const most = allowed(tightest);
	return [link, index + 1, awake, seconds.toFixed(1), p99.toFixed(1), most.toFixed(1), seconds <= most ? 'yes' : 'NO'];
}
