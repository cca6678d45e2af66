import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, dirname, join} from 'node:path';
import {after, test} from 'node:test';

const source = join(import.meta.dirname, '../../../bin');
const folder = mkdtempSync(join(tmpdir(), 'femto bin-'));
after(() => rmSync(folder, {recursive: true}));

/** An installation whose bundle only tells how it was called. */
const root = join(folder, 'femto fleet');
mkdirSync(join(root, 'bin'), {recursive: true});
mkdirSync(join(root, 'dist'));
for (const name of ['femto', 'kubectl-femto', 'kubectl_complete-femto']) {
	cpSync(join(source, name), join(root, 'bin', name), {verbatimSymlinks: true});
}
const bundle = 'console.log(JSON.stringify([process.env.FEMTO_COMMAND_NAME ?? null, ...process.argv.slice(2)]));\n';
writeFileSync(join(root, 'dist', 'femto.js'), bundle);

function run(program: string, args: readonly string[], path = [dirname(process.execPath), process.env['PATH']].join(delimiter)) {
	const {status, stdout, stderr} = spawnSync(program, args, {encoding: 'utf8', cwd: folder, env: {PATH: path}});
	return {code: status, out: stdout, error: stderr};
}

test('femto runs the bundle with its arguments as they are', () => {
	assert.equal(run(join(root, 'bin', 'femto'), ['get', 'a b', '']).out, '[null,"get","a b",""]\n');
});

test('under the name that kubectl looks for it is kubectl femto, and completes as kubectl asks', () => {
	assert.deepEqual(['kubectl-femto', 'kubectl_complete-femto'].map((name) => readlinkSync(join(root, 'bin', name))), ['femto', 'femto']);
	assert.equal(run(join(root, 'bin', 'kubectl-femto'), ['get']).out, '["kubectl femto","get"]\n');
	assert.equal(run(join(root, 'bin', 'kubectl_complete-femto'), ['get', '']).out, '[null,"__complete","get",""]\n');
});

test('links to it work from anywhere, absolute and relative', () => {
	mkdirSync(join(folder, 'links'));
	symlinkSync(join(root, 'bin', 'femto'), join(folder, 'links', 'absolute'));
	symlinkSync(join('..', 'femto fleet', 'bin', 'kubectl-femto'), join(folder, 'links', 'kubectl-femto'));
	assert.equal(run(join(folder, 'links', 'absolute'), ['x']).out, '[null,"x"]\n');
	assert.equal(run(join(folder, 'links', 'kubectl-femto'), ['x']).out, '["kubectl femto","x"]\n');
});

test('without a bundle or without Node it says what is missing', () => {
	const bare = join(folder, 'bare');
	mkdirSync(join(bare, 'bin'), {recursive: true});
	cpSync(join(source, 'femto'), join(bare, 'bin', 'femto'));
	const unbuilt = run(join(bare, 'bin', 'femto'), []);
	assert.equal(unbuilt.code, 1);
	assert.match(unbuilt.error, /^femto: .*bare\/dist\/femto\.js does not exist: npm run build makes it\n$/);
	mkdirSync(join(bare, 'dist'));
	writeFileSync(join(bare, 'dist', 'femto.js'), bundle);
	const tools = join(folder, 'tools');
	mkdirSync(tools);
	for (const name of ['sh', 'dirname']) {
		symlinkSync(spawnSync('which', [name], {encoding: 'utf8'}).stdout.trim(), join(tools, name));
	}
	const nodeless = run(join(bare, 'bin', 'femto'), [], tools);
	assert.deepEqual([nodeless.code, nodeless.error], [1, 'femto: there is no Node on the PATH: version 24 or later required\n']);
});
