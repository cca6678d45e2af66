import {spawnSync} from 'node:child_process';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {repositoryRoot} from './repository.ts';

/**
 * Brings targets of agent-firmware/Makefile up to date, one caller at a time: test files run side by side, and two makes
 * would write the same objects. @throws Error with what the compiler says.
 */
export function makeFirmware(...targets: readonly string[]): void {
	const build = join(repositoryRoot, 'build');
	mkdirSync(build, {recursive: true});
	const make = ['make', '-s', '-j2', '-C', join(repositoryRoot, 'agent-firmware'), ...targets];
	const hasLock = spawnSync('flock', ['--version']).status === 0;
	const [program = '', ...args] = hasLock ? ['flock', join(build, '.make-lock'), ...make] : make;
	const {status, stdout, stderr, error} = spawnSync(program, args, {encoding: 'utf8', timeout: 300_000});
	if (status !== 0) throw new Error(`Cannot build ${targets.join(', ')}: ${error?.message ?? `${stdout}${stderr}`}`);
}
