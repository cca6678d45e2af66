import {existsSync, readFileSync} from 'node:fs';
import {delimiter, join, resolve} from 'node:path';
import type {Result} from '../../protocol/result.ts';
import {credentialsOf, tokenFromFile} from './config/credentials.ts';
import {ConfigProblem, type Fields} from './config/fields.ts';
import {mergeConfigs, readConfig, type KubeConfig} from './config/files.ts';
import type {Credentials} from './config/plugin.ts';

export interface KubeConfigOptions {
	/** What the user names; nothing else is looked at then. */
	readonly kubeconfig?: string;
	/** Instead of the current context. */
	readonly context?: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** The user's home folder. */
	readonly home: string;
	readonly cwd: string;
	/** Where a pod finds its service account. */
	readonly serviceAccount?: string;
}

/**
 * Where the API is, and as whom to ask it. `headers` is to be asked per request, since tokens change; so is `certificate`,
 * which goes before the one in `tls`.
 */
export interface KubeConnection extends Credentials {
	/** `http(s)://HOST[:PORT][/PATH]`, no slash at the end. */
	readonly server: string;
	/** Of the context; `default` when it names none. */
	readonly namespace: string;
	/** Absent in a cluster. */
	readonly context?: string;
	readonly tls: KubeTls;
}

/** PEM throughout. */
export interface KubeTls {
	/** Whom to trust; absent: the system's authorities. */
	readonly ca?: string;
	readonly cert?: string;
	readonly key?: string;
	/** The name to ask for and to check, where it is not the host of the URL. */
	readonly serverName?: string;
	/** Trust whoever answers. */
	readonly insecure?: true;
}

const podFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Looks in this order, and takes the first that is there: `kubeconfig`, `$KUBECONFIG` (files that are merged),
 * `./.femto/kubeconfig`, `~/.kube/config`, the service account of a pod. The error names file, field and rule.
 */
export function loadKubeConfig(options: KubeConfigOptions): Result<KubeConnection> {
	try {
		const config = findConfig(options);
		return {ok: true, value: config === undefined ? inCluster(options) : connectionOf(config, options.context)};
	} catch (error) {
		if (error instanceof ConfigProblem) {
			return {ok: false, error: error.message};
		}
		throw error;
	}
}

function findConfig({kubeconfig, env, home, cwd}: KubeConfigOptions): KubeConfig | undefined {
	if (kubeconfig !== undefined) {
		return demand([resolve(cwd, kubeconfig)], '--kubeconfig');
	}
	const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter(path => path !== '');
	if (listed.length > 0) {
		return demand(listed.map(path => resolve(cwd, path)), '$KUBECONFIG');
	}
	return readConfig(join(cwd, '.femto', 'kubeconfig')) ?? readConfig(join(home, '.kube', 'config'));
}

/** Of several some may be missing, as for kubectl, but not all. */
function demand(paths: readonly string[], origin: string): KubeConfig {
	const found = paths.map(readConfig).filter(config => config !== undefined);
	if (found.length === 0) {
		throw new ConfigProblem(`Cannot read kubeconfig ${paths.join(', ')} of ${origin}: no such file`);
	}
	return mergeConfigs(found);
}

function connectionOf(config: KubeConfig, wanted: string | undefined): KubeConnection {
	const context = wanted ?? config.currentContext;
	if (context === undefined) {
		throw new ConfigProblem(`${config.source}: current-context is not set; --context names another`);
	}
	const fields = lookUp(config, 'contexts', 'context', context);
	const cluster = lookUp(config, 'clusters', 'cluster', fields.required('cluster'));
	const userName = fields.text('user');
	const user = userName === undefined ? undefined : lookUp(config, 'users', 'auth info', userName);
	if (cluster.text('proxy-url') !== undefined) {
		throw cluster.problem('proxy-url', 'not supported');
	}
	return {
		server: serverOf(cluster),
		namespace: fields.text('namespace') ?? 'default',
		context,
		tls: tlsOf(cluster, user),
		...credentialsOf(user),
	};
}

/** In kubectl's words. */
function lookUp(config: KubeConfig, list: 'clusters' | 'users' | 'contexts', word: string, name: string): Fields {
	const entry = config[list].get(name);
	if (entry === undefined) {
		throw new ConfigProblem(`${word} ${JSON.stringify(name)} does not exist in ${config.source}`);
	}
	return entry;
}

function serverOf(cluster: Fields): string {
	const text = cluster.required('server');
	const url = URL.parse(text);
	if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '' || url.username !== '') {
		throw cluster.problem('server', `${JSON.stringify(text)} is not http(s)://HOST[:PORT][/PATH]`);
	}
	return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function tlsOf(cluster: Fields, user: Fields | undefined): KubeTls {
	const insecure = cluster.flag('insecure-skip-tls-verify');
	const ca = insecure ? undefined : cluster.pem('certificate-authority');
	const serverName = cluster.text('tls-server-name');
	const [cert, key] = [user?.pem('client-certificate'), user?.pem('client-key')];
	if (user !== undefined && (cert === undefined) !== (key === undefined)) {
		throw user.problem(cert === undefined ? 'client-certificate' : 'client-key', 'required with its other half');
	}
	return {
		...(ca !== undefined && {ca}),
		...(cert !== undefined && key !== undefined && {cert, key}),
		...(serverName !== undefined && {serverName}),
		...(insecure && {insecure}),
	};
}

/** What kubelet puts into each pod; the token in its file changes. */
function inCluster({context, env, serviceAccount = podFolder}: KubeConfigOptions): KubeConnection {
	const [host, port] = [env['KUBERNETES_SERVICE_HOST'], env['KUBERNETES_SERVICE_PORT']];
	const token = join(serviceAccount, 'token');
	if (host === undefined || port === undefined || !existsSync(token)) {
		throw new ConfigProblem('Cannot find a cluster: --kubeconfig FILE, $KUBECONFIG, ./.femto/kubeconfig (femto up makes it), '
			+ '~/.kube/config or the service account of a pod required');
	}
	if (context !== undefined) {
		throw new ConfigProblem(`context ${JSON.stringify(context)} does not exist: a pod has no kubeconfig`);
	}
	const ca = podFile(serviceAccount, 'ca.crt');
	return {
		server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
		namespace: podFile(serviceAccount, 'namespace')?.trim() ?? 'default',
		tls: ca === undefined ? {} : {ca},
		headers: tokenFromFile(token),
	};
}

function podFile(folder: string, name: string): string | undefined {
	const path = join(folder, name);
	return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
