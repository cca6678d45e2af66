import {readFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {parse} from 'yaml';
import {ConfigProblem, Fields} from './fields.ts';

/** A kubeconfig, or several as one. */
export interface KubeConfig {
	/** Names the files in messages. */
	readonly source: string;
	readonly currentContext: string | undefined;
	readonly clusters: ReadonlyMap<string, Fields>;
	readonly users: ReadonlyMap<string, Fields>;
	readonly contexts: ReadonlyMap<string, Fields>;
}

/** Merges as kubectl does: of two entries with one name, and of two current contexts, the first holds. */
export function mergeConfigs(configs: readonly KubeConfig[]): KubeConfig {
	const merge = (kind: 'clusters' | 'users' | 'contexts') =>
		new Map(configs.toReversed().flatMap(config => [...config[kind]]));
	return {
		source: configs.map(({source}) => source).join(', '),
		currentContext: configs.find(({currentContext}) => currentContext !== undefined)?.currentContext,
		clusters: merge('clusters'),
		users: merge('users'),
		contexts: merge('contexts'),
	};
}

/** Undefined when there is no such file. @throws ConfigProblem */
export function readConfig(path: string): KubeConfig | undefined {
	const text = readText(path);
	if (text === undefined) {
		return undefined;
	}
	const fields = new Fields(parseYaml(text, path) ?? {}, path, dirname(path));
	return {
		source: path,
		currentContext: fields.text('current-context'),
		clusters: fields.named('clusters', 'cluster'),
		users: fields.named('users', 'user'),
		contexts: fields.named('contexts', 'context'),
	};
}

function readText(path: string): string | undefined {
	try {
		return readFileSync(path, 'utf8');
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		if (code === 'ENOENT') {
			return undefined;
		}
		throw new ConfigProblem(`Cannot read kubeconfig ${path}: ${code}`, {cause: error});
	}
}

function parseYaml(text: string, path: string): unknown {
	try {
		return parse(text, {logLevel: 'error'});
	} catch (error) {
		// The library's message ends in an excerpt of the file, which may hold a key.
		const [line = ''] = String((error as Error).message).split('\n');
		throw new ConfigProblem(`${path}: not YAML: ${line.replace(/:$/, '')}`, {cause: error});
	}
}
