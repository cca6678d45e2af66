import type {RequestOptions} from 'node:https';
import type {Fields} from './fields.ts';

/** Who asks, to the server. */
export interface Credentials {
	/** Names in lower case. */
	readonly headers: (nowMs: number) => Promise<Record<string, string>>;
	readonly certificate?: () => Promise<ClientCertificate | undefined>;
}

/** PEM. */
export interface ClientCertificate {
	readonly cert: string;
	readonly key: string;
}

/**
 * Credentials of a program (`exec`) or provider (`auth-provider`). @kubernetes/client-node knows them, and keeps what they
 * gave until it expires. It is loaded with the first request: half a second that nobody else shall wait for.
 */
export function pluginCredentials(user: Fields): Credentials {
	const ask = lazily(async () => {
		const {KubeConfig} = await import('@kubernetes/client-node');
		const config = new KubeConfig();
		config.loadFromString(JSON.stringify(onlyUser(user)));
		return async (): Promise<RequestOptions> => {
			const options: RequestOptions = {headers: {}};
			try {
				await config.applyToHTTPSOptions(options);
			} catch (cause) {
				const text = cause instanceof Error ? cause.message.trim() : String(cause);
				throw new Error(`Cannot get credentials of ${user.where}: ${text}`, {cause});
			}
			return options;
		};
	});
	return {
		headers: async () => {
			const {authorization} = lowerCase((await (await ask())()).headers);
			return authorization === undefined ? {} : {authorization};
		},
		certificate: async () => {
			const {cert, key} = await (await ask())();
			return typeof cert === 'string' && typeof key === 'string' ? {cert, key} : undefined;
		},
	};
}

/** A whole kubeconfig with nothing in it but this user's plugin. */
function onlyUser({raw}: Fields): unknown {
	const user = {exec: raw['exec'], 'auth-provider': raw['auth-provider']};
	return {
		apiVersion: 'v1', kind: 'Config', 'current-context': 'c',
		clusters: [{name: 'c', cluster: {server: 'https://127.0.0.1'}}],
		users: [{name: 'c', user}],
		contexts: [{name: 'c', context: {cluster: 'c', user: 'c'}}],
	};
}

function lowerCase(headers: RequestOptions['headers']): Readonly<Record<string, string>> {
	return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
	let made: Promise<T> | undefined;
	return () => (made ??= make());
}
