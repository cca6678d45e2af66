import {openStore} from '../../../apiserver/mod.ts';
import {crds} from '../../../protocol/generated/crds.ts';
import type {FemtoContainer, FemtoDevice, FemtoTenant} from '../../../protocol/generated/resources.ts';
import {systemClock, systemRandom} from '../../../runtime/system.ts';

/** What a device says that it is assigned: the line that SIGUSR1 brings. */
export interface OwnAssignment {
	readonly id: string;
	readonly acceptedGeneration: number;
	readonly containers: readonly OwnContainer[];
}

export interface OwnContainer {
	readonly localId: number;
	readonly digest: string;
	readonly state: string;
	readonly generation: number;
}

export interface StoreContents {
	readonly tenants: readonly FemtoTenant[];
	readonly containers: readonly FemtoContainer[];
	readonly devices: readonly FemtoDevice[];
}

/** Reads the store of a controller that has ended. */
export async function readStore(path: string): Promise<StoreContents> {
	const store = openStore({path, clock: systemClock, random: systemRandom, crds});
	const ref = {group: 'femtofleet.dev', version: 'v1alpha1'};
	try {
		return {
			tenants: (await store.list<FemtoTenant>({...ref, plural: 'femtotenants'})).items,
			containers: (await store.list<FemtoContainer>({...ref, plural: 'femtocontainers'})).items,
			devices: (await store.list<FemtoDevice>({...ref, plural: 'femtodevices'})).items,
		};
	} finally {
		store.close();
	}
}

/**
 * What must be equal after two runs with the same changes, however often a program was killed in one of them: every
 * spec; of every device its labels, and for each container by name what is assigned (revision and statement), what the
 * store says of it, and what the device itself says (statement and state).
 *
 * Left out is what depends on the moment, and what must agree inside one run is checked there instead:
 * - Local ids name a container on one device only. The first free one is given in the order in which rollouts reach
 *   the device, and rollouts run beside each other. They join assigned, reported and own container; a container that
 *   is not found under its local id in all three is null in the dump.
 * - desiredGeneration and sinceGeneration count the documents of a device. Changes that meet in one document count
 *   once, and a report ahead of the store or a challenge raises the number; so only their order is promised. The device
 *   itself must have accepted exactly what is desired (`isCurrent`); the store may name an earlier acceptedGeneration,
 *   which alone is not worth a write.
 * - The generation of a container counts its installs on that device; a power cut may make one more. Store and device
 *   must name the same one (`sameGeneration`).
 * - uids, resourceVersions, times, counters and messages are of one run.
 */
export function canonicalDump({tenants, containers, devices}: StoreContents, own: readonly OwnAssignment[]): string {
	const dump = {
		tenants: tenants.map(({metadata: {name}, spec}) => ({name, spec})).sort(byName),
		containers: containers.map(({metadata, spec, status}) => ({
			name: `${metadata.namespace}/${metadata.name}`,
			spec,
			ready: status?.observedGeneration === metadata.generation
				&& status?.conditions?.find(({type}) => type === 'Ready')?.status === 'True',
			revisions: [status?.currentRevision, status?.updatedRevision],
			counts: [status?.counts?.matched, status?.counts?.updated, status?.counts?.ready, status?.counts?.failed],
		})).sort(byName),
		devices: devices.map((device) => dumpDevice(device, own.find(({id}) => id === device.metadata.name))).sort(byName),
	};
	return `${JSON.stringify(dump, sortKeys, '\t')}\n`;
}

function dumpDevice({metadata, spec, status = {}}: FemtoDevice, own: OwnAssignment | undefined) {
	const {assigned = [], containers = [], desiredGeneration} = status;
	return {
		name: metadata.name,
		labels: metadata.labels,
		spec,
		isCurrent: own?.acceptedGeneration === desiredGeneration,
		reported: containers.length,
		owned: own?.containers.length ?? null,
		assigned: assigned.map(({container, revision, statementDigest, localId}) => {
			const reported = containers.find((entry) => entry.localId === localId);
			const held = own?.containers.find((entry) => entry.localId === localId);
			return {
				name: `${container.namespace}/${container.name}`, revision, statementDigest,
				reported: reported === undefined ? null : {digest: reported.statementDigest, state: reported.state},
				own: held === undefined ? null : {digest: held.digest, state: held.state},
				sameGeneration: reported !== undefined && reported.generation === held?.generation,
			};
		}).sort(byName),
	};
}

function byName(left: {readonly name: string}, right: {readonly name: string}): number {
	return left.name < right.name ? -1 : Number(left.name > right.name);
}

/** JSON.stringify with the keys of each object in order. */
function sortKeys(_key: string, value: unknown): unknown {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
	return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}
