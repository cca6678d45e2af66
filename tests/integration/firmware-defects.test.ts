import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {repositoryRoot} from '../../scripts/repository.ts';
import {applyPatch} from './patch.ts';

// Mistakes that are easily made, each planted in a copy of the firmware: the power cuts must find them.
const defects = join(repositoryRoot, 'agent-firmware', 'tests', 'defects');
let folder = '';

interface Run {
	readonly status: number | null;
	readonly output: string;
}

/** Builds what has changed and cuts the power. */
function cutPower(): Run {
	const options = ['-s', '-C', join(folder, 'agent-firmware'), 'test', 'AREA=power'];
	const {status, stdout, stderr} = spawnSync('make', options, {encoding: 'utf8'});
	return {status, output: `${stdout}${stderr}`};
}

before(() => {
	folder = mkdtempSync(join(tmpdir(), 'femto-defects-'));
	const copied = {recursive: true, preserveTimestamps: true};
	cpSync(join(repositoryRoot, 'agent-firmware'), join(folder, 'agent-firmware'), copied);
	const built = join(repositoryRoot, 'build', 'host');
	// Only to save time: make builds what is missing.
	if (existsSync(built)) cpSync(built, join(folder, 'build', 'host'), copied);
	symlinkSync(join(repositoryRoot, 'node_modules'), join(folder, 'node_modules'));
});

after(() => rmSync(folder, {recursive: true, force: true}));

test('the power cuts pass on the firmware as it is', () => {
	const {status, output} = cutPower();
	assert.equal(status, 0, output);
});

for (const name of readdirSync(defects)) {
	const patch = readFileSync(join(defects, name), 'utf8');
	test(`${name} turns the power cuts red: ${patch.split('\n', 1)[0]}`, () => {
		const file = join(folder, 'agent-firmware', /^\+\+\+ b\/(.+)$/m.exec(patch)?.[1] ?? '');
		const source = readFileSync(file, 'utf8');
		writeFileSync(file, applyPatch(patch, source));
		try {
			const {status, output} = cutPower();
			assert.notEqual(status, 0);
			assert.match(output, /^failed: power cuts /m, output);
		} finally {
			writeFileSync(file, source);
		}
	});
}
