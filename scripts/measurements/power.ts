import {spawnSync} from 'node:child_process';
import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import type {Measurement} from '../measurement-table.ts';
import {repositoryRoot} from '../repository.ts';

export const title = 'Power cuts of a whole device at every flash operation';

/** The fast run of `npm test` and the long one of `npm run soak`. */
export async function measure(): Promise<Measurement> {
	const rows = (['test', 'soak'] as const).map((size) => {
		const [cuts, states] = run(size);
		return [size === 'test' ? '`npm test`' : '`npm run soak`', cuts, states] as const;
	});
	const folder = join(repositoryRoot, 'agent-firmware', 'tests', 'defects');
	const defects = readdirSync(folder).filter((name) => name.endsWith('.patch'));
	return {
		columns: ['run', 'power cuts', 'distinct flash states'],
		rows,
		notes: [
			'After each cut the device had the old or the new generation, never none; counters and floors were never lower.',
			`${defects.length} planted defects, each of which turns the run red, are tests/defects/*.patch (\`npm test\` applies them).`,
		],
	};
}

function run(size: 'test' | 'soak'): [number, number] {
	const env = {...process.env, ...(size === 'soak' ? {FEMTO_POWER: 'soak'} : {})};
	const command = ['-s', '-C', join(repositoryRoot, 'agent-firmware'), 'test', 'AREA=power'];
	const {status, stdout, stderr} = spawnSync('make', command, {encoding: 'utf8', env});
	// Each test of the program adds to the counts: the last line holds all.
	const found = [...stdout.matchAll(/power: (\d+) cuts, (\d+) flash states/g)].at(-1);
	if (status !== 0 || found === undefined) {
		throw new Error(`Cannot measure power cuts: ${stdout}${stderr}`);
	}
	return [Number(found[1]), Number(found[2])];
}
