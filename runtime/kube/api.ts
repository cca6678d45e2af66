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
	/** The object as it stands when finalizers keep it; undefined when it has gone (or, in a dry run, would). */
	delete(ref: ResourceRef, name: string, options?: DeleteOptions): Promise<KubeObject | undefined>;
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
	/**
	 * Absent: the newest. With `NotOlderThan`: at least as new; `Exact`: as it was then. When no match is named, a list with
	 * a `limit` is `Exact`, one without is `NotOlderThan`.
	 */
	readonly resourceVersion?: string;
	readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
}

export interface WatchOptions {
	/** Changes after it; `''` or `0`: what exists now comes first, as ADDED. */
	readonly resourceVersion: string;
	readonly labelSelector?: string;
	readonly fieldSelector?: string;
	readonly timeoutSeconds?: number;
	/**
	 * What exists first, as ADDED, then one BOOKMARK with `initialEventsEnd`. The official server asks for
	 * `allowWatchBookmarks` and `resourceVersionMatch=NotOlderThan` with it; over HTTP both are sent.
	 */
	readonly sendInitialEvents?: boolean;
	readonly signal: AbortSignal;
}

export type WatchEvent<T> =
	| {readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T}
	| {readonly type: 'BOOKMARK'; readonly resourceVersion: string; readonly initialEventsEnd?: true};

export interface WriteOptions {
	readonly subresource?: 'status';
	readonly dryRun?: boolean;
	readonly fieldManager?: string;
	/**
	 * Fields that the schema does not know: `Strict` refuses (400, naming them), `Warn` drops them and tells `onWarning`,
	 * `Ignore` drops them. In process the default is `Ignore`; a request over HTTP without it is `Warn`, as on the
	 * official server.
	 */
	readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
	/** Gets the text of each warning, before the promise resolves. */
	readonly onWarning?: (text: string) => void;
}

export interface DeleteOptions {
	readonly dryRun?: boolean;
	readonly preconditions?: {readonly uid?: string; readonly resourceVersion?: string};
	/** What becomes of objects that this one owns; `Background` by default: they go after it. */
	readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
}

export type Patch = Readonly<Record<string, unknown>> | readonly JsonPatchOperation[];

export interface JsonPatchOperation {
	readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
	readonly path: string;
	readonly from?: string;
	readonly value?: unknown;
}
