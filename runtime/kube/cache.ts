import {deepFreeze} from './freeze.ts';
import type {KubeObject} from './types.ts';

/** `namespace/name`, or `name` for an object without namespace. */
export function objectKey(object: KubeObject): string {
	const {namespace, name} = object.metadata;
	return joinKey(namespace, name);
}

export function joinKey(namespace: string | undefined, name: string): string {
	return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

/** The opposite of `joinKey`. */
export function splitKey(key: string): {readonly namespace?: string; readonly name: string} {
	const slash = key.indexOf('/');
	return slash < 0 ? {name: key} : {namespace: key.slice(0, slash), name: key.slice(slash + 1)};
}

/** The values under which an object is found; pure, for it is called once per version of the object. */
export type IndexFunction<T> = (object: T) => readonly string[];

/** What the last list and the events since then say. Objects are deep-frozen; order is the order of arrival. */
export interface ReadonlyCache<T> {
	readonly size: number;
	/** `key` as `objectKey` makes it. */
	get(key: string): T | undefined;
	list(): T[];
	/** Objects whose index function `index` names `value`. Throws a RangeError when there is no such index. */
	byIndex(index: string, value: string): T[];
}

/** `old` alone: deleted. `object` alone: added. Both with different uids: deleted and made anew. */
export interface Change<T> {
	readonly key: string;
	readonly old?: T;
	readonly object?: T;
}

interface Entry<T> {
	readonly object: T;
	/** Per index the values it stands under, kept so that removal never depends on the function again. */
	readonly values: ReadonlyMap<string, readonly string[]>;
}

type Index = Map<string, Set<string>>;

export interface ObjectCacheOptions<T> {
	readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
	/** An index function that throws leaves the object out of that index. */
	readonly onIndexError?: (index: string, key: string, error: unknown) => void;
}

export class ObjectCache<T extends KubeObject> implements ReadonlyCache<T> {
	readonly #functions: readonly (readonly [name: string, compute: IndexFunction<T>])[];
	readonly #onIndexError: NonNullable<ObjectCacheOptions<T>['onIndexError']>;
	#entries = new Map<string, Entry<T>>();
	/** Holds exactly the keys of `#entries` under exactly their `values`; no empty set stays. */
	#indexes: Map<string, Index>;

	constructor(options: ObjectCacheOptions<T> = {}) {
		this.#functions = Object.entries(options.indexes ?? {});
		this.#onIndexError = options.onIndexError ?? ((): void => {});
		this.#indexes = this.#emptyIndexes();
	}

	get size(): number {
		return this.#entries.size;
	}

	get(key: string): T | undefined {
		return this.#entries.get(key)?.object;
	}

	list(): T[] {
		return Array.from(this.#entries.values(), ({object}) => object);
	}

	byIndex(index: string, value: string): T[] {
		const keys = this.#indexes.get(index);
		if (keys === undefined) {
			throw new RangeError(`Cannot look up objects: index "${index}" is not declared`);
		}
		return Array.from(keys.get(value) ?? [], (key) => this.#entries.get(key)?.object).filter((object) => object !== undefined);
	}

	/** Adds, or replaces whatever stood under the same key. */
	put(object: T): Change<T> {
		const key = objectKey(object);
		const old = this.#take(key);
		this.#insert(key, object);
		return {key, object, ...(old && {old})};
	}

	/** Undefined when the cached object is another one (by uid) or none is there. */
	remove(object: T): Change<T> | undefined {
		const key = objectKey(object);
		const cached = this.get(key);
		if (cached === undefined || cached.metadata.uid !== object.metadata.uid) {
			return undefined;
		}
		this.#take(key);
		return {key, old: cached};
	}

	/** Swaps the whole content at once. The differences: what went first, then the rest in the order of the list. */
	replace(objects: readonly T[]): Change<T>[] {
		const before = this.#entries;
		this.#entries = new Map();
		this.#indexes = this.#emptyIndexes();
		for (const object of objects) {
			this.#insert(objectKey(object), object);
		}
		const gone = Array.from(before).filter(([key]) => !this.#entries.has(key));
		const changes: Change<T>[] = gone.map(([key, {object}]) => ({key, old: object}));
		for (const [key, {object}] of this.#entries) {
			const old = before.get(key)?.object;
			changes.push({key, object, ...(old && {old})});
		}
		return changes;
	}

	#emptyIndexes(): Map<string, Index> {
		return new Map(this.#functions.map(([name]) => [name, new Map<string, Set<string>>()]));
	}

	#insert(key: string, object: T): void {
		deepFreeze(object);
		const values = new Map<string, readonly string[]>();
		for (const [name, compute] of this.#functions) {
			values.set(name, this.#compute(name, compute, key, object));
		}
		this.#entries.set(key, {object, values});
		for (const [name, list] of values) {
			const index = this.#indexes.get(name);
			for (const value of list) {
				const keys = index?.get(value) ?? new Set();
				index?.set(value, keys.add(key));
			}
		}
	}

	#compute(name: string, compute: IndexFunction<T>, key: string, object: T): readonly string[] {
		try {
			return compute(object);
		} catch (error) {
			this.#onIndexError(name, key, error);
			return [];
		}
	}

	#take(key: string): T | undefined {
		const entry = this.#entries.get(key);
		this.#entries.delete(key);
		for (const [name, list] of entry?.values ?? []) {
			const index = this.#indexes.get(name);
			for (const value of list) {
				index?.get(value)?.delete(key);
				if (index?.get(value)?.size === 0) {
					index.delete(value);
				}
			}
		}
		return entry?.object;
	}
}
