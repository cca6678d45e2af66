import {keyOf, versionOf} from './keys.ts';
import type {KubeObject} from './types.ts';

/** Values of one object in an index; objects are found again by each of them. */
export type IndexFunction<T> = (object: T) => readonly string[];
export type Indexes<T> = Readonly<Record<string, IndexFunction<T>>>;

/** Objects of one kind by key, and by whatever the indexes say. Lists are in the order of keys. */
export class Cache<T extends KubeObject> {
	readonly #objects = new Map<string, T>();
	/** Index name, value, keys. */
	readonly #entries = new Map<string, Map<string, Set<string>>>();
	readonly #indexes: Indexes<T>;

	constructor(indexes: Indexes<T>) {
		this.#indexes = indexes;
		for (const name of Object.keys(indexes)) this.#entries.set(name, new Map());
	}

	get(key: string): T | undefined {
		return this.#objects.get(key);
	}

	keys(): readonly string[] {
		return [...this.#objects.keys()].toSorted();
	}

	list(): readonly T[] {
		return this.#pick(this.#objects.keys());
	}

	/** @throws RangeError for an index that does not exist. */
	byIndex(name: string, value: string): readonly T[] {
		const index = this.#entries.get(name);
		if (index === undefined) throw new RangeError(`Cannot look up: index ${name}, existing index required`);
		return this.#pick(index.get(value) ?? []);
	}

	set(object: T): void {
		const key = keyOf(object);
		this.delete(key);
		this.#objects.set(key, object);
		for (const [name, index] of this.#entries) {
			for (const value of this.#indexes[name]?.(object) ?? []) {
				const keys = index.get(value);
				if (keys === undefined) index.set(value, new Set([key]));
				else keys.add(key);
			}
		}
	}

	delete(key: string): void {
		const old = this.#objects.get(key);
		if (old === undefined) return;
		this.#objects.delete(key);
		for (const [name, index] of this.#entries) {
			for (const value of this.#indexes[name]?.(old) ?? []) {
				const keys = index.get(value);
				keys?.delete(key);
				if (keys?.size === 0) index.delete(value);
			}
		}
	}

	#pick(keys: Iterable<string>): readonly T[] {
		return [...keys].toSorted().map((key) => this.#objects.get(key)).filter((object) => object !== undefined);
	}
}

/** Whether `object` is a later state than `than`. */
export function isNewer(object: KubeObject, than: KubeObject | undefined): boolean {
	return than === undefined || versionOf(object) > versionOf(than);
}
