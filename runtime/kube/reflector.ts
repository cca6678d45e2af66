import type {Clock, Timer} from '../clock.ts';
import type {Log} from '../log.ts';
import {below, type Random} from '../random.ts';
import type {KubeApi, KubeList, WatchEvent} from './api.ts';
import {Backoff, reflectorBackoff} from './backoff.ts';
import {isKubeError} from './errors.ts';
import type {KubeObject, ResourceRef} from './types.ts';
import {orAborted, pause} from './wait.ts';

const pageSize = 500;
/** A server sends a bookmark about once a minute; two missed and a half are a dead connection. */
const inactivityMs = 150_000;
/** The server ends a watch after a random time in this range, so that many clients spread. */
const watchSecondsMin = 300;
const watchSecondsMax = 600;

/** Takes what the reflector reads; a change of the version follows only after the call returned. */
export interface ReflectorSink<T> {
	replace(objects: readonly T[]): void;
	apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void;
}

export interface ReflectorOptions<T> {
	readonly api: Pick<KubeApi, 'list' | 'watch'>;
	readonly ref: ResourceRef;
	readonly labelSelector?: string;
	readonly fieldSelector?: string;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly sink: ReflectorSink<T>;
}

export interface ReflectorStats {
	/** Complete lists, the first included. */
	readonly lists: number;
	readonly watches: number;
	/** Of the last list, event or bookmark; undefined before the first. */
	readonly lastEventMs: number | undefined;
}

/**
 * Lists a collection in pages, then watches it from that version, for ever. A stopped watch goes on from the last version
 * seen; a version the server no longer knows (410, 504, 400) is dropped and the collection listed again. Each new attempt
 * waits for the back-off, or for the server's Retry-After where that is longer.
 */
export class Reflector<T extends KubeObject> {
	readonly #options: ReflectorOptions<T>;
	readonly #backoff: Backoff;
	/** Everything up to here is in the sink; undefined: list first. */
	#version: string | undefined;
	#lists = 0;
	#watches = 0;
	#lastEventMs: number | undefined;

	constructor(options: ReflectorOptions<T>) {
		this.#options = options;
		this.#backoff = new Backoff({clock: options.clock, random: options.random, ...reflectorBackoff});
	}

	get stats(): ReflectorStats {
		return {lists: this.#lists, watches: this.#watches, lastEventMs: this.#lastEventMs};
	}

	/** Ends when `signal` aborts, also when the API hangs; never rejects. */
	async run(signal: AbortSignal): Promise<void> {
		while (!signal.aborted) {
			const retryAfterMs = await this.#attempt(signal);
			const waitMs = Math.max(this.#backoff.next(), retryAfterMs);
			await pause(this.#options.clock, waitMs, signal);
		}
	}

	/** One list, if needed, and one watch to its end. Returns the server's Retry-After in milliseconds, or 0. */
	async #attempt(signal: AbortSignal): Promise<number> {
		const {clock, log, ref} = this.#options;
		const patience = new Patience(clock, signal);
		try {
			this.#version ??= await this.#list(patience);
			await this.#watch(this.#version, patience);
			log.debug('watch ended', {resource: ref.plural, inactive: patience.signal.aborted && !signal.aborted});
			return 0;
		} catch (error) {
			if (signal.aborted) {
				return 0;
			}
			log.warn('list or watch failed', {resource: ref.plural, error: String(error)});
			if (!isKubeError(error)) {
				return 0;
			}
			if (isUnknownVersion(error.code)) {
				this.#version = undefined;
			}
			return (error.status.details?.retryAfterSeconds ?? 0) * 1000;
		} finally {
			patience.end();
		}
	}

	async #list(patience: Patience): Promise<string> {
		const objects: T[] = [];
		let page = await this.#page(patience, {limit: pageSize});
		for (objects.push(...page.items); page.continue !== undefined; objects.push(...page.items)) {
			try {
				page = await this.#page(patience, {limit: pageSize, continue: page.continue});
			} catch (error) {
				if (!isKubeError(error) || error.code !== 410) {
					throw error;
				}
				// The snapshot behind the token is gone: paging was too slow, so take all at once.
				objects.length = 0;
				page = await this.#page(patience, {});
			}
		}
		this.#options.sink.replace(objects);
		this.#lists++;
		this.#lastEventMs = this.#options.clock.now();
		return page.resourceVersion;
	}

	async #page(patience: Patience, paging: {limit?: number; continue?: string}): Promise<KubeList<T>> {
		const {api, ref} = this.#options;
		const page = await orAborted(api.list<T>(ref, {...this.#selectors(), ...paging}), patience.signal);
		if (page === undefined) {
			throw new Error(`Cannot list ${ref.plural}: no answer`);
		}
		patience.renew();
		return page;
	}

	async #watch(resourceVersion: string, patience: Patience): Promise<void> {
		if (patience.signal.aborted) {
			return;
		}
		const {api, ref, random} = this.#options;
		const timeoutSeconds = watchSecondsMin + below(random, watchSecondsMax - watchSecondsMin + 1);
		const request = {...this.#selectors(), resourceVersion, timeoutSeconds, signal: patience.signal};
		const events = api.watch<T>(ref, request)[Symbol.asyncIterator]();
		this.#watches++;
		try {
			for (;;) {
				const next = await orAborted(events.next(), patience.signal);
				if (next === undefined || next.done === true || patience.signal.aborted) {
					return;
				}
				this.#take(next.value);
				patience.renew();
			}
		} finally {
			// Closes an iterator that is idle. One that hangs ends by the signal or never, and so is not waited for.
			events.return?.().catch(() => {});
		}
	}

	#take(event: WatchEvent<T>): void {
		this.#lastEventMs = this.#options.clock.now();
		if (event.type === 'BOOKMARK') {
			this.#version = event.resourceVersion;
			return;
		}
		this.#options.sink.apply(event.type, event.object);
		this.#version = event.object.metadata.resourceVersion ?? this.#version;
	}

	#selectors(): {readonly labelSelector?: string; readonly fieldSelector?: string} {
		const {labelSelector, fieldSelector} = this.#options;
		return {...(labelSelector !== undefined && {labelSelector}), ...(fieldSelector !== undefined && {fieldSelector})};
	}
}

/** 410: compacted. 504: newer than the server's. 400: of another server. All three need a list. */
function isUnknownVersion(code: number): boolean {
	return code === 410 || code === 504 || code === 400;
}

/** A signal that aborts with its parent, or when nothing has come for `inactivityMs`. */
class Patience {
	readonly #clock: Clock;
	readonly #parent: AbortSignal;
	readonly #controller = new AbortController();
	readonly #onAbort = (): void => this.#controller.abort();
	/** One timer, moved on only when it fires: events are many. */
	#timer: Timer;
	#renewedMs: number;

	constructor(clock: Clock, parent: AbortSignal) {
		this.#clock = clock;
		this.#parent = parent;
		this.#renewedMs = clock.now();
		this.#timer = clock.setTimer(inactivityMs, () => this.#check());
		parent.addEventListener('abort', this.#onAbort, {once: true});
	}

	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	renew(): void {
		this.#renewedMs = this.#clock.now();
	}

	/** Lets go of timer and parent, and aborts whatever still holds the signal. */
	end(): void {
		this.#timer.cancel();
		this.#parent.removeEventListener('abort', this.#onAbort);
		this.#controller.abort();
	}

	#check(): void {
		const leftMs = this.#renewedMs + inactivityMs - this.#clock.now();
		if (leftMs <= 0) {
			this.#controller.abort();
		} else {
			this.#timer = this.#clock.setTimer(leftMs, () => this.#check());
		}
	}
}
