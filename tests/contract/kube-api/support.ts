import assert from 'node:assert/strict';
import type {KubeApi, WatchEvent, WatchOptions} from '../../../runtime/kube/api.ts';
import {KubeError} from '../../../runtime/kube/errors.ts';
import type {KubeObject, ResourceRef} from '../../../runtime/kube/types.ts';

/** A server of its own with the project's definitions. `close` ends it. */
export interface KubeApiUnderTest {
	readonly api: KubeApi;
	close(): Promise<void>;
}

export interface Loose extends KubeObject {
	readonly spec?: Readonly<Record<string, unknown>>;
	readonly status?: Readonly<Record<string, unknown>>;
	readonly data?: Readonly<Record<string, unknown>>;
	readonly [field: string]: unknown;
}

export const group = {group: 'femtofleet.dev', version: 'v1alpha1'} as const;
export const devices: ResourceRef = {...group, plural: 'femtodevices'};
export const namespaces: ResourceRef = {group: '', version: 'v1', plural: 'namespaces'};
export const containersIn = (namespace: string): ResourceRef => ({...group, plural: 'femtocontainers', namespace});
export const configMapsIn = (namespace: string): ResourceRef => ({group: '', version: 'v1', plural: 'configmaps', namespace});
export const leasesIn = (namespace: string): ResourceRef => ({
	group: 'coordination.k8s.io',
	version: 'v1',
	plural: 'leases',
	namespace,
});
export const revisionsIn = (namespace: string): ResourceRef => ({
	group: 'apps',
	version: 'v1',
	plural: 'controllerrevisions',
	namespace,
});
export const eventsIn = (namespace: string): ResourceRef => ({group: '', version: 'v1', plural: 'events', namespace});

export const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

export function device(name: string, more: Partial<Loose> = {}, labels?: Readonly<Record<string, string>>): Loose {
	return {
		apiVersion: 'femtofleet.dev/v1alpha1',
		kind: 'FemtoDevice',
		metadata: {name, ...(labels === undefined ? {} : {labels})},
		...more,
	};
}

export function container(name: string, spec: Readonly<Record<string, unknown>> = {}): Loose {
	return {
		apiVersion: 'femtofleet.dev/v1alpha1',
		kind: 'FemtoContainer',
		metadata: {name},
		spec: {deviceSelector: {}, image: {digest, configMap: {name: 'image'}}, ...spec},
	};
}

export function configMap(name: string, data: Readonly<Record<string, string>> = {}): Loose {
	return {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name}, data};
}

export async function refused(promise: Promise<unknown>, code: number, reason: string): Promise<KubeError> {
	const error: unknown = await promise.then(
		() => undefined,
		(thrown: unknown) => thrown,
	);
	assert(error instanceof KubeError, `refusal ${code} ${reason} expected, got ${String(error)}`);
	assert.deepEqual([error.code, error.reason], [code, reason], error.message);
	return error;
}

/** The causes of a 422, as `field: message`. */
export async function causes(promise: Promise<unknown>): Promise<readonly string[]> {
	const {status} = await refused(promise, 422, 'Invalid');
	return (status.details?.causes ?? []).map(({field, message}) => `${field}: ${message}`);
}

/** Reads a watch until `count` events that are no bookmarks have come. */
export async function take(
	api: KubeApi,
	ref: ResourceRef,
	options: Omit<WatchOptions, 'signal'>,
	count: number,
): Promise<string[]> {
	const seen: string[] = [];
	const abort = new AbortController();
	for await (const event of api.watch<Loose>(ref, {...options, signal: abort.signal})) {
		if (event.type === 'BOOKMARK') continue;
		seen.push(`${event.type} ${event.object.metadata.name}`);
		if (seen.length === count) break;
	}
	abort.abort();
	return seen;
}

/** Servers with a namespace controller of their own need a moment; ours has none and passes at once. */
export async function eventually(assertion: () => Promise<void>): Promise<void> {
	for (let tries = 0; ; tries++) {
		try {
			await assertion();
			return;
		} catch (error) {
			if (tries === 5_000) throw error;
		}
	}
}

export async function events(
	api: KubeApi,
	ref: ResourceRef,
	resourceVersion: string,
	count: number,
	options: {readonly labelSelector?: string} = {},
): Promise<readonly WatchEvent<Loose>[]> {
	const seen: WatchEvent<Loose>[] = [];
	for await (const event of api.watch<Loose>(ref, {...options, resourceVersion, signal: new AbortController().signal})) {
		if (event.type !== 'BOOKMARK') seen.push(event);
		if (seen.length === count) break;
	}
	return seen;
}

export type Check = (title: string, body: (api: KubeApi) => Promise<void>) => void;
