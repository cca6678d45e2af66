import type {KubeApi, Patch, WriteOptions} from '../runtime/kube/api.ts';
import {isKubeError} from '../runtime/kube/errors.ts';
import type {KubeObject, ResourceRef} from '../runtime/kube/types.ts';

/** Writes of one kind with one end. */
export interface WriteCount {
	readonly verb: string;
	/** Plural. */
	readonly resource: string;
	/** `ok`; the reason of the refusal, as `Conflict`; or `Error` when no answer came. */
	readonly result: string;
	readonly count: number;
}

/** Counts what is written through `api`. */
export class WriteTally {
	readonly #counts = new Map<string, WriteCount>();

	get counts(): readonly WriteCount[] {
		return [...this.#counts.values()];
	}

	wrap(api: KubeApi): KubeApi {
		return {
			get: (ref, name) => api.get(ref, name),
			list: (ref, options) => api.list(ref, options),
			watch: (ref, options) => api.watch(ref, options),
			create: (ref, object, options) => this.#count('create', ref, api.create(ref, object, options)),
			replace: (ref, object, options) => this.#count('replace', ref, api.replace(ref, object, options)),
			patch: <T extends KubeObject>(ref: ResourceRef, name: string, patch: Patch, options?: WriteOptions) =>
				this.#count('patch', ref, api.patch<T>(ref, name, patch, options)),
			delete: (ref, name, options) => this.#count('delete', ref, api.delete(ref, name, options)),
		};
	}

	async #count<T>(verb: string, {plural: resource}: ResourceRef, answer: Promise<T>): Promise<T> {
		try {
			const value = await answer;
			this.#add({verb, resource, result: 'ok'});
			return value;
		} catch (error) {
			this.#add({verb, resource, result: isKubeError(error) ? error.status.reason : 'Error'});
			throw error;
		}
	}

	#add(kind: Omit<WriteCount, 'count'>): void {
		const key = `${kind.verb} ${kind.resource} ${kind.result}`;
		this.#counts.set(key, {...kind, count: (this.#counts.get(key)?.count ?? 0) + 1});
	}
}
