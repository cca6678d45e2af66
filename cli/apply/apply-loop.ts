import type {KubeApi} from '../../runtime/kube/api.ts';
import {systemClock} from '../../runtime/system.ts';
import type {JsonObject} from '../yaml.ts';
import {messageOf} from '../fail.ts';
import {applyDesired, type Say} from './applier.ts';
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
	/** Applies what was read; from then on every change below the path is applied, until the signal aborts. */
	start(): Promise<void>;
}

/** Reads and builds the path now; `start` applies it and keeps it applied. */
export async function prepareApplyLoop(options: ApplyLoopOptions): Promise<ApplyLoop> {
	const {api, path, keyOf, extra = () => [], say, signal} = options;
	const first = await readDesired(path, keyOf);
	const apply = async (sources: readonly DesiredSource[]): Promise<void> => {
		await applyDesired(api, [{source: '(tenants)', objects: extra()}, ...sources], say);
	};
	return {
		start: async () => {
			await apply(first);
			watchPath(path, systemClock, signal, async () => {
				try {
					await apply(await readDesired(path, keyOf));
				} catch (error) {
					say(`apply: ${messageOf(error)}`);
				}
			});
		},
	};
}
