import type {KubeApi} from '../../runtime/kube/api.ts';
import {systemClock} from '../../runtime/system.ts';
import type {JsonObject} from '../yaml.ts';
import {messageOf} from '../fail.ts';
import {Applier, type Say} from './applier.ts';
import {readDesired, type DesiredSource, type KeyOf} from './desired.ts';
import {watchPath} from './watch.ts';

export interface ApplyLoopOptions {
	readonly api: KubeApi;
	/** Whose objects these are: what another owner has applied stays. */
	readonly owner: string;
	/** Container folders and YAML below it. */
	readonly path: string;
	readonly keyOf: KeyOf;
	/** FemtoTenants of all keys, asked for after the sources are read: they may have made new ones. */
	readonly tenants?: () => readonly JsonObject[];
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

/** Makes the API hold the FemtoTenants of a key folder, whoever else applies something. */
export function applyTenants(api: KubeApi, tenants: readonly JsonObject[], say: Say): Promise<number> {
	return new Applier({api, owner: 'femto-keys', say}).apply([{source: 'tenants', objects: tenants}]);
}

/** Reads and builds the path now; `start` applies it and keeps it applied. */
export async function prepareApplyLoop(options: ApplyLoopOptions): Promise<ApplyLoop> {
	const {api, owner, path, keyOf, tenants = () => [], say, signal} = options;
	const first = await readDesired(path, keyOf);
	const applier = new Applier({api, owner, say});
	const apply = async (sources: readonly DesiredSource[]): Promise<number> => {
		await applyTenants(api, tenants(), say);
		return applier.apply(sources);
	};
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
