import type {KubeApi} from './api.ts';
import {isKubeError} from './errors.ts';
import type {KubeObject, ResourceRef} from './types.ts';

export const leases: ResourceRef = {group: 'coordination.k8s.io', version: 'v1', plural: 'leases'};

export interface Lease extends KubeObject {
	readonly spec?: LeaseSpec;
}

export interface LeaseSpec {
	/** Absent: nobody. */
	readonly holderIdentity?: string;
	readonly leaseDurationSeconds?: number;
	readonly acquireTime?: string;
	readonly renewTime?: string;
	/** Grows with every new term, so a greater number is a later leader. */
	readonly leaseTransitions?: number;
}

/** A lease and since when, by the local clock, it has looked like this: the times in it are of another clock. */
export interface Observation {
	readonly lease: Lease;
	readonly sinceMs: number;
}

export function observe(before: Observation | undefined, lease: Lease, nowMs: number): Observation {
	const isUnchanged = before !== undefined && JSON.stringify(before.lease.spec) === JSON.stringify(lease.spec);
	return {lease, sinceMs: isUnchanged ? before.sinceMs : nowMs};
}

/** Whether another may take the lease: nobody has it, or it was not renewed for as long as it lasts. */
export function isFree({lease: {spec}, sinceMs}: Observation, nowMs: number): boolean {
	return (spec?.holderIdentity ?? '') === '' || nowMs >= sinceMs + (spec?.leaseDurationSeconds ?? 0) * 1000;
}

/** `metav1.MicroTime`: RFC 3339 with six digits of fraction. */
export function formatMicroTime(epochMs: number): string {
	return `${new Date(epochMs).toISOString().slice(0, -1)}000Z`;
}

/** Undefined when there is none. */
export async function readLease(api: KubeApi, ref: ResourceRef, name: string): Promise<Lease | undefined> {
	try {
		return await api.get<Lease>(ref, name);
	} catch (error) {
		if (isKubeError(error, 'NotFound')) {
			return undefined;
		}
		throw error;
	}
}

/** Writes over `before`, or makes the lease; refused with a conflict when another did so in between. */
export function writeLease(
	api: KubeApi, ref: ResourceRef, name: string, before: Lease | undefined, spec: LeaseSpec,
): Promise<Lease> {
	if (before !== undefined) {
		return api.replace<Lease>(ref, {...before, spec});
	}
	const metadata = {name, ...(ref.namespace !== undefined && {namespace: ref.namespace})};
	return api.create<Lease>(ref, {apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec});
}
