import type {
	DeleteOptions, KubeApi, KubeList, ListOptions, Patch, WatchEvent, WatchOptions, WriteOptions,
} from '../api.ts';
import {deepFreeze} from '../freeze.ts';
import type {KubeObject, ResourceRef} from '../types.ts';
import {collectionPath, deleteBody, listQuery, objectPath, watchQuery, writeQuery} from './paths.ts';
import {LineSplitter, readWatchEvent} from './watch-lines.ts';

/** One request for JSON. */
export interface Call {
	readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	readonly path: string;
	readonly query?: Readonly<Record<string, string>>;
	readonly body?: unknown;
	/** Of the body; `application/json` when absent. */
	readonly contentType?: string;
}

/** What the API needs of a connection; refusals come as KubeErrors. */
export interface Caller {
	/** The parsed body of a success. */
	call(call: Call, onWarning?: (text: string) => void): Promise<unknown>;
	/** The body of a success, as it comes. Ends quietly, and lets go of the connection, when the signal aborts. */
	stream(call: Call, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** `KubeApi` in requests. */
export class HttpKubeApi implements KubeApi {
	readonly #caller: Caller;

	constructor(caller: Caller) {
		this.#caller = caller;
	}

	async get<T extends KubeObject>(ref: ResourceRef, name: string): Promise<T> {
		return this.#object<T>({method: 'GET', path: objectPath(ref, name)});
	}

	async list<T extends KubeObject>(ref: ResourceRef, options: ListOptions = {}): Promise<KubeList<T>> {
		return readList<T>(await this.#caller.call({method: 'GET', path: collectionPath(ref), query: listQuery(options)}));
	}

	async* watch<T extends KubeObject>(ref: ResourceRef, {signal, ...options}: WatchOptions): AsyncIterable<WatchEvent<T>> {
		const call: Call = {method: 'GET', path: collectionPath(ref), query: watchQuery(options)};
		const lines = new LineSplitter();
		for await (const piece of this.#caller.stream(call, signal)) {
			for (const line of lines.push(piece)) {
				if (signal.aborted) {
					return;
				}
				yield readWatchEvent<T>(line);
			}
		}
		if (!signal.aborted) {
			lines.end();
		}
	}

	async create<T extends KubeObject>(ref: ResourceRef, object: T, options: WriteOptions = {}): Promise<T> {
		const {subresource} = options;
		const path = subresource === undefined ? collectionPath(ref) : objectPath(ref, object.metadata.name, subresource);
		return this.#object<T>({method: 'POST', path, query: writeQuery(options), body: object}, options.onWarning);
	}

	async replace<T extends KubeObject>(ref: ResourceRef, object: T, options: WriteOptions = {}): Promise<T> {
		const path = objectPath(ref, object.metadata.name, options.subresource);
		return this.#object<T>({method: 'PUT', path, query: writeQuery(options), body: object}, options.onWarning);
	}

	async patch<T extends KubeObject>(ref: ResourceRef, name: string, patch: Patch, options: WriteOptions = {}): Promise<T> {
		const path = objectPath(ref, name, options.subresource);
		const contentType = Array.isArray(patch) ? 'application/json-patch+json' : 'application/merge-patch+json';
		const call: Call = {method: 'PATCH', path, query: writeQuery(options), body: patch, contentType};
		return this.#object<T>(call, options.onWarning);
	}

	async delete(ref: ResourceRef, name: string, options: DeleteOptions = {}): Promise<KubeObject | undefined> {
		const body = deleteBody(options);
		const answer = await this.#caller.call({method: 'DELETE', path: objectPath(ref, name), body}) as KubeObject;
		// A Status tells that it has gone, and so does, of some kinds, the object without a mark.
		const isKept = answer.kind !== 'Status' && answer.metadata?.deletionTimestamp !== undefined;
		return isKept ? deepFreeze(answer) : undefined;
	}

	async #object<T extends KubeObject>(call: Call, onWarning?: (text: string) => void): Promise<T> {
		const answer = await this.#caller.call(call, onWarning) as T | null;
		if (typeof answer?.metadata?.name !== 'string') {
			throw new Error(`Cannot read answer to ${call.method} ${call.path}: an object with metadata.name required`);
		}
		return deepFreeze(answer);
	}
}

/** Everything of it may be missing. */
interface ListBody {
	readonly apiVersion?: string;
	readonly kind?: string;
	readonly metadata?: {readonly resourceVersion?: string; readonly continue?: string};
	readonly items?: readonly KubeObject[] | null;
}

function readList<T extends KubeObject>(body: unknown): KubeList<T> {
	const {apiVersion, kind, metadata, items} = (body ?? {}) as ListBody;
	if (apiVersion === undefined || kind?.endsWith('List') !== true || metadata?.resourceVersion === undefined) {
		throw new Error('Cannot read list: apiVersion, kind …List and metadata.resourceVersion required');
	}
	// In lists of its own kinds the official server says neither version nor kind of an item.
	const type = {apiVersion, kind: kind.slice(0, -'List'.length)};
	return deepFreeze({
		items: (items ?? []).map(item => (item.kind === undefined ? {...type, ...item} : item) as T),
		resourceVersion: metadata.resourceVersion,
		...(metadata.continue !== undefined && metadata.continue !== '' && {continue: metadata.continue}),
	});
}
