import {homedir} from 'node:os';
import type {Command} from 'commander';
import {createKubeClient, type KubeClient} from '../runtime/kube/client.ts';
import {loadKubeConfig} from '../runtime/kube/config.ts';
import type {Log} from '../runtime/log.ts';
import {systemClock, systemRandom} from '../runtime/system.ts';
import {CommandError} from './fail.ts';

/** As kubectl has them. */
export interface ConnectionOptions {
	readonly kubeconfig?: string;
	readonly context?: string;
	readonly namespace?: string;
	readonly allNamespaces?: boolean;
}

export interface Connection {
	/** Whoever connects closes it. */
	readonly client: KubeClient;
	/** Address of the API server. */
	readonly server: string;
	/** The one of the options, else of the context; `allNamespaces` is the caller's to heed. */
	readonly namespace: string;
}

/** Adds `--kubeconfig`, `--context`, `-n` and `-A`. */
export function addConnectionOptions(command: Command): Command {
	return addNamespaceOptions(command).option('-A, --all-namespaces', 'all namespaces, whatever -n says');
}

/** Adds `--kubeconfig`, `--context` and `-n`: for what names its objects. */
export function addNamespaceOptions(command: Command): Command {
	return addServerOptions(command).option('-n, --namespace <name>', 'namespace (default: the one of the context)');
}

/** Adds `--kubeconfig` and `--context`: for what has no namespace of its own. */
export function addServerOptions(command: Command): Command {
	return command
		.option('--kubeconfig <file>', 'how to reach the API (default: $KUBECONFIG, ./.femto/kubeconfig, ~/.kube/config)')
		.option('--context <name>', 'context of the kubeconfig (default: its current one)');
}

/** Asks nobody yet: what can't be reached is told by the first request. @throws CommandError for a bad kubeconfig */
export function connect({kubeconfig, context, namespace}: ConnectionOptions, log?: Log): Connection {
	const found = loadKubeConfig({
		...(kubeconfig !== undefined && {kubeconfig}), ...(context !== undefined && {context}),
		env: process.env, home: homedir(), cwd: process.cwd(),
	});
	if (!found.ok) {
		throw new CommandError(found.error);
	}
	const client = createKubeClient(found.value, {clock: systemClock, random: systemRandom, ...(log && {log})});
	return {client, server: found.value.server, namespace: namespace ?? found.value.namespace};
}
