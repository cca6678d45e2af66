import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {makePki, type Pki} from '../../apiserver/mod.ts';
import {systemClock} from '../../runtime/system.ts';

const files: Readonly<Record<keyof Pki, string>> = {
	caCert: 'ca.crt', caKey: 'ca.key', serverCert: 'server.crt', serverKey: 'server.key',
	adminCert: 'admin.crt', adminKey: 'admin.key',
};

/** The certificates in the folder, made when they are missing: a kubeconfig stays good over restarts. */
export async function openPki(folder: string): Promise<Pki> {
	const names = Object.keys(files) as (keyof Pki)[];
	if (!names.every((name) => existsSync(join(folder, files[name])))) {
		const made = await makePki({hosts: [], nowMs: systemClock.now()});
		mkdirSync(folder, {recursive: true, mode: 0o700});
		names.forEach((name) => writeFileSync(join(folder, files[name]), made[name], {mode: 0o600}));
	}
	return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, files[name]), 'utf8')])) as unknown as Pki;
}
