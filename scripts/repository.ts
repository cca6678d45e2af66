import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

export const repositoryRoot = fileURLToPath(new URL('..', import.meta.url));

/** Every file that is tracked or will be, relative to the root, with forward slashes; nothing that .gitignore names. */
export function listFiles(): string[] {
	const options = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
	const output = execFileSync('git', options, {cwd: repositoryRoot, encoding: 'utf8', maxBuffer: 1 << 26});
	return output.split('\0').filter((path) => path !== '' && existsSync(join(repositoryRoot, path)));
}

export function readRepositoryFile(path: string): string {
	return readFileSync(join(repositoryRoot, path), 'utf8');
}
