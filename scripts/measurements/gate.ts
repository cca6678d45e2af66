import {spawnSync} from 'node:child_process';
import type {Measurement} from '../measurement-table.ts';
import {repositoryRoot} from '../repository.ts';

export const title = 'The gate: `npm test` after installation';

const limitMinutes = 10;

/** One run of all that CI runs; it builds what is stale. */
export async function measure(): Promise<Measurement> {
	const startMs = performance.now();
	const {status, stdout} = spawnSync('npm', ['test'], {cwd: repositoryRoot, encoding: 'utf8', maxBuffer: 2 ** 28});
	const minutes = (performance.now() - startMs) / 60_000;
	const count = (name: string): number => Number(new RegExp(`^ℹ ${name} (\\d+)$`, 'm').exec(stdout)?.[1] ?? Number.NaN);
	if (status !== 0 || minutes > limitMinutes) {
		throw new Error(`Cannot accept the gate: exit code ${status}, ${minutes.toFixed(1)} min, at most ${limitMinutes} required`);
	}
	const firmware = [...stdout.matchAll(/: (\d+) tests, (\d+) checks, 0 failed$/gm)];
	const sum = (column: number): number => firmware.reduce((total, match) => total + Number(match[column]), 0);
	return {
		columns: ['what', 'value'],
		rows: [
			['wall time on two cores', `${minutes.toFixed(1)} min`],
			['tests of Node\'s runner: passed', count('pass')],
			['failed', count('fail')],
			['skipped', count('skipped')],
			['firmware tests under gcc with address and undefined-behaviour sanitizers', sum(1)],
			['checks in them', sum(2)],
		],
	};
}
