import type {KubeApi} from '../../../runtime/kube/api.ts';
import type {KubeObject, ResourceRef} from '../../../runtime/kube/types.ts';

const patienceMs = 60_000;

/** Resolves with the objects of a collection as soon as `holds` is true of them. Rejects after a minute, telling the last. */
export async function until<T extends KubeObject>(
	api: KubeApi, ref: ResourceRef, what: string, holds: (objects: readonly T[]) => boolean,
): Promise<readonly T[]> {
	const signal = AbortSignal.timeout(patienceMs);
	const {items, resourceVersion} = await api.list<T>(ref);
	const objects = new Map(items.map((object) => [object.metadata.uid, object]));
	if (holds(items)) return items;
	for await (const event of api.watch<T>(ref, {resourceVersion, signal})) {
		if (event.type === 'BOOKMARK') continue;
		if (event.type === 'DELETED') objects.delete(event.object.metadata.uid);
		else objects.set(event.object.metadata.uid, event.object);
		if (holds([...objects.values()])) return [...objects.values()];
	}
	throw new Error(`Waited ${patienceMs} ms for ${what}:\n${JSON.stringify([...objects.values()].map(({metadata, ...rest}) =>
		({name: metadata.name, ...rest})), undefined, 1).slice(0, 8000)}`);
}
