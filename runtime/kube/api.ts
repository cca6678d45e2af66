import type {KubeObject, ResourceRef} from './types.ts';

/**
 * The Kubernetes API as the programs see it: the embedded store in process, or a client over HTTP
 * (runtime/kube/client.ts). Objects cross as deep-frozen JSON. Every refusal is a `KubeError` (errors.ts).
 */
export interface KubeApi {
	get<T extends KubeObject>(ref: ResourceRef, name: string): Promise<T>;
	list<T extends KubeObject>(ref: ResourceRef, options?: ListOptions): Promise<KubeList<T>>;
	/** Iterates events after `resourceVersion`; ends cleanly on timeout or abort, throws a KubeError (410 Expired, …). */
	watch<T extends KubeObject>(ref: ResourceRef, options: WatchOptions): AsyncIterable<WatchEvent<T>>;
	create<T extends KubeObject>(ref: ResourceRef, object: T, options?: WriteOptions): Promise<T>;
	/**
	 * Guarded by `metadata.resourceVersion`: 409 Conflict when it moved on. Custom resources and leases must carry one
	 * (422 Invalid), as on the official server.
	 */
	replace<T extends KubeObject>(ref: ResourceRef, object: T, options?: WriteOptions): Promise<T>;
	/** A merge patch (RFC 7396) is an object, a JSON Patch (RFC 6902) an array. */
	patch<T extends KubeObject>(ref: ResourceRef, name: string, patch: Patch, options?: WriteOptions): Promise<T>;
	delete(ref: ResourceRef, name: string, options?: DeleteOptions): Promise<void>;
}

export interface KubeList<T> {
	readonly items: readonly T[];
	readonly resourceVersion: string;
	/** Present when `limit` cut the list; hand it back as `continue`. */
	readonly continue?: string;
}

export interface ListOptions {
	readonly labelSelector?: string;
	readonly fieldSelector?: string;
	readonly limit?: number;
	readonly continue?: string;
}

export interface WatchOptions {
	readonly resourceVersion: string;
	readonly labelSelector?: string;
	readonly fieldSelector?: string;
	readonly timeoutSeconds?: number;
	readonly signal: AbortSignal;
}

export type WatchEvent<T> =
	| {readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T}
	| {readonly type: 'BOOKMARK'; readonly resourceVersion: string};

export interface WriteOptions {
	readonly subresource?: 'status';
	readonly dryRun?: boolean;
	readonly fieldManager?: string;
	/** `Strict` refuses fields that the schema does not know (400, naming them); by default they are dropped. */
	readonly fieldValidation?: 'Strict' | 'Ignore';
}

export interface DeleteOptions {
	readonly dryRun?: boolean;
	readonly preconditions?: {readonly uid?: string; readonly resourceVersion?: string};
}

export type Patch = Readonly<Record<string, unknown>> | readonly JsonPatchOperation[];

export interface JsonPatchOperation {
	readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
	readonly path: string;
	readonly from?: string;
	readonly value?: unknown;
}
