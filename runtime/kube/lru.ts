/** A map of limited size: what was not touched for longest goes first. */
export class LruMap<K, V> {
	readonly #limit: number;
	/** In the order of the last touch. */
	readonly #entries = new Map<K, V>();

	constructor(limit: number) {
		this.#limit = limit;
	}

	/** Does not count as a touch. */
	get(key: K): V | undefined {
		return this.#entries.get(key);
	}

	set(key: K, value: V): void {
		this.#entries.delete(key);
		this.#entries.set(key, value);
		const [oldest] = this.#entries.keys();
		if (this.#entries.size > this.#limit && oldest !== undefined) {
			this.#entries.delete(oldest);
		}
	}
}
