// Runs what must hold, step by step, and ends with the counts of Node's test runner.
//   node scripts/test.ts           everything but the soak: what CI runs
//   node scripts/test.ts static    types, lint, boundaries, generated files: a few seconds
//   node scripts/test.ts soak      the long runs
import {spawnSync} from 'node:child_process';
import {join} from 'node:path';
import {repositoryRoot} from './repository.ts';

interface Step {
	readonly title: string;
	readonly command: readonly string[];
}

const node = process.execPath;
const binary = (name: string): string => join('node_modules', '.bin', name);
const levels = 'repo,unit,vectors,contract,integration,e2e';
const testTimeoutMs = 300_000;

const types: Step = {title: 'types', command: [binary('tsc')]};
const lint: Step = {title: 'lint', command: [binary('oxlint'), '--type-aware']};
const boundaries: Step = {title: 'boundaries', command: [node, 'scripts/check-boundaries.ts']};
const generated: Step = {title: 'generated files', command: [node, 'scripts/generate.ts', '--check']};
const bundle: Step = {title: 'bundle', command: [node, 'scripts/build.mjs']};
const device: Step = {title: 'devices', command: [node, 'scripts/build-firmware.mjs', 'all']};
const firmware: Step = {title: 'firmware tests', command: ['make', '-s', '-j2', '-C', 'agent-firmware', 'test']};

/** The static checks of `static` that are missing here are tests in tests/repo/. */
const plans: Readonly<Record<string, readonly Step[]>> = {
	all: [types, lint, bundle, device, firmware, nodeTests(`{${levels}}`)],
	static: [types, lint, boundaries, generated],
	soak: [bundle, device, nodeTests('soak')],
};

process.chdir(repositoryRoot);
const name = process.argv[2] ?? 'all';
const plan = plans[name];
if (plan === undefined) {
	console.error(`Cannot run ${name}: it must be one of ${Object.keys(plans).join(', ')}`);
	process.exit(2);
}
const failed = plan.filter((step) => !runStep(step)).map((step) => step.title);
if (failed.length > 0) {
	console.error(`== failed: ${failed.join(', ')}`);
	process.exit(1);
}

function nodeTests(folders: string): Step {
	const options = ['--test', '--test-concurrency=2', '--test-reporter=spec', `--test-timeout=${testTimeoutMs}`];
	return {title: 'tests', command: [node, ...options, `tests/${folders}/**/*.test.ts`]};
}

/** Whether it succeeded. Later steps run all the same, so that one run shows all that is wrong. */
function runStep({title, command}: Step): boolean {
	console.log(`== ${title}`);
	const startMs = performance.now();
	const [program = '', ...args] = command;
	const {status, error} = spawnSync(program, args, {stdio: 'inherit'});
	if (error !== undefined) console.error(`Cannot run ${program}: ${error.message}`);
	const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
	// The test runner's own counts stay the last lines when all is good.
	if (status !== 0 || title !== 'tests') console.log(`== ${title}: ${status === 0 ? 'good' : 'FAILED'} in ${seconds} s`);
	return status === 0;
}
