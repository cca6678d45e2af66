import type {JsonObject} from './json.ts';

/** The current objects of one kind, by namespace and name. */
export class Collection {
	readonly #objects = new Map<string, JsonObject>();
	/** Keys in the order of lists; undefined after an object came or went. */
	#sorted: readonly string[] | undefined;

	get(namespace: string, name: string): JsonObject | undefined {
		return this.#objects.get(`${namespace}/${name}`);
	}

	set(namespace: string, name: string, object: JsonObject): void {
		const key = `${namespace}/${name}`;
		if (!this.#objects.has(key)) this.#sorted = undefined;
		this.#objects.set(key, object);
	}

	delete(namespace: string, name: string): void {
		if (this.#objects.delete(`${namespace}/${name}`)) this.#sorted = undefined;
	}

	/** In the order of namespace and name; all namespaces when none is given. */
	list(namespace: string | undefined): readonly JsonObject[] {
		this.#sorted ??= [...this.#objects.keys()].toSorted((left, right) => (left < right ? -1 : 1));
		const prefix = `${namespace}/`;
		const keys = namespace === undefined ? this.#sorted : this.#sorted.filter((key) => key.startsWith(prefix));
		return keys.map((key) => this.#objects.get(key)).filter((object) => object !== undefined);
	}
}
