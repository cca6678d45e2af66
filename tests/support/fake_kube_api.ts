import type {
	DeleteOptions, KubeApi, KubeList, ListOptions, Patch, WatchEvent, WatchOptions, WriteOptions,
} from '../../runtime/kube/api.ts';
import {joinKey, objectKey} from '../../runtime/kube/cache.ts';
import {KubeError} from '../../runtime/kube/errors.ts';
import {deepFreeze} from '../../runtime/kube/freeze.ts';
import type {KubeObject, ResourceRef} from '../../runtime/kube/types.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'replace' | 'patch';

interface Watcher {
	readonly plural: string;
	readonly events: (WatchEvent<KubeObject> | Error | 'end')[];
	wake: () => void;
}

export function refusal(code: number, reason: string, retryAfterSeconds?: number): KubeError {
	const details = retryAfterSeconds === undefined ? {} : {details: {retryAfterSeconds}};
	return new KubeError({code, reason, message: `${code} ${reason}`, ...details});
}

/**
 * An API without rules in a few lines: versions, uids, guarded writes, paged lists, watches from a version, and faults
 * on command. Answers at once.
 */
export class FakeKubeApi implements KubeApi {
	/** Verb and name or version of each call, in order, refused ones included. */
	readonly calls: string[] = [];
	readonly #objects = new Map<string, Map<string, KubeObject>>();
	readonly #history: {readonly version: number; readonly plural: string; readonly event: WatchEvent<KubeObject>}[] = [];
	readonly #faults: {readonly verb: Verb; readonly fault: Error | 'hang' | 'lost'}[] = [];
	readonly #watchers = new Set<Watcher>();
	#version = 100;
	#oldestVersion = 0;

	get version(): string {
		return String(this.#version);
	}

	get openWatches(): number {
		return this.#watchers.size;
	}

	countOf(verb: Verb): number {
		return this.calls.filter((call) => call.startsWith(`${verb} `)).length;
	}

	/** The next calls of `verb` fail so, one after the other. `lost`: it is carried out, and the answer never comes. */
	failNext(verb: Verb, ...faults: readonly (Error | 'hang' | 'lost')[]): void {
		this.#faults.push(...faults.map((fault) => ({verb, fault})));
	}

	/** Writes as somebody else: adds, or changes what is there. */
	put<T extends KubeObject>(plural: string, object: T): T {
		const key = objectKey(object);
		const old = this.#collection(plural).get(key);
		const version = String(++this.#version);
		const uid = object.metadata.uid ?? old?.metadata.uid ?? `uid-${version}`;
		const stored = deepFreeze({...object, metadata: {...object.metadata, uid, resourceVersion: version}});
		this.#collection(plural).set(key, stored);
		this.#emit(plural, {type: old === undefined ? 'ADDED' : 'MODIFIED', object: stored});
		return stored;
	}

	remove(plural: string, key: string): void {
		const old = this.#collection(plural).get(key);
		if (old === undefined) {
			throw refusal(404, 'NotFound');
		}
		this.#collection(plural).delete(key);
		const metadata = {...old.metadata, resourceVersion: String(++this.#version)};
		this.#emit(plural, {type: 'DELETED', object: deepFreeze({...old, metadata})});
	}

	peek<T extends KubeObject>(plural: string, key: string): T | undefined {
		return this.#collection(plural).get(key) as T | undefined;
	}

	listAll<T extends KubeObject>(plural: string): T[] {
		return [...this.#collection(plural).values()] as T[];
	}

	bookmark(): void {
		this.#each({type: 'BOOKMARK', resourceVersion: String(++this.#version)});
	}

	/** Ends every open watch in silence, or with an error. */
	endWatches(error?: Error): void {
		this.#each(error ?? 'end');
	}

	/** Open watches stay open, and hear nothing any more. */
	muteWatches(): void {
		this.#watchers.clear();
	}

	/** Forgets the history: an older version is answered with 410. */
	compact(): void {
		this.#oldestVersion = ++this.#version;
	}

	async get<T extends KubeObject>(ref: ResourceRef, name: string): Promise<T> {
		return this.#call('get', name, () => this.#find<T>(ref, name));
	}

	async list<T extends KubeObject>(ref: ResourceRef, options: ListOptions = {}): Promise<KubeList<T>> {
		return this.#call('list', options.continue ?? '', () => {
			const [from = '0', version = this.version] = (options.continue ?? '').split('@').filter((part) => part !== '');
			const all = [...this.#collection(ref.plural).values()] as T[];
			const end = Number(from) + (options.limit ?? all.length);
			const rest = end < all.length ? {continue: `${end}@${version}`} : {};
			return {items: all.slice(Number(from), end), resourceVersion: version, ...rest};
		});
	}

	async *watch<T extends KubeObject>(ref: ResourceRef, options: WatchOptions): AsyncIterable<WatchEvent<T>> {
		await this.#call('watch', options.resourceVersion, () => {});
		if (Number(options.resourceVersion) < this.#oldestVersion) {
			throw refusal(410, 'Expired');
		}
		const missed = this.#history.filter(({plural, version}) => plural === ref.plural && version > Number(options.resourceVersion));
		const watcher: Watcher = {plural: ref.plural, events: missed.map(({event}) => event), wake: () => {}};
		this.#watchers.add(watcher);
		options.signal.addEventListener('abort', () => watcher.wake(), {once: true});
		try {
			while (!options.signal.aborted) {
				const next = watcher.events.shift();
				if (next === undefined) {
					await new Promise<void>((resolve) => {
						watcher.wake = resolve;
					});
				} else if (next === 'end') {
					return;
				} else if (next instanceof Error) {
					throw next;
				} else {
					yield next as WatchEvent<T>;
				}
			}
		} finally {
			this.#watchers.delete(watcher);
		}
	}

	async create<T extends KubeObject>(ref: ResourceRef, object: T): Promise<T> {
		return this.#call('create', object.metadata.name, () => {
			if (this.peek(ref.plural, objectKey(object)) !== undefined) {
				throw refusal(409, 'AlreadyExists');
			}
			return this.put(ref.plural, object);
		});
	}

	async replace<T extends KubeObject>(ref: ResourceRef, object: T): Promise<T> {
		return this.#call('replace', object.metadata.name, () => {
			const current = this.#find<T>(ref, object.metadata.name);
			const {resourceVersion} = object.metadata;
			if (resourceVersion !== undefined && resourceVersion !== current.metadata.resourceVersion) {
				throw refusal(409, 'Conflict');
			}
			return this.put(ref.plural, object);
		});
	}

	/** Knows merge patches of the top level only. */
	async patch<T extends KubeObject>(ref: ResourceRef, name: string, patch: Patch, _options?: WriteOptions): Promise<T> {
		return this.#call('patch', name, () => this.put(ref.plural, Object.assign({}, this.#find<T>(ref, name), patch)));
	}

	async delete(ref: ResourceRef, name: string, _options?: DeleteOptions): Promise<undefined> {
		this.remove(ref.plural, joinKey(ref.namespace, name));
	}

	async #call<T>(verb: Verb, subject: string, act: () => T): Promise<T> {
		this.calls.push(`${verb} ${subject}`);
		const index = this.#faults.findIndex((fault) => fault.verb === verb);
		const fault = index < 0 ? undefined : this.#faults.splice(index, 1)[0]?.fault;
		if (fault instanceof Error) {
			throw fault;
		}
		const result = fault === 'hang' ? undefined : act();
		return fault === undefined ? (result as T) : new Promise<T>(() => {});
	}

	#find<T extends KubeObject>(ref: ResourceRef, name: string): T {
		const object = this.peek<T>(ref.plural, joinKey(ref.namespace, name));
		if (object === undefined) {
			throw refusal(404, 'NotFound');
		}
		return object;
	}

	#collection(plural: string): Map<string, KubeObject> {
		const collection = this.#objects.get(plural) ?? new Map<string, KubeObject>();
		this.#objects.set(plural, collection);
		return collection;
	}

	#emit(plural: string, event: WatchEvent<KubeObject>): void {
		this.#history.push({version: this.#version, plural, event});
		this.#each(event, plural);
	}

	#each(event: WatchEvent<KubeObject> | Error | 'end', plural?: string): void {
		for (const watcher of this.#watchers) {
			if (plural === undefined || watcher.plural === plural) {
				watcher.events.push(event);
				watcher.wake();
			}
		}
	}
}
