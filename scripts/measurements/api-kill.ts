import {runKills} from '../../tests/e2e/apiserver/kill-run.ts';
import type {Measurement} from '../measurement-table.ts';

export const title = 'Watches over an API server that is killed with SIGKILL';

const plan = {events: 100_000, watchers: 20, kills: 10, seed: 1};
const deliveredMin = 100_000;

/** Writers patch, create and delete all the while; the server starts again on the same folder and port. */
export async function measure(): Promise<Measurement> {
	const run = await runKills(plan);
	const {changes, delivered, gaps, duplicates, strangers, outOfOrder, expired, lost, unexplained} = run;
	const wrong = gaps + duplicates + strangers + outOfOrder + expired + lost + unexplained;
	if (wrong > 0 || delivered < deliveredMin) throw new Error(`Cannot accept the run: ${JSON.stringify(run)}`);
	const seconds = run.seconds.toFixed(0);
	return {
		columns: [
			'changes', 'events', 'watchers', 'kills', 'gaps', 'duplicates', 'out of order', 'lost writes', '410s', 'seconds', 'events/s',
		],
		rows: [[
			changes, delivered, plan.watchers, run.kills, gaps, duplicates, outOfOrder, lost, expired, seconds,
			(delivered / run.seconds).toFixed(0),
		]],
		notes: [
			'Each watcher is a plain loop that goes on from the newest resourceVersion it was told; 16 watch all FemtoDevices or '
			+ 'ConfigMaps, 4 only those with a rare label. What each saw is compared, object by object, with the log in the '
			+ 'database, which is read apart from the server.',
			`Of ${run.unanswered} writes whose answer never came, ${run.doneUnanswered} were done; no other change was in the log.`,
			`Watchers went on ${run.resumes} times. When a server was there again the farthest was ${run.farthestBehind} changes `
			+ `behind; the history keeps 10,000 at least, and ${run.forgotten} older ones were forgotten in this run. A bookmark after `
			+ '1,000 changes keeps quiet watches near enough.',
			`Seed ${plan.seed}. Writers and watchers share the machine with the server.`,
		],
	};
}
