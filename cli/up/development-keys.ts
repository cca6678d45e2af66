import {existsSync, readdirSync} from 'node:fs';
import {dirname} from 'node:path';
import {publicKeyOf} from '../../protocol/crypto.ts';
import {helpers} from '../../protocol/schema/helpers.ts';
import {hooks} from '../../protocol/schema/hooks.ts';
import type {Random} from '../../runtime/random.ts';
import {
	createFleetKeys, createTenantKey, readFleetKey, readTenantKey, rootKeyFile, tenantKeyFile, type TenantKey,
} from '../keys/key-file.ts';
import {tenantManifest} from '../keys/tenant-manifest.ts';
import type {JsonObject} from '../yaml.ts';

/** A throw-away key set that grants every namespace everything: for one machine and its emulated devices. */
export interface DevelopmentKeys {
	readonly rootPublicKey: Uint8Array;
	readonly fleetSecret: Uint8Array;
	/** Whether the set was made just now. */
	readonly isNew: boolean;
	/** The key that signs for a namespace; made when there is none. */
	readonly keyOf: (namespace: string) => TenantKey;
	/** FemtoTenants of all namespaces that have a key. */
	readonly tenants: () => JsonObject[];
}

export function openDevelopmentKeys(folder: string, random: Random): DevelopmentKeys {
	const isNew = !existsSync(rootKeyFile(folder));
	if (isNew) {
		createFleetKeys(folder, random);
	}
	const rootSecretKey = readFleetKey(folder, 'root.key');
	return {
		rootPublicKey: publicKeyOf(rootSecretKey),
		fleetSecret: readFleetKey(folder, 'fleet.secret'),
		isNew,
		keyOf: (namespace) => {
			const file = tenantKeyFile(folder, namespace);
			if (!existsSync(file)) {
				createTenantKey(folder, namespace, namespacesIn(folder).length + 1, random);
			}
			return readTenantKey(file, 'secret');
		},
		tenants: () => namespacesIn(folder).map((namespace) => developmentTenant(rootSecretKey, folder, namespace)),
	};
}

function namespacesIn(folder: string): string[] {
	const tenants = dirname(tenantKeyFile(folder, 'any'));
	return existsSync(tenants) ? readdirSync(tenants).flatMap((name) => /^(.*)\.key$/.exec(name)?.[1] ?? []).sort() : [];
}

function developmentTenant(rootSecretKey: Uint8Array, folder: string, namespace: string): JsonObject {
	const {tenant, key} = readTenantKey(tenantKeyFile(folder, namespace), 'secret');
	const grant = {
		tenant,
		namespace,
		sequence: 1,
		keys: [publicKeyOf(key)],
		hooks: hooks.map(({id}) => id),
		permissions: helpers.reduce((mask, {number}) => mask + 2 ** number, 0),
		quotas: {containers: 31, ramBytes: 65_536, instructionsPerRun: 1_000_000, keys: 64},
	};
	return tenantManifest(rootSecretKey, {grant, deviceLabels: {}});
}
