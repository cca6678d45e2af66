import {X509Certificate} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {makePki, type Pki} from '../../apiserver/mod.ts';
import {systemClock} from '../../runtime/system.ts';
import {messageOf, UsageError} from '../fail.ts';

const files: Readonly<Record<keyof Pki, string>> = {
	caCert: 'ca.crt', caKey: 'ca.key', serverCert: 'server.crt', serverKey: 'server.key',
	adminCert: 'admin.crt', adminKey: 'admin.key',
};
const names = Object.keys(files) as (keyof Pki)[];

/**
 * The certificates in the folder, made when they are missing: a kubeconfig stays good over restarts. When they do not name
 * `host`, or are too old, the same authority makes new ones. @throws UsageError for files that hold no certificates.
 */
export async function openPki(folder: string, host: string): Promise<Pki> {
	const kept = names.every((name) => existsSync(join(folder, files[name]))) ? readPki(folder) : undefined;
	const nowMs = systemClock.now();
	if (kept !== undefined && isGood(kept, host, nowMs)) {
		return kept;
	}
	const made = await makePki({hosts: [host], nowMs, ...(kept && {authority: kept})});
	replaceFolder(folder, made);
	return made;
}

function readPki(folder: string): Pki {
	try {
		const texts = names.map((name) => [name, readFileSync(join(folder, files[name]), 'utf8')]);
		const kept = Object.fromEntries(texts) as unknown as Pki;
		[kept.caCert, kept.serverCert, kept.adminCert].forEach((pem) => new X509Certificate(pem));
		return kept;
	} catch (cause) {
		const advice = 'without the folder new ones are made';
		throw new UsageError(`Cannot read certificates in ${folder}: ${messageOf(cause)}; ${advice}`, {cause});
	}
}

function isGood({serverCert, adminCert}: Pki, host: string, nowMs: number): boolean {
	const [server, admin] = [new X509Certificate(serverCert), new X509Certificate(adminCert)];
	const isNamed = host === '0.0.0.0' || host === '::' || (server.checkIP(host) ?? server.checkHost(host)) !== undefined;
	return isNamed && [server, admin].every(({validTo}) => Date.parse(validTo) > nowMs);
}

/** All files at once: whoever is killed meanwhile leaves no key without its certificate. */
function replaceFolder(folder: string, pki: Pki): void {
	const next = `${folder}.new`;
	try {
		rmSync(next, {recursive: true, force: true});
		mkdirSync(next, {recursive: true, mode: 0o700});
		names.forEach((name) => writeFileSync(join(next, files[name]), pki[name], {mode: 0o600}));
		rmSync(folder, {recursive: true, force: true});
		renameSync(next, folder);
	} catch (cause) {
		throw new UsageError(`Cannot write certificates to ${folder}: ${messageOf(cause)}`, {cause});
	}
}
