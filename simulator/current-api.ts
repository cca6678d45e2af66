import type {
	DeleteOptions, KubeApi, KubeList, ListOptions, Patch, WatchEvent, WatchOptions, WriteOptions,
} from '../runtime/kube/api.ts';
import type {KubeObject, ResourceRef} from '../runtime/kube/types.ts';

/** The store that stands now: what holds this goes on when another takes its place. */
export class CurrentApi implements KubeApi {
	#api: KubeApi;

	constructor(api: KubeApi) {
		this.#api = api;
	}

	set(api: KubeApi): void {
		this.#api = api;
	}

	get<T extends KubeObject>(ref: ResourceRef, name: string): Promise<T> {
		return this.#api.get<T>(ref, name);
	}

	list<T extends KubeObject>(ref: ResourceRef, options?: ListOptions): Promise<KubeList<T>> {
		return this.#api.list<T>(ref, options);
	}

	watch<T extends KubeObject>(ref: ResourceRef, options: WatchOptions): AsyncIterable<WatchEvent<T>> {
		return this.#api.watch<T>(ref, options);
	}

	create<T extends KubeObject>(ref: ResourceRef, object: T, options?: WriteOptions): Promise<T> {
		return this.#api.create(ref, object, options);
	}

	replace<T extends KubeObject>(ref: ResourceRef, object: T, options?: WriteOptions): Promise<T> {
		return this.#api.replace(ref, object, options);
	}

	patch<T extends KubeObject>(ref: ResourceRef, name: string, patch: Patch, options?: WriteOptions): Promise<T> {
		return this.#api.patch<T>(ref, name, patch, options);
	}

	delete(ref: ResourceRef, name: string, options?: DeleteOptions): Promise<KubeObject | undefined> {
		return this.#api.delete(ref, name, options);
	}
}
