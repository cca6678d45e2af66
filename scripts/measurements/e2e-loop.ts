import {spawnSync} from 'node:child_process';
import type {Measurement} from '../measurement-table.ts';
import {repositoryRoot} from '../repository.ts';

export const title = 'Real processes killed in the middle of rollouts';

const seeds = 3;

/** Each seed kills controller, bridge, broker and a device once, in four rollouts, beside an undisturbed run. */
export async function measure(): Promise<Measurement> {
	const brokers = ['mosquitto', 'femto'] as const;
	const rows = brokers.flatMap((broker) => run(broker).map(([seed, seconds]) => [broker, seed, seconds] as const));
	return {
		columns: ['broker', 'seed', 'seconds until all is equal'],
		rows,
		notes: [
			'Equal = canonical dumps of spec, assigned, containers and of each device\'s own assignment, against a run without kills.',
			'`npm run soak` runs 50 seeds.',
		],
	};
}

function run(broker: 'mosquitto' | 'femto'): [number, string][] {
	const options = ['run', '-s', 'e2e:loop', '--', '--seed', '1', '--seeds', String(seeds), '--broker', broker];
	const {status, stdout, stderr} = spawnSync('npm', options, {cwd: repositoryRoot, encoding: 'utf8', maxBuffer: 2 ** 26});
	const found = [...stdout.matchAll(/^seed (\d+), \w+: equal dumps after ([\d.]+) s$/gm)];
	if (status !== 0 || found.length !== seeds) {
		throw new Error(`Cannot measure the loop: exit code ${status}\n${stdout}${stderr}`);
	}
	return found.map(([, seed = '', seconds = '']) => [Number(seed), seconds]);
}
