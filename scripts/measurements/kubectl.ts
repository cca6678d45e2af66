import {kubectlVersions} from '../kubectl/kubectl.ts';
import type {Measurement} from '../measurement-table.ts';
import {cases} from '../../tests/e2e/kubectl/cases/all.ts';
import {textDifferences} from '../../tests/e2e/kubectl/differences.ts';
import {runEverywhere} from '../../tests/e2e/kubectl/everywhere.ts';
import {timeLists, timeRollouts} from '../../tests/e2e/kubectl/timings.ts';

export const title = 'kubectl';

const listed = 5000;
const rounds = 7;
const devices = 20;
const rollouts = 3;

/** The cases of `npm run e2e:kubectl`, a long list on both servers, and a rollout that kubectl begins and waits for. */
export async function measure(): Promise<Measurement> {
	const {rows, comparisons, skipped} = await runEverywhere(kubectlVersions, cases);
	if (skipped !== undefined) throw new Error(`Cannot measure kubectl: ${skipped}`);
	const different = comparisons.flatMap(({unexplained}) => unexplained.map((text) => text.split('\n', 2).join(', ')));
	const times = await timeLists(listed, rounds);
	const [embedded, official] = [median(times.embedded), median(times.official)];
	const ready = await timeRollouts(devices, rollouts);
	const serverOf = (name: string): string => `${name} ${rows.find(({server}) => server === name)?.version ?? ''}`;
	const get = `\`get fd\`, ${listed} devices, median of ${rounds}`;
	return {
		columns: ['what', 'kubectl', 'server', 'found'],
		rows: [
			...rows.map(({kubectl, server, passed, results}) =>
				['cases passed', kubectl, serverOf(server), `${passed} of ${results.length}`] as const),
			[get, '1.36', serverOf('embedded'), `${Math.round(embedded)} ms`],
			[get, '1.36', serverOf('official'), `${Math.round(official)} ms`],
			['embedded : official (at most 1.0)', '1.36', 'both', (embedded / official).toFixed(2)],
			[
				`\`apply\` to the end of \`wait --for=condition=Ready\`, ${devices} devices, median of ${rollouts} (at most 10 s)`,
				'1.36', 'femto up', `${(median(ready) / 1000).toFixed(1)} s`,
			],
		],
		notes: [
			`Commands whose text or exit code differ between the servers without being listed: ${different.length}`
			+ `${different.map((text) => ` (${text})`).join('')}; reasons that are listed: ${textDifferences.length} `
			+ '(tests/e2e/kubectl/differences.ts).',
			'Lists: the two servers took turns, each with the same devices and their status; the embedded one ran in the process that '
			+ `measures, on a file. Rollout: the sample counter in two waves, on a fleet that has the three samples: ${ready
				.map((ms) => (ms / 1000).toFixed(1))
				.join(', ')} s.`,
		],
	};
}

function median(values: readonly number[]): number {
	return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
