import type {ListOptions} from '../runtime/kube/api.ts';
import {Informer} from '../runtime/kube/informer.ts';
import type {KubeObject, ResourceRef} from '../runtime/kube/types.ts';
import {silentLog} from '../runtime/log.ts';
import type {Session} from './session.ts';

/** Which objects to follow, and what to do with them. */
export interface Following<T> {
	readonly ref: ResourceRef;
	readonly selectors?: Pick<ListOptions, 'labelSelector' | 'fieldSelector'>;
	/** What is there at first, by namespace and name. Then called no more. */
	readonly first: (objects: readonly T[]) => void;
	/** One that is new, has changed, or has gone. */
	readonly next: (object: T, isGone: boolean) => void;
}

/**
 * Tells of objects as they are and as they change, until the signal aborts. Watches that break are taken up again.
 * @throws KubeError when the API refuses the first question: nothing better is to be expected from the next.
 */
export async function follow<T extends KubeObject>(
	{api, clock, random}: Session, {ref, selectors, first, next}: Following<T>, signal: AbortSignal,
): Promise<void> {
	await api.list(ref, {...selectors, limit: 1});
	const informer = new Informer<T>({api, ref, ...selectors, clock, random, log: silentLog});
	const running = informer.run(signal);
	if (await informer.synced) {
		const known = new Set(informer.cache.list());
		first([...known].toSorted(byName));
		informer.addHandlers({
			onAdd: (object) => {
				// A late handler is told of what is in the cache.
				if (!known.delete(object)) {
					next(object, false);
				}
			},
			onUpdate: (_old, object) => next(object, false),
			onDelete: (object) => next(object, true),
		});
	}
	await running;
}

/** In the order in which a server lists them. */
export function byName({metadata: left}: KubeObject, {metadata: right}: KubeObject): number {
	const [one, other] = [left, right].map(({namespace = '', name}) => `${namespace}/${name}`) as [string, string];
	return one < other ? -1 : 1;
}
