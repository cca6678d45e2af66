import {openStore, type Store, type StoreOptions} from '../../../apiserver/mod.ts';
import {crds} from '../../../protocol/generated/crds.ts';
import {seededRandom} from '../../../runtime/random.ts';
import type {KubeObject} from '../../../runtime/kube/types.ts';
import {Scheduler} from '../../../simulator/scheduler.ts';

export interface Loose extends KubeObject {
	readonly spec?: Readonly<Record<string, unknown>>;
	readonly status?: Readonly<Record<string, unknown>>;
}

export const devices = {group: 'femtofleet.dev', version: 'v1alpha1', plural: 'femtodevices'} as const;
export const configMaps = {group: '', version: 'v1', plural: 'configmaps', namespace: 'default'} as const;

export const device = (name: string): Loose => ({
	apiVersion: 'femtofleet.dev/v1alpha1',
	kind: 'FemtoDevice',
	metadata: {name},
});

export const newScheduler = (): Scheduler => new Scheduler({seed: 1, nextMacrotask: setImmediate});

/** A store on virtual time, in memory unless told otherwise. */
export function newStore(options: Partial<StoreOptions> = {}): Store {
	return openStore({path: ':memory:', clock: newScheduler().clock, random: seededRandom(1), crds, ...options});
}
