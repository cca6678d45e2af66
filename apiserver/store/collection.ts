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
		this.#sorted ??= [...this.#objects.keys()].toSorted(byText);
		return pick(this.#sorted, namespace, (key) => this.#objects.get(key));
	}

	/** The same with other states of some objects, by `<namespace>/<name>`; undefined: not there. */
	listWith(namespace: string | undefined, others: ReadonlyMap<string, JsonObject | undefined>): readonly JsonObject[] {
		const keys = [...new Set([...this.#objects.keys(), ...others.keys()])].toSorted(byText);
		return pick(keys, namespace, (key) => (others.has(key) ? others.get(key) : this.#objects.get(key)));
	}
}

function byText(left: string, right: string): number {
	return left < right ? -1 : 1;
}

function pick(
	keys: readonly string[],
	namespace: string | undefined,
	get: (key: string) => JsonObject | undefined,
): readonly JsonObject[] {
	const prefix = `${namespace}/`;
	const wanted = namespace === undefined ? keys : keys.filter((key) => key.startsWith(prefix));
	return wanted.map(get).filter((object) => object !== undefined);
}
