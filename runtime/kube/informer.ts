import type {Clock} from '../clock.ts';
import type {Log} from '../log.ts';
import type {Random} from '../random.ts';
import type {KubeApi} from './api.ts';
import {objectKey, ObjectCache, type Change, type IndexFunction, type ReadonlyCache} from './cache.ts';
import {Delivery, type InformerHandlers} from './delivery.ts';
import {Reflector} from './reflector.ts';
import type {KubeObject, ResourceRef} from './types.ts';

export interface InformerOptions<T extends KubeObject> {
	readonly api: Pick<KubeApi, 'list' | 'watch'>;
	/** Without namespace: the objects of all namespaces. */
	readonly ref: ResourceRef;
	readonly labelSelector?: string;
	readonly fieldSelector?: string;
	readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
}

export interface InformerStats {
	/** Lists after the first. */
	readonly relists: number;
	readonly watches: number;
	/** Exceptions of handlers and index functions. */
	readonly handlerErrors: number;
	/** Since the last list, event or bookmark; undefined before the first list. */
	readonly lastEventAgeMs: number | undefined;
}

/**
 * A local copy of a collection, and the changes to it in order. Every change reaches every handler at least once; changes
 * of one object may be joined, and an object made anew under the same name is a delete and an add.
 */
export class Informer<T extends KubeObject> {
	readonly cache: ReadonlyCache<T>;
	/** True once the first list is in the cache and was delivered; false when the informer stopped before that. */
	readonly synced: Promise<boolean>;
	readonly #options: InformerOptions<T>;
	readonly #cache: ObjectCache<T>;
	readonly #reflector: Reflector<T>;
	readonly #deliveries: Delivery<T>[] = [];
	readonly #settleSynced: (synced: boolean) => void;
	#isSynced = false;
	#isStarted = false;
	#indexErrors = 0;

	constructor(options: InformerOptions<T>) {
		this.#options = options;
		this.#cache = new ObjectCache<T>({
			...(options.indexes && {indexes: options.indexes}),
			onIndexError: (index, key, error) => this.#countIndexError(index, key, error),
		});
		this.cache = this.#cache;
		const {promise, resolve} = Promise.withResolvers<boolean>();
		this.synced = promise;
		this.#settleSynced = resolve;
		const sink = {
			replace: (objects: readonly T[]): void => this.#replace(objects),
			apply: (type: string, object: T): void => this.#apply(type, object),
		};
		this.#reflector = new Reflector<T>({...options, sink});
	}

	get isSynced(): boolean {
		return this.#isSynced;
	}

	get stats(): InformerStats {
		const {lists, watches, lastEventMs} = this.#reflector.stats;
		return {
			relists: Math.max(0, lists - 1),
			watches,
			handlerErrors: this.#deliveries.reduce((sum, {errorCount}) => sum + errorCount, this.#indexErrors),
			lastEventAgeMs: lastEventMs === undefined ? undefined : this.#options.clock.now() - lastEventMs,
		};
	}

	/** Handlers given late are told of everything in the cache first, before this returns. */
	addHandlers(handlers: InformerHandlers<T>): void {
		const {clock, random, log} = this.#options;
		const delivery = new Delivery({handlers, cache: this.#cache, clock, random, log});
		this.#deliveries.push(delivery);
		for (const object of this.#cache.list()) {
			delivery.notify({key: objectKey(object), object});
		}
	}

	/** Lists and watches until `signal` aborts; after that no handler is called. Once only; never rejects. */
	async run(signal: AbortSignal): Promise<void> {
		if (this.#isStarted) {
			throw new Error(`Cannot run informer of ${this.#options.ref.plural}: it was started before`);
		}
		this.#isStarted = true;
		const stop = (): void => this.#deliveries.forEach((delivery) => delivery.stop());
		signal.addEventListener('abort', stop, {once: true});
		await this.#reflector.run(signal);
		stop();
		this.#settleSynced(false);
	}

	#replace(objects: readonly T[]): void {
		this.#notify(this.#cache.replace(objects));
		this.#isSynced = true;
		this.#settleSynced(true);
	}

	#apply(type: string, object: T): void {
		const change = type === 'DELETED' ? this.#cache.remove(object) : this.#cache.put(object);
		this.#notify(change === undefined ? [] : [change]);
	}

	#notify(changes: readonly Change<T>[]): void {
		for (const change of changes) {
			for (const delivery of this.#deliveries) {
				delivery.notify(change);
			}
		}
	}

	#countIndexError(index: string, key: string, error: unknown): void {
		this.#indexErrors++;
		this.#options.log.error('index function failed', {index, key, error: String(error)});
	}
}
