import {spawnSync} from 'node:child_process';
import {readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import type {Measurement} from '../measurement-table.ts';

export const title = 'The bundle: building, size, start';

const runs = 7;

export async function measure(): Promise<Measurement> {
	const buildMs = medianMs(['scripts/build.mjs']);
	const helpMs = medianMs(['dist/femto.js', '--help']);
	const emptyMs = medianMs(['-e', '0']);
	const files = readdirSync('dist', {recursive: true, encoding: 'utf8'}).filter((path) => path.endsWith('.js'));
	const kilobytes = files.reduce((sum, path) => sum + statSync(join('dist', path)).size, 0) / 1000;
	return {
		columns: ['what', 'value', 'unit'],
		rows: [
			['`npm run build` without npm, median', buildMs, 'ms'],
			['`femto --help`, median', helpMs, 'ms'],
			['`node -e 0`, median', emptyMs, 'ms'],
			['JavaScript in dist/', Math.round(kilobytes), 'kB'],
			['files', files.length, ''],
		],
		notes: [`Medians of ${runs} runs of a new process each.`],
	};
}

/** Median wall time of a run of this Node with these arguments. */
function medianMs(args: readonly string[]): number {
	const times = Array.from({length: runs}, () => {
		const startMs = performance.now();
		const {status, stderr} = spawnSync(process.execPath, args, {encoding: 'utf8'});
		if (status !== 0) throw new Error(`Cannot measure node ${args.join(' ')}: ${stderr}`);
		return performance.now() - startMs;
	});
	return Math.round(times.sort((a, b) => a - b)[Math.floor(runs / 2)] ?? Number.NaN);
}
