// Builds the simulated device, agent-firmware/ to build/femto-sim.wasm, when a source is newer than the result.
// The rules are in agent-firmware/Makefile; this file only finds the compiler and says what takes the time.
import {spawnSync} from 'node:child_process';
import {existsSync, readdirSync, statSync, utimesSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {findCompilers} from '../runtime/compilers.mjs';

const output = 'build/femto-sim.wasm';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
if (newestMs() > modifiedMs(output)) buildModule();

function buildModule() {
	const compilers = findCompilers();
	if (!compilers.ok) fail(compilers.error);
	const {wasm, wasmLinker, description} = compilers.value;
	console.error(`firmware: compiling the device for the simulator with ${description}`);
	const variables = [`WASM_CC=${wasm.join(' ')}`, `WASM_LD=${wasmLinker.join(' ')}`];
	const {status, error} = spawnSync('make', ['-s', '-j2', '-C', 'agent-firmware', 'sim', ...variables], {
		stdio: ['ignore', 2, 2],
	});
	if (error !== undefined) fail(`Cannot run make: ${error.message}`);
	if (status !== 0) fail('Cannot build the simulated device: see the lines above');
	if (!existsSync(output)) fail(`Cannot find ${output}: make -C agent-firmware sim did not write it`);
	// Make leaves the file alone when only a header changed that nothing includes; this says that it is current.
	const now = new Date();
	utimesSync(output, now, now);
}

/** Modification time of the newest source; the lock file stands for the sources of the cryptographic library. */
function newestMs() {
	const sources = readdirSync('agent-firmware', {recursive: true, encoding: 'utf8'}).filter(
		(path) => /\.[chS]$|\.mk$|Makefile$/.test(path) && !/^(build|tests|containers|ports\/(?!sim))/.test(path),
	);
	return Math.max(...sources.map((path) => modifiedMs(join('agent-firmware', path))), modifiedMs('package-lock.json'));
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
