import type {KubeObject} from '../runtime/kube/types.ts';

/** What an informer knows, by `namespace/name`, or `name` for a cluster-scoped kind. */
export interface Cache<T extends KubeObject> {
	get(key: string): T | undefined;
	list(): readonly T[];
}

export function keyOf({metadata}: KubeObject): string {
	return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

/**
 * A cache that also knows what this process has written: until the watch brings a write back, the written object is
 * the newer one. So a decision never rests on what the controller itself has overwritten. Resource versions are
 * compared as numbers (KEP-5504).
 */
export class OwnWrites<T extends KubeObject> implements Cache<T> {
	readonly #cache: Cache<T>;
	readonly #written = new Map<string, T>();

	constructor(cache: Cache<T>) {
		this.#cache = cache;
	}

	get(key: string): T | undefined {
		const cached = this.#cache.get(key);
		return cached === undefined ? undefined : this.#newer(key, cached);
	}

	list(): readonly T[] {
		const cached = this.#cache.list();
		return this.#written.size === 0 ? cached : cached.map(object => this.#newer(keyOf(object), object));
	}

	/** Takes note of what the API answered to a write. */
	wrote(object: T): void {
		this.#written.set(keyOf(object), object);
	}

	#newer(key: string, cached: T): T {
		const written = this.#written.get(key);
		if (written === undefined) {
			return cached;
		}
		if (written.metadata.uid === cached.metadata.uid && version(written) > version(cached)) {
			return written;
		}
		this.#written.delete(key);
		return cached;
	}
}

function version({metadata}: KubeObject): bigint {
	return BigInt(metadata.resourceVersion ?? '0');
}
