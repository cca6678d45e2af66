import {generateKeyPairSync, randomBytes} from 'node:crypto';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {stringify} from 'yaml';
import {freePort} from '../../cli/up/free-port.ts';
import {assetsOf, findOracle} from './cache.ts';
import {openRawClient} from './http.ts';
import {startPrograms, type Programs} from './programs.ts';

export {findOracle} from './cache.ts';

/** Users beside the administrator: with RBAC they may do nothing until a test gives them a role. */
export const poorUsers = ['viewer', 'operator', 'author', 'controller'] as const;
export type PoorUser = (typeof poorUsers)[number];

export interface Oracle {
	/** File with everything inline; its user is in `system:masters`. */
	readonly kubeconfig: string;
	readonly url: string;
	readonly adminToken: string;
	/** Bearer tokens by the user's name in RBAC. */
	readonly tokens: Readonly<Record<PoorUser, string>>;
	/** PEM of the authority that signed the server's certificate. */
	readonly ca: string;
	/** Path of a kubeconfig of another user, in the same folder. */
	readonly kubeconfigOf: (user: PoorUser) => string;
	readonly controllers: boolean;
	/** Resolves when the server ends, asked or not. */
	readonly ended: Promise<void>;
	/** Asks the server to end, waits for it, and removes the folder unless the caller named it. */
	readonly stop: () => Promise<void>;
}

export interface OracleOptions {
	/** Keeps the data over restarts. Short: it holds a unix socket (107 bytes). */
	readonly folder?: string;
	/** The namespace controller and the garbage collector, default true; a kube-apiserver of KUBEBUILDER_ASSETS has none. */
	readonly controllers?: boolean;
	/** Further flags of kube-apiserver. */
	readonly flags?: readonly string[];
}

const patienceMs = 120_000;
const pollMs = 100;

/**
 * Starts the official kube-apiserver on a free port of the loopback, with RBAC and a token file, and waits until it is ready.
 * It ends with this process at the latest.
 * @throws Error when there is no binary, or it ends or is not ready within two minutes; the message holds its last lines.
 */
export async function startOracle({folder, controllers = true, flags = []}: OracleOptions = {}): Promise<Oracle> {
	const binary = findOracle();
	if (binary === undefined) throw new Error('Cannot start the official server: not in the cache; `npm run oracle` builds it');
	const home = folder ?? mkdtempSync(join(tmpdir(), 'oracle-'));
	mkdirSync(home, {recursive: true});
	const hasControllers = controllers && assetsOf('etcd') === undefined;
	const port = await freePort();
	const secrets = writeSecrets(home);
	const programs = startPrograms({
		binary,
		etcd: assetsOf('etcd'),
		folder: home,
		args: [...serverArguments(home, port), ...(hasControllers ? ['--controllers'] : []), ...flags],
	});
	const stop = async (): Promise<void> => {
		await programs.stop();
		if (folder === undefined) rmSync(home, {recursive: true, force: true});
	};
	const url = `https://127.0.0.1:${port}`;
	try {
		await waitUntilReady(url, programs);
	} catch (error) {
		await stop();
		throw error;
	}
	const ca = readFileSync(join(home, 'pki', 'apiserver.crt'), 'utf8');
	const write = (user: string, token: string): string => {
		const path = join(home, `${user}.kubeconfig`);
		writeFileSync(path, kubeconfigText({url, ca, user, token}), {mode: 0o600});
		return path;
	};
	const {admin: adminToken, ...tokens} = secrets;
	const kubeconfigOf = (user: PoorUser): string => write(user, tokens[user]);
	const kubeconfig = write('admin', adminToken);
	return {kubeconfig, url, adminToken, tokens, ca, kubeconfigOf, controllers: hasControllers, ended: programs.ended, stop};
}

/** Tokens of all users, and the key of service accounts; both stay as they are in a folder that is used again. */
function writeSecrets(folder: string): Readonly<Record<PoorUser | 'admin', string>> {
	const users = ['admin', ...poorUsers] as const;
	const tokens = Object.fromEntries(users.map((user) => [user, randomBytes(16).toString('hex')]));
	const rows = users.map((user) => `${tokens[user]},${user},${user}${user === 'admin' ? ',"system:masters"' : ''}`);
	writeFileSync(join(folder, 'tokens.csv'), `${rows.join('\n')}\n`, {mode: 0o600});
	const {privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'});
	writeFileSync(join(folder, 'accounts.pem'), privateKey.export({type: 'sec1', format: 'pem'}), {mode: 0o600});
	return tokens as Record<PoorUser | 'admin', string>;
}

function serverArguments(folder: string, port: number): readonly string[] {
	return [
		`--cert-dir=${join(folder, 'pki')}`,
		'--bind-address=127.0.0.1',
		'--advertise-address=127.0.0.1',
		`--secure-port=${port}`,
		'--service-cluster-ip-range=10.0.0.0/24',
		'--endpoint-reconciler-type=none',
		'--authorization-mode=RBAC',
		`--token-auth-file=${join(folder, 'tokens.csv')}`,
		'--service-account-issuer=https://oracle.invalid',
		`--service-account-key-file=${join(folder, 'accounts.pem')}`,
		`--service-account-signing-key-file=${join(folder, 'accounts.pem')}`,
		'--disable-admission-plugins=ServiceAccount',
	];
}

async function waitUntilReady(url: string, programs: Programs): Promise<void> {
	// Before its first answer the server has not written the certificate that says whom to trust.
	const client = openRawClient({server: url, namespace: 'default', tls: {insecure: true}, headers: async () => ({})});
	const deadline = performance.now() + patienceMs;
	let ended = false;
	void programs.ended.then(() => (ended = true));
	try {
		while (!(await isReady(client))) {
			const problem = ended ? 'it ended' : performance.now() > deadline ? `not ready in ${patienceMs / 1000} s` : undefined;
			if (problem !== undefined) throw new Error(`Cannot start the official server: ${problem}\n${programs.lastLines()}`);
			await pause(pollMs);
		}
	} finally {
		client.close();
	}
}

async function isReady(client: ReturnType<typeof openRawClient>): Promise<boolean> {
	try {
		return (await client.ask({method: 'GET', path: '/readyz'})).status === 200;
	} catch {
		// Nobody listens yet; the caller counts the time.
		return false;
	}
}

interface Identity {
	readonly url: string;
	readonly ca: string;
	readonly user: string;
	readonly token: string;
}

function kubeconfigText({url, ca, user, token}: Identity): string {
	const authority = Buffer.from(ca).toString('base64');
	return stringify({
		'apiVersion': 'v1',
		'kind': 'Config',
		'current-context': 'oracle',
		'contexts': [{name: 'oracle', context: {cluster: 'oracle', user}}],
		'clusters': [{name: 'oracle', cluster: {'server': url, 'certificate-authority-data': authority}}],
		'users': [{name: user, user: {token}}],
	});
}
