import type {WatchEvent} from './api.ts';
import {Cache, isNewer, type Indexes} from './cache.ts';
import {keyOf, makeKey, versionOf} from './keys.ts';
import {Reflector, type ReflectorCounts, type ReflectorOptions} from './reflector.ts';
import type {KubeObject} from './types.ts';

export type Notification<T> =
	| {readonly type: 'added'; readonly object: T}
	| {readonly type: 'updated'; readonly object: T; readonly old: T}
	/** The last state that was seen; what happened in between may be unknown. */
	| {readonly type: 'deleted'; readonly object: T};

/** Called in order after the cache holds the new state. Must be idempotent: after a failure it is called again. */
export type NotificationHandler<T> = (notification: Notification<T>) => void;

export interface InformerOptions<T> extends ReflectorOptions {
	readonly indexes?: Indexes<T>;
}

/**
 * A local copy of a collection, and who wants to know of its changes. The copy shows every write of ours as soon as it
 * is told of it (`observe`), so a reconciler never acts on a state older than its own last write.
 */
export class Informer<T extends KubeObject> {
	readonly #cache: Cache<T>;
	readonly #reflector: Reflector<T>;
	readonly #handlers: NotificationHandler<T>[] = [];
	/** Notifications that some handler has not taken yet. */
	#undelivered: readonly Notification<T>[] = [];
	/** Version up to which the stream has told everything. */
	#version = 0;
	#synced = false;
	readonly #waiting: (() => void)[] = [];

	constructor(options: InformerOptions<T>) {
		this.#cache = new Cache<T>(options.indexes ?? {});
		this.#reflector = new Reflector<T>(options, {
			replace: (objects, version) => this.#replace(objects, version),
			apply: (event) => this.#apply(event),
			bookmark: (version) => {
				this.#version = version;
			},
		});
	}

	/** Adds a handler; objects that are known already come as added. */
	addHandler(handler: NotificationHandler<T>): void {
		this.#handlers.push(handler);
		for (const object of this.#cache.list()) handler({type: 'added', object});
	}

	/** Runs until the signal aborts. Never rejects. */
	run(signal: AbortSignal): Promise<void> {
		return this.#reflector.run(signal);
	}

	/** The first list is in the cache and delivered. */
	get hasSynced(): boolean {
		return this.#synced;
	}

	/** Resolves once the informer has synced; rejects with the signal's reason when that aborts first. */
	synced(signal: AbortSignal): Promise<void> {
		if (this.#synced) return Promise.resolve();
		return new Promise((resolve, reject) => {
			signal.throwIfAborted();
			const onAbort = (): void => reject(signal.reason as Error);
			signal.addEventListener('abort', onAbort, {once: true});
			this.#waiting.push(() => {
				signal.removeEventListener('abort', onAbort);
				resolve();
			});
		});
	}

	get counts(): ReflectorCounts {
		return this.#reflector.counts;
	}

	get(name: string, namespace?: string): T | undefined {
		return this.#cache.get(makeKey(name, namespace));
	}

	getByKey(key: string): T | undefined {
		return this.#cache.get(key);
	}

	/** In the order of keys. */
	list(): readonly T[] {
		return this.#cache.list();
	}

	byIndex(index: string, value: string): readonly T[] {
		return this.#cache.byIndex(index, value);
	}

	/** Puts the result of an own write into the cache at once; the event that follows is then no news. */
	observe(object: T): void {
		const old = this.#cache.get(keyOf(object));
		// At or below the stream's version it is history: the object may even be deleted since.
		if (versionOf(object) <= this.#version || !isNewer(object, old)) return;
		this.#cache.set(object);
		this.#undelivered = [...this.#undelivered, changeOf(object, old)];
		this.#deliver();
	}

	#replace(objects: readonly T[], version: number): void {
		const listed = new Map(objects.map((object) => [keyOf(object), object]));
		const notifications: Notification<T>[] = [];
		for (const key of this.#cache.keys()) {
			const old = this.#cache.get(key);
			// A write of ours may be newer than the list.
			if (old === undefined || listed.has(key) || versionOf(old) > version) continue;
			this.#cache.delete(key);
			notifications.push({type: 'deleted', object: old});
		}
		for (const [key, object] of listed) {
			const old = this.#cache.get(key);
			if (!isNewer(object, old)) continue;
			this.#cache.set(object);
			notifications.push(...changesOf(object, old));
		}
		this.#version = Math.max(this.#version, version);
		this.#undelivered = [...this.#undelivered, ...notifications];
		this.#deliver();
		this.#synced = true;
		for (const resolve of this.#waiting.splice(0)) resolve();
	}

	#apply({type, object}: Exclude<WatchEvent<T>, {readonly type: 'BOOKMARK'}>): void {
		const key = keyOf(object);
		const old = this.#cache.get(key);
		// Not newer: our own write, observed already, or an event that comes again because a handler had failed.
		if (isNewer(object, old) && !(type === 'DELETED' && old === undefined)) {
			if (type === 'DELETED') this.#cache.delete(key);
			else this.#cache.set(object);
			const changes: readonly Notification<T>[] = type === 'DELETED' ? [{type: 'deleted', object}] : changesOf(object, old);
			this.#undelivered = [...this.#undelivered, ...changes];
		}
		this.#deliver();
		this.#version = versionOf(object);
	}

	/** Every handler sees every notification even when one throws; what threw stays undelivered for all. */
	#deliver(): void {
		const failures: unknown[] = [];
		const left = this.#undelivered.filter((notification) => {
			const failed = this.#handlers.map((handler) => attempt(() => handler(notification))).filter((result) => result !== undefined);
			failures.push(...failed.map(({error}) => error));
			return failed.length > 0;
		});
		this.#undelivered = left;
		if (failures.length > 0) throw failures[0];
	}
}

function attempt(action: () => void): {readonly error: unknown} | undefined {
	try {
		action();
		return undefined;
	} catch (error) {
		return {error};
	}
}

function changeOf<T>(object: T, old: T | undefined): Notification<T> {
	return old === undefined ? {type: 'added', object} : {type: 'updated', object, old};
}

/** An object with another uid is another object: the old one was deleted in between. */
function changesOf<T extends KubeObject>(object: T, old: T | undefined): readonly Notification<T>[] {
	if (old === undefined || old.metadata.uid === object.metadata.uid) return [changeOf(object, old)];
	return [{type: 'deleted', object: old}, {type: 'added', object}];
}
