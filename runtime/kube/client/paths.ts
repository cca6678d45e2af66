import type {DeleteOptions, ListOptions, WatchOptions, WriteOptions} from '../api.ts';
import {KubeError} from '../errors.ts';
import type {ResourceRef} from '../types.ts';

type Query = Readonly<Record<string, string>>;

/** `/api/v1/…` or `/apis/GROUP/VERSION/…`. */
export function collectionPath({group, version, plural, namespace}: ResourceRef): string {
	const root = group === '' ? `/api/${segment(version)}` : `/apis/${segment(group)}/${segment(version)}`;
	return `${root}${namespace === undefined ? '' : `/namespaces/${segment(namespace)}`}/${segment(plural)}`;
}

export function objectPath(ref: ResourceRef, name: string, subresource?: string): string {
	return `${collectionPath(ref)}/${segment(name)}${subresource === undefined ? '' : `/${subresource}`}`;
}

/** @throws KubeError 400 for what would be another path: an empty name is the collection, `..` leads out of it. */
function segment(name: string): string {
	if (name === '' || name === '.' || name === '..' || /[/%]/.test(name)) {
		const rule = 'a name must not be empty, ".", or "..", nor contain "/" or "%"';
		throw new KubeError({code: 400, reason: 'BadRequest', message: `invalid path segment ${JSON.stringify(name)}: ${rule}`});
	}
	return encodeURIComponent(name);
}

export function listQuery(options: ListOptions): Query {
	const {labelSelector, fieldSelector, limit, resourceVersion, resourceVersionMatch} = options;
	return query({
		labelSelector,
		fieldSelector,
		limit,
		continue: options.continue,
		resourceVersion: resourceVersion === '' ? undefined : resourceVersion,
		resourceVersionMatch,
	});
}

/** Bookmarks are always asked for: without them a quiet watch can't be told from a dead one. */
export function watchQuery(options: Omit<WatchOptions, 'signal'>): Query {
	const {resourceVersion, labelSelector, fieldSelector, timeoutSeconds, sendInitialEvents} = options;
	return query({
		watch: true,
		allowWatchBookmarks: true,
		resourceVersion: resourceVersion === '' ? undefined : resourceVersion,
		labelSelector,
		fieldSelector,
		timeoutSeconds,
		...(sendInitialEvents === true && {sendInitialEvents, resourceVersionMatch: 'NotOlderThan'}),
	});
}

export function writeQuery({dryRun, fieldManager, fieldValidation}: WriteOptions): Query {
	return query({dryRun: dryRun === true ? 'All' : undefined, fieldManager, fieldValidation});
}

/** `metav1.DeleteOptions`: the whole of it goes in the body, with the policy named, as kinds differ in their default. */
export function deleteBody({dryRun, preconditions, propagationPolicy = 'Background'}: DeleteOptions): unknown {
	return {
		apiVersion: 'v1',
		kind: 'DeleteOptions',
		propagationPolicy,
		...(preconditions !== undefined && {preconditions}),
		...(dryRun === true && {dryRun: ['All']}),
	};
}

function query(fields: Readonly<Record<string, string | number | boolean | undefined>>): Query {
	const present = Object.entries(fields).filter(([, value]) => value !== undefined);
	return Object.fromEntries(present.map(([name, value]) => [name, String(value)]));
}
