import {OwnWrites, type Cache} from './cache.ts';
import {defaultMinRuns} from './container/resolve.ts';
import {parseRevision, type ControllerRevision, type Revision} from './container/revision.ts';
import {mergeAssigned, type Assigned, type Target, type Wish} from './device/assign.ts';
import type {DocumentContainer, DocumentContent} from './device/document.ts';
import {rankKey} from './rollout/rank.ts';
import {TenantRegistry, type TenantJudge, type ValidTenant} from './tenant/registry.ts';
import type {FemtoContainer, FemtoDevice, FemtoTenant} from '../protocol/generated/resources.ts';
import {faultActions} from '../protocol/schema/reasons.ts';

export interface FleetCaches {
	readonly containers: Cache<FemtoContainer>;
	readonly devices: Cache<FemtoDevice>;
	readonly tenants: Cache<FemtoTenant>;
	readonly revisions: Cache<ControllerRevision>;
}

/** By device name. A device that is not in it shall not run the container. */
export type Targets = ReadonlyMap<string, Target>;

/** What an assigned container is made of. */
export interface Part {
	readonly entry: Assigned;
	readonly revision: Revision;
	readonly tenant: ValidTenant;
	readonly container: FemtoContainer;
}

/** What the reconcilers share: the caches, decoded, and what each FemtoContainer wants of each device. */
export class Fleet {
	readonly containers: OwnWrites<FemtoContainer>;
	readonly devices: OwnWrites<FemtoDevice>;
	readonly tenants: TenantRegistry;
	readonly #judge: TenantJudge;
	readonly #caches: FleetCaches;
	readonly #revisions: Cache<ControllerRevision>;
	readonly #reportPeriodSeconds: number;
	/** Decoded revisions by uid; their data never changes. */
	readonly #decoded = new Map<string, Revision | undefined>();
	/** By uid of the FemtoContainer; one that was not reconciled yet has no entry, and its devices keep what they have. */
	readonly #targets = new Map<string, Targets>();
	/** By uid of the FemtoContainer, then of the FemtoDevice. */
	readonly #rankKeys = new Map<string, Map<string, string>>();

	constructor(caches: FleetCaches, judge: TenantJudge, reportPeriodSeconds: number) {
		this.containers = new OwnWrites(caches.containers);
		this.devices = new OwnWrites(caches.devices);
		this.tenants = new TenantRegistry(judge, () => caches.tenants.list());
		this.#judge = judge;
		this.#caches = caches;
		this.#revisions = caches.revisions;
		this.#reportPeriodSeconds = reportPeriodSeconds;
	}

	/** This fleet as it would be with `device`, which is in it, so changed; what it wants of devices included. */
	showing(device: FemtoDevice): Fleet {
		const {name} = device.metadata;
		const devices: Cache<FemtoDevice> = {
			get: key => (key === name ? device : this.devices.get(key)),
			list: () => this.devices.list().map(other => (other.metadata.name === name ? device : other)),
		};
		const shown = new Fleet(
			{...this.#caches, containers: this.containers, devices}, this.#judge, this.#reportPeriodSeconds);
		for (const [uid, targets] of this.#targets) {
			shown.#targets.set(uid, targets);
		}
		for (const [uid, keys] of this.#rankKeys) {
			shown.#rankKeys.set(uid, keys);
		}
		for (const [uid, revision] of this.#decoded) {
			shown.#decoded.set(uid, revision);
		}
		return shown;
	}

	targetsOf(container: string): Targets | undefined {
		return this.#targets.get(container);
	}

	/** Returns the devices for which something changed. */
	setTargets(container: string, targets: Targets): readonly string[] {
		const before = this.#targets.get(container);
		this.#targets.set(container, targets);
		const names = new Set([...(before?.keys() ?? []), ...targets.keys()]);
		return [...names].filter(name => {
			const [old, next] = [before?.get(name), targets.get(name)];
			return old?.revision !== next?.revision || old?.attempt !== next?.attempt;
		});
	}

	/** `rankKey`, computed once for each pair. */
	rankKeyOf(container: string, device: string): string {
		const keys = this.#rankKeys.get(container) ?? new Map<string, string>();
		this.#rankKeys.set(container, keys);
		const key = keys.get(device) ?? rankKey(container, device);
		keys.set(device, key);
		return key;
	}

	forgetTargets(container: string): void {
		this.#targets.delete(container);
		this.#rankKeys.delete(container);
	}

	/** What shall be assigned to `device` now: what is, with all that containers want of it. */
	assignedOf(device: FemtoDevice, nextGeneration = 0): readonly Assigned[] {
		const containers = this.containers.list();
		const uids = new Set(containers.map(({metadata}) => metadata.uid ?? ''));
		const wishes = containers.toSorted(compareKeys).flatMap((container): readonly Wish[] => {
			const uid = container.metadata.uid ?? '';
			const targets = this.#targets.get(uid);
			return targets === undefined ? [] : [{uid, target: targets.get(device.metadata.name)}];
		});
		return mergeAssigned(device.status?.assigned ?? [], wishes, uid => uids.has(uid), nextGeneration);
	}

	/** The parts behind `assigned`; undefined while one of them is not there. */
	partsOf(assigned: readonly Assigned[]): readonly Part[] | undefined {
		const parts = assigned.flatMap(entry => {
			const {namespace, name} = entry.container;
			const revision = this.revision(namespace, entry.revision);
			const tenant = this.tenants.of(namespace);
			const container = this.containers.get(`${namespace}/${name}`);
			return revision === undefined || container === undefined || tenant.kind !== 'valid'
				? [] : [{entry, revision, tenant, container}];
		});
		return parts.length === assigned.length ? parts : undefined;
	}

	contentOf(device: FemtoDevice, parts: readonly Part[]): DocumentContent {
		return {
			reportPeriodSeconds: this.#reportPeriodSeconds,
			wakeIntervalSeconds: device.spec.wakeIntervalSeconds,
			containers: parts.map(toDocumentContainer),
		};
	}

	revision(namespace: string, name: string): Revision | undefined {
		const object = this.#revisions.get(`${namespace}/${name}`);
		return object === undefined ? undefined : this.#decode(object);
	}

	/** The revisions of one FemtoContainer, oldest first. */
	revisionsOf(container: FemtoContainer): readonly Revision[] {
		const {namespace, uid} = container.metadata;
		return this.#revisions.list()
			.filter(({metadata}) => metadata.namespace === namespace
				&& metadata.ownerReferences?.some(owner => owner.uid === uid))
			.flatMap(object => this.#decode(object) ?? [])
			.toSorted((left, right) => left.number - right.number);
	}

	/** To be called when a revision is gone. */
	forgetRevision(uid: string): void {
		this.#decoded.delete(uid);
	}

	#decode(object: ControllerRevision): Revision | undefined {
		const uid = object.metadata.uid ?? '';
		if (!this.#decoded.has(uid)) {
			this.#decoded.set(uid, parseRevision(object));
		}
		return this.#decoded.get(uid);
	}
}

/** What the document says of one part; policies come from the spec as it is now, the rest from the revision. */
export function toDocumentContainer({entry, revision, tenant, container}: Part): DocumentContainer {
	const {faultPolicy, readiness, minReadySeconds} = container.spec;
	const action = faultActions.find(({name}) => name === faultPolicy.action)?.id ?? 0;
	return {
		tenant: tenant.grant.tenant,
		grant: tenant.bytes,
		assignment: {
			localId: entry.localId,
			statementDigest: revision.digest16,
			hooks: revision.hooks,
			parameters: revision.parameters,
			limits: {instructionsPerRun: revision.instructionsPerRun},
			faultPolicy: {maxFaults: faultPolicy.maxFaults, action},
			minRuns: readiness.minRuns ?? defaultMinRuns(revision.hooks),
			minReadySeconds,
		},
	};
}

function compareKeys(left: FemtoContainer, right: FemtoContainer): number {
	const first = `${left.metadata.namespace}/${left.metadata.name}`;
	const second = `${right.metadata.namespace}/${right.metadata.name}`;
	return first === second ? 0 : first < second ? -1 : 1;
}
