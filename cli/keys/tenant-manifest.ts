import {Buffer} from 'node:buffer';
import type {Grant} from '../../protocol/generated/messages.ts';
import {signGrant} from '../../protocol/grant.ts';
import type {JsonObject} from '../yaml.ts';

export interface TenantOptions {
	readonly grant: Grant;
	/** Devices on which the tenant may run containers; empty = all. */
	readonly deviceLabels: Readonly<Record<string, string>>;
}

/** The FemtoTenant with a grant that the fleet root has signed; it is named like its namespace. */
export function tenantManifest(rootSecretKey: Uint8Array, {grant, deviceLabels}: TenantOptions): JsonObject {
	return {
		apiVersion: 'femtofleet.dev/v1alpha1',
		kind: 'FemtoTenant',
		metadata: {name: grant.namespace},
		spec: {
			namespace: grant.namespace,
			deviceSelector: Object.keys(deviceLabels).length === 0 ? {} : {matchLabels: deviceLabels},
			grant: Buffer.from(signGrant(rootSecretKey, grant)).toString('base64'),
		},
	};
}
