import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {test} from 'node:test';
import {repositoryRoot} from '../../scripts/repository.ts';

test('Generated files are what their sources give (npm run generate writes them)', () => {
	const options = {cwd: repositoryRoot, encoding: 'utf8'} as const;
	const {status, stdout, stderr} = spawnSync(process.execPath, ['scripts/generate.ts', '--check'], options);
	assert.equal(status, 0, stdout + stderr);
});
