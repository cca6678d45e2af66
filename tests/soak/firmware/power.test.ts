import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {join} from 'node:path';
import {test} from 'node:test';
import {repositoryRoot} from '../../../scripts/repository.ts';

test('power cuts in at least 20,000 different flash states leave the old or the new generation', () => {
	const options = ['-s', '-C', join(repositoryRoot, 'agent-firmware'), 'test', 'AREA=power'];
	const env = {...process.env, FEMTO_POWER: 'soak'};
	const {status, stdout, stderr} = spawnSync('make', options, {encoding: 'utf8', env});
	assert.equal(status, 0, `${stdout}${stderr}`);
	const states = [...stdout.matchAll(/, (\d+) flash states/g)].map(([, count]) => Number(count));
	assert.ok(Math.max(...states) >= 20_000, stdout);
});
