import type {Cache} from './cache.ts';
import {controllerRevisions, ownerLabel, type ControllerRevision} from './container/revision.ts';
import type {FleetCaches} from './fleet.ts';
import {
	femtoContainers, femtoDevices, femtoTenants, type FemtoContainer, type FemtoDevice, type FemtoTenant,
} from '../protocol/generated/resources.ts';
import type {Clock} from '../runtime/clock.ts';
import type {KubeApi} from '../runtime/kube/api.ts';
import {Informer, type InformerStats} from '../runtime/kube/informer.ts';
import type {KubeObject, ResourceRef} from '../runtime/kube/types.ts';
import type {Log} from '../runtime/log.ts';
import type {Random} from '../runtime/random.ts';

export interface WatchOptions {
	readonly api: KubeApi;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
}

/** Called for each object that was added (no `old`), changed, or deleted (no `object`). */
export type OnChange<T> = (old: T | undefined, object: T | undefined) => void;

export interface ChangeHandlers {
	readonly container: OnChange<FemtoContainer>;
	readonly device: OnChange<FemtoDevice>;
	readonly tenant: OnChange<FemtoTenant>;
	readonly revision: OnChange<ControllerRevision>;
}

/** The local copies of everything the controller decides on. */
export class Watches {
	readonly caches: FleetCaches;
	readonly tenants: Cache<FemtoTenant>;
	readonly #informers: {
		readonly containers: Informer<FemtoContainer>;
		readonly devices: Informer<FemtoDevice>;
		readonly tenants: Informer<FemtoTenant>;
		readonly revisions: Informer<ControllerRevision>;
	};

	constructor(options: WatchOptions) {
		this.#informers = {
			containers: makeInformer<FemtoContainer>(options, femtoContainers),
			devices: makeInformer<FemtoDevice>(options, femtoDevices),
			tenants: makeInformer<FemtoTenant>(options, femtoTenants),
			revisions: makeInformer<ControllerRevision>(options, controllerRevisions, ownerLabel),
		};
		const {containers, devices, tenants, revisions} = this.#informers;
		this.caches = {
			containers: containers.cache, devices: devices.cache, tenants: tenants.cache, revisions: revisions.cache,
		};
		this.tenants = tenants.cache;
	}

	/** Runs until `signal` aborts; never rejects. */
	run(signal: AbortSignal): Promise<void> {
		return Promise.all(Object.values(this.#informers).map(informer => informer.run(signal))).then(() => undefined);
	}

	/** Resolves when every first list is there; false when the watches stopped before. */
	async synced(): Promise<boolean> {
		const synced = await Promise.all(Object.values(this.#informers).map(informer => informer.synced));
		return synced.every(Boolean);
	}

	/** Of each watch, by the plural of what it watches. */
	get stats(): Readonly<Record<string, InformerStats>> {
		const {containers, devices, tenants, revisions} = this.#informers;
		return {
			femtocontainers: containers.stats, femtodevices: devices.stats, femtotenants: tenants.stats,
			controllerrevisions: revisions.stats,
		};
	}

	/** Tells first of everything that is there, then of every change. */
	tell({container, device, tenant, revision}: ChangeHandlers): void {
		const {containers, devices, tenants, revisions} = this.#informers;
		tellOf(tenants, tenant);
		tellOf(revisions, revision);
		tellOf(containers, container);
		tellOf(devices, device);
	}
}

function makeInformer<T extends KubeObject>(
	{api, clock, random, log}: WatchOptions, ref: ResourceRef, labelSelector?: string,
): Informer<T> {
	const selector = labelSelector === undefined ? {} : {labelSelector};
	return new Informer<T>({api, ref, clock, random, log: log.child({watch: ref.plural}), ...selector});
}

function tellOf<T extends KubeObject>(informer: Informer<T>, onChange: OnChange<T>): void {
	informer.addHandlers({
		onAdd: object => onChange(undefined, object),
		onUpdate: (old, object) => onChange(old, object),
		onDelete: old => onChange(old, undefined),
	});
}
