import type {KubeApi, Patch, WriteOptions} from '../runtime/kube/api.ts';
import {isKubeError} from '../runtime/kube/errors.ts';
import type {KubeObject, ResourceRef} from '../runtime/kube/types.ts';
import type {EventLog} from './event-log.ts';

export interface ApiCounts {
	/** Accepted and refused writes by plural. */
	readonly writes: ReadonlyMap<string, number>;
	readonly refused: number;
}

export interface RecordedApi {
	readonly api: KubeApi;
	readonly counts: () => ApiCounts;
}

/**
 * A `KubeApi` whose writes, and only they, are counted and stand in the event log with their outcome. `onStored` sees
 * each object that was written, as it is stored.
 */
export function recordApi(api: KubeApi, log: EventLog, onStored: (object: KubeObject) => void = () => {}): RecordedApi {
	const writes = new Map<string, number>();
	let refused = 0;
	const record = async <T>(
		verb: string, ref: ResourceRef, name: string, body: unknown, write: () => Promise<T>,
	): Promise<T> => {
		writes.set(ref.plural, (writes.get(ref.plural) ?? 0) + 1);
		const subject = `${ref.plural}/${ref.namespace ?? ''}/${name}`;
		try {
			const result = await write();
			log.write('api', subject, `${verb} ${JSON.stringify(body)}`);
			return result;
		} catch (error) {
			refused++;
			log.write('api', subject, `${verb} refused ${isKubeError(error) ? error.reason : 'broken'} ${JSON.stringify(body)}`);
			throw error;
		}
	};
	const stored = async <T extends KubeObject>(write: Promise<T>): Promise<T> => {
		const object = await write;
		onStored(object);
		return object;
	};
	const recorded: KubeApi = {
		get: (ref, name) => api.get(ref, name),
		list: (ref, options) => api.list(ref, options),
		watch: (ref, options) => api.watch(ref, options),
		create: (ref, object, options) =>
			record('create', ref, object.metadata.name, object, () => stored(api.create(ref, object, options))),
		replace: (ref, object, options) =>
			record(verbOf('replace', options), ref, object.metadata.name, object, () =>
				stored(api.replace(ref, object, options))),
		patch: <T extends KubeObject>(ref: ResourceRef, name: string, patch: Patch, options?: WriteOptions) =>
			record(verbOf('patch', options), ref, name, patch, () => stored(api.patch<T>(ref, name, patch, options))),
		delete: (ref, name, options) => record('delete', ref, name, options ?? {}, () => api.delete(ref, name, options)),
	};
	return {api: recorded, counts: () => ({writes, refused})};
}

function verbOf(verb: string, options: {readonly subresource?: string} | undefined): string {
	return options?.subresource === undefined ? verb : `${verb}-${options.subresource}`;
}
