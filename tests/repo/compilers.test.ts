import assert from 'node:assert/strict';
import {chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';
import {after, test} from 'node:test';
import {findCompilers} from '../../runtime/compilers.mjs';

const folder = mkdtempSync(join(tmpdir(), 'femto-compilers-'));
const cacheFolder = join(folder, 'cache');
after(() => rmSync(folder, {recursive: true}));

/** A folder with one program of that name, a shell script. */
function programFolder(name: string, program: string, script: string): string {
	const path = join(folder, name);
	mkdirSync(path, {recursive: true});
	writeFileSync(join(path, program), `#!/bin/sh\n${script}\n`);
	chmodSync(join(path, program), 0o755);
	return path;
}

const targets = (names: readonly string[]): string => names.map((name) => `echo "    ${name}  - a target"`).join('; ');
const linker = programFolder('linker', 'wasm-ld', 'exit 0');
const complete = `case "$*" in *print-targets*) ${targets(['bpfel', 'wasm32'])};; *) echo ${linker}/wasm-ld;; esac`;

test('findCompilers() takes the first clang on PATH that has both targets and finds a linker', () => {
	const poor = programFolder('poor', 'clang', targets(['x86-64', 'wasm32']));
	const good = programFolder('good', 'clang-19', complete);
	const result = findCompilers({environment: {PATH: [poor, good].join(delimiter)}, cacheFolder});
	assert.ok(result.ok, result.ok ? '' : result.error);
	assert.deepEqual(result.value.bpf, [join(good, 'clang-19'), '--target=bpfel']);
	assert.deepEqual(result.value.wasm, [join(good, 'clang-19'), '--target=wasm32']);
	assert.deepEqual(result.value.wasmLinker, [join(linker, 'wasm-ld')]);
});

test('findCompilers() says in one line which target a clang lacks and what to install', () => {
	const poor = programFolder('poor', 'clang', targets(['x86-64', 'wasm32']));
	const result = findCompilers({environment: {PATH: poor}, cacheFolder});
	assert.ok(!result.ok);
	assert.match(result.error, /poor\/clang has no target bpfel; install clang and lld/);
	assert.ok(!result.error.includes('\n'));
});

test('findCompilers() says that a clang finds no wasm-ld', () => {
	const script = `case "$*" in *print-targets*) ${targets(['bpfel', 'wasm32'])};; *) echo wasm-ld;; esac`;
	const result = findCompilers({environment: {PATH: programFolder('unlinked', 'clang', script)}, cacheFolder});
	assert.ok(!result.ok);
	assert.match(result.error, /unlinked\/clang finds no wasm-ld/);
});

test('findCompilers() takes ziglang from the cache where no clang fits', () => {
	const python = join(programFolder('cache/ziglang/bin', 'python', 'echo 0.17.1'), 'python');
	const result = findCompilers({environment: {PATH: ''}, cacheFolder});
	assert.ok(result.ok);
	assert.deepEqual(result.value.wasm, [python, '-m', 'ziglang', 'cc', '-target', 'wasm32-freestanding']);
	rmSync(cacheFolder, {recursive: true});
});

test('findCompilers() tries only the compiler that FEMTO_CLANG names', () => {
	const good = programFolder('good', 'clang-19', complete);
	const environment = {PATH: good, FEMTO_CLANG: '/nowhere/clang'};
	const result = findCompilers({environment, cacheFolder});
	assert.ok(!result.ok);
	assert.match(result.error, /^Cannot compile containers: \/nowhere\/clang does not run;/);
});
