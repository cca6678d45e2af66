import {frameKinds, type Airtime} from '../../simulator/fatal/airtime.ts';
import {fatalKinds} from '../../simulator/fatal/images.ts';
import {runFatal, type FatalOutcome} from '../../tests/integration/simulator/fatal-scene.ts';
import {badLink, goodLink} from '../../tests/integration/simulator/fleet-scene.ts';
import type {Measurement} from '../measurement-table.ts';

export const title = 'Five fatal versions on 40 devices, 30 % of them asleep';

const seeds = 5;
const links = [{name: 'no loss', conditions: goodLink}, {name: '20 % loss', conditions: badLink}];

/** Each run asserts that no device beyond the first wave ran the version, and that all run the one before. */
export async function measure(): Promise<Measurement> {
	const rows: (string | number)[][] = [];
	for (const {name, conditions} of links) {
		for (const kind of fatalKinds) {
			const outcomes: FatalOutcome[] = [];
			for (let seed = 1; seed <= seeds; seed++) outcomes.push(await runFatal(kind, seed, conditions));
			rows.push([name, kind, ...summarise(outcomes)]);
		}
	}
	return {
		columns: ['link', 'the version', 'devices that ran it, most', 'until all were back (s)', ...frameKinds, 'in all'],
		rows,
		notes: [
			`${seeds} seeds a row; virtual seconds from the apply. The first wave has 4 devices.`,
			'From `report` on: bytes on air a device taken back, mean, both ways, with acknowledgements, repeats and lost '
			+ 'frames, from when the device gave up, or the controller did, until everything is settled.',
			'`document`: requests and blocks of it; `object`: the same of grants, statements and images; `session`: connects, '
			+ 'subscriptions, pings. What a device sends in vain while its link is dead is not counted.',
		],
	};
}

function summarise(outcomes: readonly FatalOutcome[]): readonly (string | number)[] {
	const airtimes = outcomes.flatMap((outcome) => outcome.airtimes);
	const mean = (read: (airtime: Airtime) => number): number =>
		Math.round(airtimes.reduce((sum, airtime) => sum + read(airtime), 0) / airtimes.length);
	return [
		Math.max(...outcomes.map(({struck}) => struck)),
		Math.max(...outcomes.map(({seconds}) => seconds)).toFixed(1),
		...frameKinds.map((kind) => mean((airtime) => airtime[kind])),
		mean((airtime) => frameKinds.reduce((sum, kind) => sum + airtime[kind], 0)),
	];
}
