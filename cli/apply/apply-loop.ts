import type {KubeApi} from '../../runtime/kube/api.ts';
import {systemClock} from '../../runtime/system.ts';
import type {JsonObject} from '../yaml.ts';
import {messageOf} from '../fail.ts';
import {Applier, type Say} from './applier.ts';
import {readDesired, type DesiredSource, type KeyOf} from './desired.ts';
import {watchPath} from './watch.ts';

export interface ApplyLoopOptions {
	readonly api: KubeApi;
	/** Container folders and YAML below it. */
	readonly path: string;
	readonly keyOf: KeyOf;
	/** More objects to hold, asked for after the sources are read: they may have made new keys. */
	readonly extra?: () => readonly JsonObject[];
	readonly say: Say;
	readonly signal: AbortSignal;
}

export interface ApplyLoop {
	/**
	 * Applies what was read; from then on every change below the path is applied, until the signal aborts. Resolves with
	 * the number of sources that have a problem.
	 */
	start(): Promise<number>;
}

/** Reads and builds the path now; `start` applies it and keeps it applied. */
export async function prepareApplyLoop(options: ApplyLoopOptions): Promise<ApplyLoop> {
	const {api, path, keyOf, extra = () => [], say, signal} = options;
	const first = await readDesired(path, keyOf);
	const applier = new Applier(api, say);
	const apply = async (sources: readonly DesiredSource[]): Promise<number> =>
		applier.apply([{source: '(tenants)', objects: extra()}, ...sources]);
	return {
		start: async () => {
			const problems = await apply(first);
			watchPath(path, systemClock, signal, async () => {
				try {
					await apply(await readDesired(path, keyOf));
				} catch (error) {
					say(`apply: ${messageOf(error)}`);
				}
			});
			return problems;
		},
	};
}
