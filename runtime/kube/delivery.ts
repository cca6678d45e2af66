import type {Clock, Timer} from '../clock.ts';
import type {Log} from '../log.ts';
import type {Random} from '../random.ts';
import {Backoff, reflectorBackoff} from './backoff.ts';
import type {Change, ReadonlyCache} from './cache.ts';
import type {KubeObject} from './types.ts';

/** Called one at a time, after the cache holds the change. Synchronous: put a key into a queue and return. */
export interface InformerHandlers<T> {
	readonly onAdd?: (object: T) => void;
	readonly onUpdate?: (old: T, object: T) => void;
	/** With the last state that was delivered. */
	readonly onDelete?: (object: T) => void;
}

export interface DeliveryOptions<T extends KubeObject> {
	readonly handlers: InformerHandlers<T>;
	readonly cache: ReadonlyCache<T>;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
}

/**
 * Brings changes to one set of handlers. What a handler has been told never advances past its exception: that object is
 * delivered again with back-off, from the state last told to the state then cached, until the handler returns; all
 * other objects go on.
 */
export class Delivery<T extends KubeObject> {
	readonly #options: DeliveryOptions<T>;
	readonly #backoff: Backoff;
	/** Objects whose handler threw, with the state it was last told (undefined: none). */
	readonly #failed = new Map<string, T | undefined>();
	/** Set exactly while something is in `#failed` and the delivery is not stopped. */
	#retry: Timer | undefined;
	#stopped = false;
	#errorCount = 0;

	constructor(options: DeliveryOptions<T>) {
		this.#options = options;
		this.#backoff = new Backoff({clock: options.clock, random: options.random, ...reflectorBackoff});
	}

	/** Exceptions so far. */
	get errorCount(): number {
		return this.#errorCount;
	}

	notify({key, old, object}: Change<T>): void {
		if (this.#stopped) {
			return;
		}
		if (this.#failed.has(key)) {
			this.#deliver(key, this.#failed.get(key), object);
		} else if (!isSame(old, object)) {
			this.#deliver(key, old, object);
		}
	}

	stop(): void {
		this.#stopped = true;
		this.#retry?.cancel();
		this.#retry = undefined;
		this.#failed.clear();
	}

	#deliver(key: string, old: T | undefined, object: T | undefined): void {
		const {onAdd, onUpdate, onDelete} = this.#options.handlers;
		let told = old;
		try {
			if (told !== undefined && (object === undefined || told.metadata.uid !== object.metadata.uid)) {
				onDelete?.(told);
				told = undefined;
			}
			if (object !== undefined && told === undefined) {
				onAdd?.(object);
			} else if (object !== undefined && told !== undefined) {
				onUpdate?.(told, object);
			}
			this.#failed.delete(key);
		} catch (error) {
			this.#failed.set(key, told);
			this.#errorCount++;
			this.#options.log.error('handler failed', {key, error: String(error)});
			this.#scheduleRetry();
		}
	}

	#scheduleRetry(): void {
		this.#retry ??= this.#options.clock.setTimer(this.#backoff.next(), () => {
			this.#retry = undefined;
			for (const [key, told] of [...this.#failed]) {
				this.#deliver(key, told, this.#options.cache.get(key));
			}
			if (this.#failed.size === 0) {
				this.#backoff.reset();
			}
		});
	}
}

function isSame(old: KubeObject | undefined, object: KubeObject | undefined): boolean {
	if (old === undefined || object === undefined) {
		return old === object;
	}
	const {uid, resourceVersion} = object.metadata;
	return resourceVersion !== undefined && old.metadata.uid === uid && old.metadata.resourceVersion === resourceVersion;
}
