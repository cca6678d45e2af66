import type {KubeObject} from './types.ts';

/** `namespace/name`, or `name` for a cluster-scoped object: the key of caches and queues. */
export function keyOf({metadata: {namespace, name}}: KubeObject): string {
	return makeKey(name, namespace);
}

export function makeKey(name: string, namespace?: string): string {
	return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

export function splitKey(key: string): {readonly namespace?: string; readonly name: string} {
	const slash = key.indexOf('/');
	return slash < 0 ? {name: key} : {namespace: key.slice(0, slash), name: key.slice(slash + 1)};
}

/** A resourceVersion as a number; 0 when absent. Versions of one resource are comparable (KEP-5504). */
export function versionOf({metadata: {resourceVersion}}: KubeObject): number {
	return Number(resourceVersion ?? 0);
}
