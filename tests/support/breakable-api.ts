import type {
	DeleteOptions, KubeApi, KubeList, ListOptions, Patch, WatchEvent, WatchOptions, WriteOptions,
} from '../../runtime/kube/api.ts';
import type {KubeObject, ResourceRef} from '../../runtime/kube/types.ts';

/** An API that can be out of reach: requests fail and open watches break, until it is repaired. */
export class BreakableApi implements KubeApi {
	readonly #api: KubeApi;
	#broken = new AbortController();

	constructor(api: KubeApi) {
		this.#api = api;
	}

	breakDown(): void {
		this.#broken.abort();
	}

	repair(): void {
		this.#broken = new AbortController();
	}

	async get<T extends KubeObject>(ref: ResourceRef, name: string): Promise<T> {
		this.#check();
		return this.#api.get<T>(ref, name);
	}

	async list<T extends KubeObject>(ref: ResourceRef, options?: ListOptions): Promise<KubeList<T>> {
		this.#check();
		return this.#api.list<T>(ref, options);
	}

	async *watch<T extends KubeObject>(ref: ResourceRef, options: WatchOptions): AsyncGenerator<WatchEvent<T>> {
		this.#check();
		const {signal} = this.#broken;
		yield* this.#api.watch<T>(ref, {...options, signal: AbortSignal.any([options.signal, signal])});
		if (signal.aborted) throw new Error('connect ECONNREFUSED 127.0.0.1:6443');
	}

	async create<T extends KubeObject>(ref: ResourceRef, object: T, options?: WriteOptions): Promise<T> {
		this.#check();
		return this.#api.create<T>(ref, object, options);
	}

	async replace<T extends KubeObject>(ref: ResourceRef, object: T, options?: WriteOptions): Promise<T> {
		this.#check();
		return this.#api.replace<T>(ref, object, options);
	}

	async patch<T extends KubeObject>(ref: ResourceRef, name: string, patch: Patch, options?: WriteOptions): Promise<T> {
		this.#check();
		return this.#api.patch<T>(ref, name, patch, options);
	}

	async delete(ref: ResourceRef, name: string, options?: DeleteOptions): Promise<KubeObject | undefined> {
		this.#check();
		return this.#api.delete(ref, name, options);
	}

	#check(): void {
		if (this.#broken.signal.aborted) throw new Error('connect ECONNREFUSED 127.0.0.1:6443');
	}
}
