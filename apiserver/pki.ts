import {Buffer} from 'node:buffer';
import {createPrivateKey, webcrypto} from 'node:crypto';
import type * as X509 from '@peculiar/x509';
import type {Extension, X509Certificate} from '@peculiar/x509';
import {stringify} from 'yaml';

/** Certificates and keys as PEM. Whoever holds `caKey` can make himself an administrator. */
export interface Pki {
	readonly caCert: string;
	readonly caKey: string;
	readonly serverCert: string;
	readonly serverKey: string;
	readonly adminCert: string;
	readonly adminKey: string;
}

const validityYears = 10;
/** A clock that is behind ours must not find the certificates too young. */
const backdatedMs = 3_600_000;
const algorithm = {name: 'ECDSA', namedCurve: 'P-256'} as const;
const signingAlgorithm = {name: 'ECDSA', hash: 'SHA-256'} as const;
const localHosts = ['127.0.0.1', '::1', 'localhost'];
const isAddress = /^[\d.]+$|:/;

export interface PkiOptions {
	/** Names and addresses of the server besides those of this machine itself. */
	readonly hosts: readonly string[];
	readonly nowMs: number;
	/** An authority that clients trust already; a new one when absent. */
	readonly authority?: Authority;
}

export type Authority = Pick<Pki, 'caCert' | 'caKey'>;

/** A certificate authority, a server certificate and one of an administrator, valid for ten years. */
export async function makePki({hosts, nowMs, authority}: PkiOptions): Promise<Pki> {
	// Loaded only where certificates are made; it needs the first to be there before it is read itself.
	await import('reflect-metadata');
	const x509 = await import('@peculiar/x509');
	x509.cryptoProvider.set(webcrypto);
	const {KeyUsageFlags, ExtendedKeyUsage} = x509;
	const caKeys = authority === undefined ? await makeKeys() : await readKeys(authority, x509);
	const [serverKeys, adminKeys] = await Promise.all([makeKeys(), makeKeys()]);
	const notBefore = new Date(nowMs - backdatedMs);
	const notAfter = new Date(nowMs);
	notAfter.setUTCFullYear(notAfter.getUTCFullYear() + validityYears);
	const caName = [{CN: ['femtofleet-ca']}];
	const certify = async (subject: Subject, {publicKey}: CryptoPair, extensions: Extension[]): Promise<string> => {
		const certificate = await x509.X509CertificateGenerator.create({
			subject, issuer: caName, publicKey, signingKey: caKeys.privateKey, signingAlgorithm, notBefore, notAfter,
			extensions: [
				...extensions,
				await x509.SubjectKeyIdentifierExtension.create(publicKey),
				await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
			],
		});
		return pemOf(certificate);
	};
	const usage = (name: string): Extension[] => [
		new x509.BasicConstraintsExtension(false, undefined, true),
		new x509.KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
		new x509.ExtendedKeyUsageExtension([name]),
	];
	const names = [...new Set([...localHosts, ...hosts])];
	const alternatives = names.map((value) => ({type: isAddress.test(value) ? 'ip' : 'dns', value}) as const);
	return {
		caCert: authority?.caCert ?? await certify(caName, caKeys, [
			new x509.BasicConstraintsExtension(true, 0, true),
			new x509.KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
		]),
		caKey: authority?.caKey ?? await exportKey(caKeys),
		serverCert: await certify([{CN: ['femto-apiserver']}], serverKeys, [
			...usage(ExtendedKeyUsage.serverAuth),
			new x509.SubjectAlternativeNameExtension(alternatives),
		]),
		serverKey: await exportKey(serverKeys),
		adminCert: await certify([{O: ['system:masters']}, {CN: ['femto-admin']}], adminKeys, usage(ExtendedKeyUsage.clientAuth)),
		adminKey: await exportKey(adminKeys),
	};
}

type Subject = {readonly [key: string]: string[]}[];
type CryptoPair = Awaited<ReturnType<typeof makeKeys>>;

async function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
	return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function readKeys({caCert, caKey}: Authority, x509: typeof X509): Promise<CryptoPair> {
	const bytes = createPrivateKey(caKey).export({format: 'der', type: 'pkcs8'});
	return {
		privateKey: await webcrypto.subtle.importKey('pkcs8', bytes, algorithm, true, ['sign']),
		publicKey: await new x509.X509Certificate(caCert).publicKey.export(webcrypto),
	};
}

async function exportKey({privateKey}: CryptoPair): Promise<string> {
	const bytes = await webcrypto.subtle.exportKey('pkcs8', privateKey);
	const lines = Buffer.from(bytes).toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd();
	return `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`;
}

function pemOf(certificate: X509Certificate): string {
	return `${certificate.toString('pem').trimEnd()}\n`;
}

export interface KubeconfigOptions {
	/** URL of the API. */
	readonly server: string;
	readonly pki: Pki;
	/** What kubectl takes when no namespace is named. */
	readonly namespace: string;
}

/** A kubeconfig of the administrator with everything inside: whoever can read it may do everything. */
export function kubeconfigOf({server, pki, namespace}: KubeconfigOptions): string {
	const base64 = (text: string): string => Buffer.from(text).toString('base64');
	const name = 'femtofleet';
	const user = 'femto-admin';
	return stringify(
		{
			'apiVersion': 'v1',
			'kind': 'Config',
			'clusters': [{name, cluster: {'server': server, 'certificate-authority-data': base64(pki.caCert)}}],
			'users': [
				{name: user, user: {'client-certificate-data': base64(pki.adminCert), 'client-key-data': base64(pki.adminKey)}},
			],
			'contexts': [{name, context: {cluster: name, user, namespace}}],
			'current-context': name,
		},
		{lineWidth: 0},
	);
}
