import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {test} from 'node:test';
import {repositoryRoot} from '../../scripts/repository.ts';

const planted = `import {Log} from './log.ts';
async function work(): Promise<void> {}
export function run(log: Log, value: any): number {
	work();
	[value].forEach(async () => work());
	setTimeout(() => {}, 1);
	console.log(process.pid);
	return Date.now() + Math.random();
}
`;

/** Lints a folder that holds only the given file; answers with the rules that were broken, once each, in order. */
function brokenRules(path: string, text: string): string[] {
	const folder = mkdtempSync(join(tmpdir(), 'femto-lint-'));
	try {
		mkdirSync(join(folder, dirname(path)), {recursive: true});
		writeFileSync(join(folder, 'tsconfig.json'), '{"compilerOptions": {"strict": true, "types": []}}');
		writeFileSync(join(folder, dirname(path), 'log.ts'), 'export interface Log {\n\treadonly level: number;\n}\n');
		writeFileSync(join(folder, path), text);
		const config = join(repositoryRoot, '.oxlintrc.json');
		const oxlint = join(repositoryRoot, 'node_modules', '.bin', 'oxlint');
		const {stdout} = spawnSync(oxlint, ['-c', config, '--type-aware', '--format=json', '.'], {cwd: folder, encoding: 'utf8'});
		const {diagnostics} = JSON.parse(stdout) as {readonly diagnostics: readonly {readonly code: string}[]};
		return [...new Set(diagnostics.map(({code}) => code.replace(/^.*\((.*)\)$/, '$1')))].sort();
	} finally {
		rmSync(folder, {recursive: true});
	}
}

test('lint finds promises without an owner, any, value imports of types, and time, chance, process in a program', () => {
	assert.deepEqual(brokenRules('controller/planted.ts', planted), [
		'consistent-type-imports',
		'no-console',
		'no-explicit-any',
		'no-floating-promises',
		'no-misused-promises',
		'no-restricted-globals',
		'no-restricted-properties',
	]);
});

test('lint finds nothing in a small clean file', () => {
	assert.deepEqual(brokenRules('controller/clean.ts', 'export const answer = 42;\n'), []);
});
