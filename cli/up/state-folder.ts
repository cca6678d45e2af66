import {mkdir, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {openStore, type Store} from '../../apiserver/mod.ts';
import {crds} from '../../protocol/generated/crds.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {messageOf, UsageError} from '../fail.ts';

export interface StateFolder {
	readonly path: string;
	readonly store: string;
	readonly keys: string;
	/** Deletes a folder that was made for this run; keeps the user's. */
	release(): Promise<void>;
}

/** The folder the user names, kept over runs; without one a new temporary folder. */
export async function openStateFolder(path: string | undefined): Promise<StateFolder> {
	if (path !== undefined) {
		await mkdir(path, {recursive: true, mode: 0o700});
	}
	const folder = path ?? (await mkdtemp(join(tmpdir(), 'femto-')));
	return {
		path: folder,
		store: join(folder, 'store.db'),
		keys: join(folder, 'keys'),
		release: async () => {
			if (path === undefined) {
				await rm(folder, {recursive: true, force: true});
			}
		},
	};
}

/** Opens the store in a state folder. @throws UsageError naming the folder and why, above all while another runs. */
export function openStateStore({path, store}: StateFolder): Store {
	try {
		return openStore({path: store, clock: systemClock, random: systemRandom, crds});
	} catch (cause) {
		const message = messageOf(cause);
		const phrase = message.includes('database is locked') ? 'another process uses it' : message;
		throw new UsageError(`Cannot open state folder ${path}: ${phrase}`, {cause});
	}
}
