import assert from 'node:assert/strict';
import {mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {delimiter, join} from 'node:path';
import {parse, stringify} from 'yaml';
import {kubectlBinary} from '../../../scripts/kubectl/kubectl.ts';
import {repositoryRoot} from '../../../scripts/repository.ts';
import {runProgram, type Outcome} from '../kubectl/child.ts';

/** Somebody at a shell in the folder of the site, with kubectl, femto and a kubeconfig of their own. */
export interface Person {
	readonly kubeconfig: string;
	/** Runs a script to its end, a minute at most. */
	run(script: string): Promise<Outcome>;
	/** Its standard output; fails unless it succeeds. */
	ok(script: string): Promise<string>;
	/** Fails unless it ends with `code`, 1 by default, and says this on standard error. */
	fails(script: string, expected: RegExp, code?: number): Promise<void>;
}

/** Where the people of a site work: the manifests as in a clone, and the pinned kubectl on their PATH. */
export async function prepareSite(folder: string): Promise<void> {
	mkdirSync(join(folder, 'tools'));
	symlinkSync(await kubectlBinary('1.36'), join(folder, 'tools', 'kubectl'));
	symlinkSync(join(repositoryRoot, 'manifests'), join(folder, 'manifests'));
}

export function person(folder: string, kubeconfig: string): Person {
	const env = {
		HOME: folder,
		KUBECONFIG: kubeconfig,
		PATH: [join(folder, 'tools'), join(repositoryRoot, 'bin'), process.env['PATH'] ?? ''].join(delimiter),
	};
	const run = (script: string): Promise<Outcome> =>
		runProgram('bash', ['--norc', '-euo', 'pipefail', '-c', script], {env, cwd: folder});
	return {
		kubeconfig,
		run,
		ok: async (script) => {
			const outcome = await run(script);
			assert.equal(outcome.code, 0, describe(script, outcome));
			return outcome.stdout;
		},
		fails: async (script, expected, code = 1) => {
			const outcome = await run(script);
			assert.equal(outcome.code, code, describe(script, outcome));
			assert.match(outcome.stderr, expected, script);
		},
	};
}

function describe(script: string, {code, stdout, stderr}: Outcome): string {
	return `${script}\nended with ${code}\n${stdout}${stderr}`;
}

interface Config {
	readonly users: readonly {readonly name: string; readonly user: Readonly<Record<string, unknown>>}[];
}

/** The kubeconfig of somebody for whom an administrator may stand, written beside it. */
export function impersonate(admin: string, user: string): string {
	const config = parse(readFileSync(admin, 'utf8')) as Config;
	const users = config.users.map((entry) => ({...entry, user: {...entry.user, as: user}}));
	return write(`${admin}-${user}`, {...config, users});
}

/** The same server for who holds a bearer token. */
export function withToken(admin: string, name: string, token: string): string {
	const config = parse(readFileSync(admin, 'utf8')) as Config;
	return write(`${admin}-${name}`, {...config, users: config.users.map((entry) => ({...entry, user: {token}}))});
}

function write(file: string, config: object): string {
	writeFileSync(file, stringify(config), {mode: 0o600});
	return file;
}
