// Builds the devices that run on this machine when a source is newer than the result:
//   node scripts/build-firmware.mjs [sim]   the simulator's, build/femto-sim.wasm
//   node scripts/build-firmware.mjs host    a process of its own (Linux), build/femto-device
//   node scripts/build-firmware.mjs all     both; where there is no Linux or no gcc, only the simulator's
// The rules are in agent-firmware/Makefile; this file only finds the compiler and says what takes the time.
import {spawnSync} from 'node:child_process';
import {existsSync, readdirSync, statSync, utimesSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {findCompilers} from '../runtime/compilers.mjs';

const outputs = {sim: 'build/femto-sim.wasm', host: 'build/femto-device'};

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const wanted = process.argv[2] ?? 'sim';
if (!['sim', 'host', 'all'].includes(wanted)) fail(`Cannot build ${wanted}: it must be sim, host or all`);
if (wanted !== 'host' && isStale('sim')) buildSim();
if (wanted !== 'sim' && isStale('host')) buildHost();

function buildSim() {
	const compilers = findCompilers();
	if (!compilers.ok) fail(compilers.error);
	const {wasm, wasmLinker, description} = compilers.value;
	console.error(`firmware: compiling the device for the simulator with ${description}`);
	make('sim', [`WASM_CC=${wasm.join(' ')}`, `WASM_LD=${wasmLinker.join(' ')}`]);
}

function buildHost() {
	const compiler = process.env['CC'] ?? 'gcc';
	const isUsable = process.platform === 'linux' && spawnSync(compiler, ['--version']).status === 0;
	if (isUsable) {
		console.error(`firmware: compiling the device for this machine with ${compiler}`);
		make('host', [`CC=${compiler}`]);
	} else if (wanted === 'host') {
		fail(`Cannot build ${outputs.host}: Linux and ${compiler} required`);
	} else {
		console.error(`firmware: ${outputs.host} is not built: Linux and ${compiler} required`);
	}
}

/**
 * @param {'sim' | 'host'} port
 * @param {readonly string[]} variables
 */
function make(port, variables) {
	const {status, error} = spawnSync('make', ['-s', '-j2', '-C', 'agent-firmware', port, ...variables], {
		stdio: ['ignore', 2, 2],
	});
	if (error !== undefined) fail(`Cannot run make: ${error.message}`);
	if (status !== 0) fail(`Cannot build ${outputs[port]}: see the lines above`);
	if (!existsSync(outputs[port])) fail(`Cannot find ${outputs[port]}: make -C agent-firmware ${port} did not write it`);
	// Make leaves the file alone when only a header changed that nothing includes; this says that it is current.
	const now = new Date();
	utimesSync(outputs[port], now, now);
}

/**
 * Whether a source is newer; the lock file stands for the sources of the cryptographic library.
 * @param {'sim' | 'host'} port
 */
function isStale(port) {
	const others = /^(build|tests|containers)|^ports\/(?!common\/)([^/]+)/;
	const sources = readdirSync('agent-firmware', {recursive: true, encoding: 'utf8'}).filter((path) => {
		const match = others.exec(path);
		return /\.[chS]$|\.mk$|Makefile$/.test(path) && (match === null || match[2] === port);
	});
	const paths = [...sources.map((path) => join('agent-firmware', path)), 'package-lock.json'];
	return Math.max(...paths.map(modifiedMs)) > modifiedMs(outputs[port]);
}

/** @param {string} path */
function modifiedMs(path) {
	return existsSync(path) ? statSync(path).mtimeMs : 0;
}

/**
 * @param {string} text
 * @returns {never}
 */
function fail(text) {
	console.error(`firmware: ${text}`);
	process.exit(1);
}
