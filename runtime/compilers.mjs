// Plain JavaScript with types in comments: scripts/setup.mjs runs it on any Node from 18 on, before the pinned one.
import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {delimiter, dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

/**
 * Each list is the beginning of a command line; append options and files. `bpf` compiles C to a little-endian eBPF
 * object (`-c -O2 -mcpu=v3 …`); `wasm` compiles C to wasm32 and links it (`-nostdlib -Wl,--no-entry …`).
 * @typedef {object} Compilers
 * @property {readonly string[]} bpf
 * @property {readonly string[]} wasm
 * @property {readonly string[]} wasmLinker Links wasm32 objects by itself, for a caller that compiles file by file.
 * @property {string} description What was found, for a log line.
 */

/**
 * @typedef {object} SearchOptions
 * @property {Readonly<Record<string, string | undefined>>} [environment] `PATH`, and `FEMTO_CLANG`, which names
 *   the only compiler to try (a clang, or `zig` for the one in `cacheFolder`). Default: the process's own.
 * @property {string} [cacheFolder] Where set-up puts `ziglang`. Default: `.cache` beside the nearest package.json.
 */

/** @typedef {import('../protocol/result.ts').Result<Compilers>} SearchResult */

/** What to type when nothing was found; set-up and `femto build` end with it. */
export const compilerAdvice =
	'install clang and lld with the bpf and wasm32 targets (Debian: apt-get install clang lld; ' +
	'macOS: brew install llvm lld), or Python 3 with venv so that set-up can fetch one';

const clangVersions = [23, 22, 21, 20, 19, 18, 17, 16, 15, 14];

/** Folders outside PATH where package managers keep a full clang. */
const clangFolders = ['/opt/homebrew/opt/llvm/bin', '/usr/local/opt/llvm/bin'];

/**
 * Looks for a compiler of both targets: a clang on PATH, then `ziglang` in the cache. Takes about 50 ms; installs
 * nothing. The error is one line that says what is missing and what to install.
 * @param {SearchOptions} [options]
 * @returns {SearchResult}
 */
export function findCompilers(options = {}) {
	const environment = options.environment ?? process.env;
	const forced = environment['FEMTO_CLANG'];
	const rejected = [];
	for (const clang of forced === 'zig' ? [] : forced ? [forced] : clangCandidates(environment)) {
		const outcome = probeClang(clang, environment);
		if (outcome.ok) return outcome;
		rejected.push(outcome.error);
	}
	if (forced === undefined || forced === '' || forced === 'zig') {
		const outcome = probeZig(zigPython(options.cacheFolder ?? defaultCacheFolder()), environment);
		if (outcome.ok) return outcome;
		if (forced === 'zig') rejected.push(outcome.error);
	}
	const found = rejected.length > 0 ? rejected.join('; ') : 'no clang on PATH';
	return {ok: false, error: `Cannot compile containers: ${found}; ${compilerAdvice}`};
}

/**
 * The Python of the virtual environment in which set-up installs `ziglang`.
 * @param {string} cacheFolder
 */
export function zigPython(cacheFolder) {
	return process.platform === 'win32'
		? join(cacheFolder, 'ziglang', 'Scripts', 'python.exe')
		: join(cacheFolder, 'ziglang', 'bin', 'python');
}

/** `.cache` of the installation this file belongs to, also when it is bundled in `dist/`. */
export function defaultCacheFolder() {
	let folder = dirname(fileURLToPath(import.meta.url));
	while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
	return join(folder, '.cache');
}

/** @param {Readonly<Record<string, string | undefined>>} environment */
function clangCandidates(environment) {
	const suffix = process.platform === 'win32' ? '.exe' : '';
	const names = ['clang', ...clangVersions.map((version) => `clang-${version}`)];
	const folders = [...(environment['PATH'] ?? '').split(delimiter), ...clangFolders].filter((folder) => folder !== '');
	const paths = names.flatMap((name) => folders.map((folder) => join(folder, name + suffix)));
	return paths.filter((path) => existsSync(path));
}

/**
 * @param {string} clang
 * @param {Readonly<Record<string, string | undefined>>} environment
 * @returns {SearchResult}
 */
function probeClang(clang, environment) {
	const targets = output([clang, '--print-targets'], environment);
	if (targets === undefined) return {ok: false, error: `${clang} does not run`};
	const lacking = ['bpfel', 'wasm32'].filter((target) => !new RegExp(`^\\s*${target}\\s`, 'm').test(targets));
	if (lacking.length > 0) return {ok: false, error: `${clang} has no target ${lacking.join(' and ')}`};
	// Clang answers with the bare name when it finds no such program beside itself or on PATH.
	const linker = output([clang, '--target=wasm32', '--print-prog-name=wasm-ld'], environment)?.trim() ?? '';
	if (!existsSync(linker)) return {ok: false, error: `${clang} finds no wasm-ld`};
	const value = {
		bpf: [clang, '--target=bpfel'],
		wasm: [clang, '--target=wasm32'],
		wasmLinker: [linker],
		description: clang,
	};
	return {ok: true, value};
}

/**
 * @param {string} python
 * @param {Readonly<Record<string, string | undefined>>} environment
 * @returns {SearchResult}
 */
function probeZig(python, environment) {
	if (!existsSync(python)) return {ok: false, error: `no ${python}`};
	const zig = [python, '-m', 'ziglang'];
	const version = output([...zig, 'version'], environment)?.trim();
	if (version === undefined) return {ok: false, error: `ziglang in ${python} does not run`};
	const value = {
		bpf: [...zig, 'cc', '-target', 'bpfel-freestanding'],
		wasm: [...zig, 'cc', '-target', 'wasm32-freestanding'],
		wasmLinker: [...zig, 'wasm-ld'],
		description: `ziglang ${version}`,
	};
	return {ok: true, value};
}

/**
 * @param {readonly string[]} command
 * @param {Readonly<Record<string, string | undefined>>} environment
 */
function output(command, environment) {
	const [program = '', ...args] = command;
	const {status, stdout} = spawnSync(program, args, {encoding: 'utf8', env: environment});
	return status === 0 ? stdout : undefined;
}
