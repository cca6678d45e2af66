import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {pbkdf2Sync} from 'node:crypto';
import {join} from 'node:path';
import {makePki} from '../../apiserver/mod.ts';
import type {Random} from '../../runtime/random.ts';
import {UsageError} from '../fail.ts';

export interface BrokerFilesOptions {
	readonly folder: string;
	/** Names and addresses under which programs reach the broker. */
	readonly hosts: readonly string[];
	/** Each has an account of its name, beside `controller`. */
	readonly bridges: readonly string[];
	readonly random: Random;
	readonly nowMs: number;
}

/**
 * Writes what Mosquitto and its clients need for TLS and passwords: `ca.crt`, `tls.crt`, `tls.key`, `passwords`, and
 * `<account>.password` each. The authority's key is not kept: other names or bridges take a new set.
 * @throws UsageError when the folder is there already, or a name is none of an account.
 */
export async function createBrokerFiles({folder, hosts, bridges, random, nowMs}: BrokerFilesOptions): Promise<void> {
	if (existsSync(folder)) {
		throw new UsageError(`Cannot write to ${folder}: it exists, and keys are never overwritten`);
	}
	const accounts = ['controller', ...bridges];
	const bad = accounts.find((name, index) => !/^[a-z0-9-]{1,23}$/.test(name) || accounts.indexOf(name) !== index);
	if (bad !== undefined) {
		throw new UsageError(`Cannot use --bridge ${bad}: 1 to 23 characters of a-z, 0-9 and -, each once, not controller`);
	}
	const {caCert, serverCert, serverKey} = await makePki({hosts, nowMs});
	const passwords = accounts.map((name) => [name, Buffer.from(random.bytes(24)).toString('base64url')] as const);
	mkdirSync(folder, {recursive: true, mode: 0o700});
	const write = (name: string, text: string): void =>
		writeFileSync(join(folder, name), text, {mode: 0o600, flag: 'wx'});
	write('ca.crt', caCert);
	write('tls.crt', serverCert);
	write('tls.key', serverKey);
	write('passwords', passwords.map(([name, password]) => `${name}:${hashPassword(password, random)}\n`).join(''));
	passwords.forEach(([name, password]) => write(`${name}.password`, `${password}\n`));
}

const iterations = 20_000;

/** As `mosquitto_passwd` writes it: PBKDF2 with HMAC-SHA-512. */
function hashPassword(password: string, random: Random): string {
	const salt = Buffer.from(random.bytes(12));
	const hash = pbkdf2Sync(password, salt, iterations, 64, 'sha512');
	return `$7$${iterations}$${salt.toString('base64')}$${hash.toString('base64')}`;
}
