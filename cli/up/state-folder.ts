import {existsSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {mkdir, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {openStore, type Store} from '../../apiserver/mod.ts';
import {crds} from '../../protocol/generated/crds.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {messageOf, UsageError} from '../fail.ts';

/** Raised when an older program could not read what a newer one keeps. */
const format = 1;

/** What stands in a state folder; `--fresh` deletes these and nothing else. */
const contents = {
	format: 'format',
	pid: 'femto.pid',
	store: 'store.db',
	keys: 'keys',
	pki: 'pki',
	devices: 'devices',
	kubeconfig: 'kubeconfig',
	apiPort: 'api-port',
} as const;

export interface StateFolder {
	readonly path: string;
	readonly store: string;
	readonly keys: string;
	readonly pki: string;
	readonly devices: string;
	readonly kubeconfig: string;
	readonly apiPort: string;
	/** Whether nothing was in it. */
	readonly isNew: boolean;
	/** Lets the next program have it; deletes a folder that was made for this run, keeps the user's. */
	release(): Promise<void>;
}

/**
 * The folder the user names, kept over runs; without one a new temporary folder. One program at a time has it.
 * @throws UsageError while another has it, and when a newer program has written it.
 */
export async function openStateFolder(path: string | undefined, {fresh = false} = {}): Promise<StateFolder> {
	const folder = path ?? (await mkdtemp(join(tmpdir(), 'femto-')));
	await makeFolder(folder);
	const at = Object.fromEntries(
		Object.entries(contents).map(([name, file]) => [name, join(folder, file)]),
	) as Record<keyof typeof contents, string>;
	const isOurs = lock(folder, at.pid);
	if (fresh) {
		const database = ['-wal', '-shm'].map((suffix) => at.store + suffix);
		[...Object.values(at), ...database].filter((file) => file !== at.pid)
			.forEach((file) => rmSync(file, {recursive: true, force: true}));
	}
	const isNew = !existsSync(at.store);
	checkFormat(folder, at.format, at.pid);
	return {
		...at,
		path: folder,
		isNew,
		release: async () => {
			if (isOurs) {
				rmSync(at.pid, {force: true});
			}
			if (path === undefined) {
				await rm(folder, {recursive: true, force: true});
			}
		},
	};
}

/** Opens the store in a state folder. @throws UsageError naming the folder and why. */
export function openStateStore({path, store}: StateFolder): Store {
	try {
		return openStore({path: store, clock: systemClock, random: systemRandom, crds});
	} catch (cause) {
		const message = messageOf(cause);
		const phrase = message.includes('database is locked') ? 'another process uses it' : message;
		throw new UsageError(`Cannot open state folder ${path}: ${phrase}`, {cause});
	}
}

/** Writes a file whole or not at all: whoever is killed meanwhile leaves the old one. @throws UsageError naming it. */
export function replaceFile(path: string, text: string, mode = 0o644): void {
	try {
		writeFileSync(`${path}.new`, text, {mode});
		renameSync(`${path}.new`, path);
	} catch (cause) {
		throw new UsageError(`Cannot write ${path}: ${messageOf(cause)}`, {cause});
	}
}

async function makeFolder(folder: string): Promise<void> {
	try {
		await mkdir(folder, {recursive: true, mode: 0o700});
	} catch (cause) {
		throw new UsageError(`Cannot make state folder ${folder}: ${messageOf(cause)}`, {cause});
	}
}

/**
 * The store itself can be open once only; this says by whom, and before anything is deleted. False when the parent has
 * the folder: then it has it for its programs, too.
 */
function lock(folder: string, file: string): boolean {
	try {
		writeFileSync(file, `${process.pid}\n`, {flag: 'wx'});
		return true;
	} catch (cause) {
		if ((cause as {readonly code?: unknown}).code !== 'EEXIST') {
			throw new UsageError(`Cannot use state folder ${folder}: ${messageOf(cause)}`, {cause});
		}
	}
	const pid = Number(readFileSync(file, 'utf8'));
	if (pid === process.ppid) {
		return false;
	}
	if (Number.isInteger(pid) && pid > 0 && pid !== process.pid && isAlive(pid)) {
		throw new UsageError(
			`Cannot use state folder ${folder}: process ${pid} uses it; end that one, or name another folder with --state`);
	}
	// Its process was killed.
	writeFileSync(file, `${process.pid}\n`);
	return true;
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as {readonly code?: unknown}).code === 'EPERM';
	}
}

function checkFormat(folder: string, file: string, pidFile: string): void {
	const found = existsSync(file) ? Number(readFileSync(file, 'utf8')) : format;
	if (found === format) {
		replaceFile(file, `${format}\n`);
		return;
	}
	rmSync(pidFile, {force: true});
	throw new UsageError(`Cannot use state folder ${folder}: its format is ${found}, this program knows ${format}; `
		+ 'use the program that made it, another --state, or --fresh to begin anew');
}
