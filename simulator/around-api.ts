import type {KubeApi, Patch, WriteOptions} from '../runtime/kube/api.ts';
import type {KubeObject, ResourceRef} from '../runtime/kube/types.ts';

export interface ApiCall {
	readonly isWrite: boolean;
	/** Verb, plural, name, as `replace femtodevices/pump-1`. */
	readonly what: string;
}

/** Stands around a call: decides when and whether `run` begins, and what its caller learns. */
export type AroundCall = <T>(call: ApiCall, run: () => Promise<T>) => Promise<T>;

/** `api` with `around` at every call; watches are left alone. */
export function aroundApi(api: KubeApi, around: AroundCall): KubeApi {
	const read = <T>(what: string, run: () => Promise<T>): Promise<T> => around({isWrite: false, what}, run);
	const write = <T>(what: string, run: () => Promise<T>): Promise<T> => around({isWrite: true, what}, run);
	return {
		get: (ref, name) => read(`get ${ref.plural}/${name}`, () => api.get(ref, name)),
		list: (ref, options) => read(`list ${ref.plural}`, () => api.list(ref, options)),
		watch: (ref, options) => api.watch(ref, options),
		create: (ref, object, options) =>
			write(`create ${ref.plural}/${object.metadata.name}`, () => api.create(ref, object, options)),
		replace: (ref, object, options) =>
			write(`replace ${ref.plural}/${object.metadata.name}`, () => api.replace(ref, object, options)),
		patch: <T extends KubeObject>(ref: ResourceRef, name: string, patch: Patch, options?: WriteOptions) =>
			write(`patch ${ref.plural}/${name}`, () => api.patch<T>(ref, name, patch, options)),
		delete: (ref, name, options) => write(`delete ${ref.plural}/${name}`, () => api.delete(ref, name, options)),
	};
}

/** Requests and answers each take `latencyMs`; watches tell at once. Without latency, `api` itself. */
export function slowApi(api: KubeApi, latencyMs: number, wait: (ms: number) => Promise<void>): KubeApi {
	if (latencyMs === 0) return api;
	return aroundApi(api, async (_, run) => {
		await wait(latencyMs);
		const [answer] = await Promise.allSettled([run()]);
		await wait(latencyMs);
		if (answer.status === 'rejected') throw answer.reason;
		return answer.value;
	});
}
