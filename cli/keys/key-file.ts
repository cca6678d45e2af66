import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {bytesToHex, hexToBytes, publicKeyOf} from '../../protocol/crypto.ts';
import type {Random} from '../../runtime/random.ts';
import {UsageError} from '../fail.ts';
import {isNamespace, namespaceRule} from './namespace.ts';

/**
 * Keys as files of one line, `<kind> [<tenant id>] <64 hex digits>`, so that none passes for another:
 *
 *   root.key, root.pub              the fleet root: signs grants; belongs offline
 *   fleet.secret                    device keys come from it; the controller holds it
 *   tenants/<namespace>.key, .pub   sign statements
 */
const kinds = {
	'root.key': 'femto-root-secret-key',
	'root.pub': 'femto-root-public-key',
	'fleet.secret': 'femto-fleet-secret',
} as const;

export interface TenantKey {
	readonly tenant: number;
	/** Secret (from a `.key`) or public (from a `.pub`) key, 32 bytes. */
	readonly key: Uint8Array;
}

export function rootKeyFile(folder: string): string {
	return join(folder, 'root.key');
}

/** @throws UsageError for what is no namespace. */
export function tenantKeyFile(folder: string, namespace: string): string {
	if (!isNamespace(namespace)) {
		throw new UsageError(`Cannot use namespace ${JSON.stringify(namespace)}: ${namespaceRule} required`);
	}
	return join(folder, 'tenants', `${namespace}.key`);
}

/** Makes fleet root and fleet secret. @throws UsageError when one is there already. */
export function createFleetKeys(folder: string, random: Random): void {
	const secret = random.bytes(32);
	writeKey(join(folder, 'root.key'), `${kinds['root.key']} ${bytesToHex(secret)}`, 0o600);
	writeKey(join(folder, 'root.pub'), `${kinds['root.pub']} ${bytesToHex(publicKeyOf(secret))}`, 0o644);
	writeKey(join(folder, 'fleet.secret'), `${kinds['fleet.secret']} ${bytesToHex(random.bytes(32))}`, 0o600);
}

/** Makes the key pair of a tenant. @throws UsageError when it is there already. */
export function createTenantKey(folder: string, namespace: string, tenant: number, random: Random): void {
	const secret = random.bytes(32);
	const file = tenantKeyFile(folder, namespace);
	writeKey(file, `femto-tenant-secret-key ${tenant} ${bytesToHex(secret)}`, 0o600);
	writeKey(file.replace(/key$/, 'pub'), `femto-tenant-public-key ${tenant} ${bytesToHex(publicKeyOf(secret))}`, 0o644);
}

export function readFleetKey(folder: string, name: keyof typeof kinds): Uint8Array {
	const file = join(folder, name);
	const form = {pattern: new RegExp(`^${kinds[name]} ([0-9a-f]{64})\n$`), rule: `${kinds[name]} <64 hex digits>`};
	return hexToBytes(match(file, form, 'femto keys fleet')[1] ?? '');
}

export function readTenantKey(file: string, kind: 'secret' | 'public'): TenantKey {
	const form = {
		pattern: new RegExp(`^femto-tenant-${kind}-key ([0-9]{1,10}) ([0-9a-f]{64})\n$`),
		rule: `femto-tenant-${kind}-key <tenant id> <64 hex digits>`,
	};
	const [, tenant, hex] = match(file, form, 'femto keys tenant');
	return {tenant: Number(tenant), key: hexToBytes(hex ?? '')};
}

interface KeyForm {
	readonly pattern: RegExp;
	readonly rule: string;
}

function match(file: string, {pattern, rule}: KeyForm, maker: string): RegExpExecArray {
	if (!existsSync(file)) {
		throw new UsageError(`Cannot read key ${file}: no such file; ${maker} makes it`);
	}
	const found = pattern.exec(readFileSync(file, 'utf8'));
	if (found === null) {
		throw new UsageError(`Cannot read key ${file}: one line of the form "${rule}" required`);
	}
	return found;
}

function writeKey(file: string, line: string, mode: number): void {
	if (existsSync(file)) {
		throw new UsageError(`Cannot write key ${file}: it exists, and keys are never overwritten`);
	}
	mkdirSync(dirname(file), {recursive: true});
	writeFileSync(file, `${line}\n`, {mode, flag: 'wx'});
}
