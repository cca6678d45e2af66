import {sleep, type Clock, type Timer} from '../clock.ts';
import type {Log} from '../log.ts';
import {below, type Random} from '../random.ts';
import type {KubeApi, WatchEvent} from './api.ts';
import {Backoff} from './backoff.ts';
import {isKubeError} from './errors.ts';
import {versionOf} from './keys.ts';
import type {KubeObject, ResourceRef} from './types.ts';

/** Where a reflector puts what it sees. What throws is counted and tried again: see `Reflector`. */
export interface ReflectorSink<T extends KubeObject> {
	/** Everything that exists at `version`; what is not in it is gone. */
	replace(objects: readonly T[], version: number): void;
	apply(event: Exclude<WatchEvent<T>, {readonly type: 'BOOKMARK'}>): void;
	/** Nothing else changed up to `version`. */
	bookmark(version: number): void;
}

export interface ReflectorOptions {
	readonly api: KubeApi;
	readonly ref: ResourceRef;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly labelSelector?: string;
	readonly fieldSelector?: string;
}

/** What happened so far; for metrics and tests. */
export interface ReflectorCounts {
	readonly lists: number;
	readonly watches: number;
	readonly events: number;
	readonly apiErrors: number;
	readonly sinkErrors: number;
	/** Watches that were given up because nothing came, not even a bookmark. */
	readonly silences: number;
	/** Milliseconds since the epoch; 0 before the first. */
	readonly lastEventMs: number;
}

const pageLimit = 500;
/** The server sends a bookmark each minute; a watch that is silent for longer is dead. */
const silenceMs = 90_000;
const shortWatchMs = 1_000;
const timeoutSecondsMin = 300;

/**
 * Keeps a sink equal to a collection: list, then watch, for ever. A watch may end or fall silent without an error, so
 * nothing relies on it: each end leads to another watch from the last version that the sink took, each lost version
 * (410, 504) to a new list. A sink that throws keeps the version where it is, so that the event comes again.
 */
export class Reflector<T extends KubeObject> {
	readonly #options: ReflectorOptions;
	readonly #sink: ReflectorSink<T>;
	readonly #backoff: Backoff;
	#counts: ReflectorCounts = {lists: 0, watches: 0, events: 0, apiErrors: 0, sinkErrors: 0, silences: 0, lastEventMs: 0};
	/** Version up to which the sink has taken everything; undefined: list first. */
	#version: string | undefined;

	constructor(options: ReflectorOptions, sink: ReflectorSink<T>) {
		this.#options = options;
		this.#sink = sink;
		this.#backoff = new Backoff(options.clock, options.random);
	}

	get counts(): ReflectorCounts {
		return this.#counts;
	}

	/** Runs until the signal aborts; then the returned promise resolves. Never rejects. */
	async run(signal: AbortSignal): Promise<void> {
		while (!signal.aborted) {
			try {
				if (this.#version === undefined) await this.#list();
				else await this.#watch(this.#version, signal);
			} catch (error) {
				if (!signal.aborted) await this.#recover(error, signal);
			}
		}
	}

	async #list(): Promise<void> {
		const {api, ref, labelSelector, fieldSelector} = this.#options;
		this.#count('lists');
		const selectors = {...(labelSelector === undefined ? {} : {labelSelector}), ...(fieldSelector === undefined ? {} : {fieldSelector})};
		const items: T[] = [];
		let page = await api.list<T>(ref, {...selectors, limit: pageLimit});
		items.push(...page.items);
		while (page.continue !== undefined) {
			page = await api.list<T>(ref, {...selectors, limit: pageLimit, continue: page.continue});
			items.push(...page.items);
		}
		const version = page.resourceVersion;
		this.#intoSink(() => this.#sink.replace(items, Number(version)));
		this.#version = version;
	}

	async #watch(version: string, signal: AbortSignal): Promise<void> {
		const {api, ref, clock, random, labelSelector, fieldSelector} = this.#options;
		this.#count('watches');
		const watch = new AbortController();
		const silence = new Silence(clock, () => {
			this.#count('silences');
			watch.abort();
		});
		const stop = (): void => watch.abort();
		signal.addEventListener('abort', stop, {once: true});
		const begunMs = clock.now();
		let events = 0;
		try {
			const stream = api.watch<T>(ref, {
				resourceVersion: version,
				timeoutSeconds: timeoutSecondsMin + below(random, timeoutSecondsMin + 1),
				signal: watch.signal,
				...(labelSelector === undefined ? {} : {labelSelector}),
				...(fieldSelector === undefined ? {} : {fieldSelector}),
			});
			for await (const event of stream) {
				if (signal.aborted) return;
				events++;
				silence.heard();
				this.#take(event);
			}
		} finally {
			signal.removeEventListener('abort', stop);
			silence.end();
		}
		if (!signal.aborted && events === 0 && clock.now() - begunMs < shortWatchMs) throw new Error('watch ended at once');
	}

	#take(event: WatchEvent<T>): void {
		if (event.type === 'BOOKMARK') {
			this.#intoSink(() => this.#sink.bookmark(Number(event.resourceVersion)));
			this.#version = event.resourceVersion;
			return;
		}
		this.#counts = {...this.#counts, events: this.#counts.events + 1, lastEventMs: this.#options.clock.now()};
		this.#intoSink(() => this.#sink.apply(event));
		this.#version = String(versionOf(event.object));
	}

	#intoSink(deliver: () => void): void {
		try {
			deliver();
		} catch (error) {
			throw new SinkError('Cannot deliver event: the handler failed', {cause: error});
		}
	}

	async #recover(error: unknown, signal: AbortSignal): Promise<void> {
		const {ref, log, clock} = this.#options;
		const fields = {resource: ref.plural, version: this.#version, error: describe(error)};
		if (error instanceof SinkError) {
			this.#count('sinkErrors');
			log.error('handler of a watch failed', fields);
		} else if (isLostVersion(error) && this.#version !== undefined) {
			// An ordinary event: list at once. A list that fails with it comes here without a version and waits.
			this.#version = undefined;
			log.debug('version of a watch is gone', fields);
			return;
		} else {
			this.#count('apiErrors');
			log.warn('watch failed', fields);
		}
		const asked = isKubeError(error) ? (error.status.details?.retryAfterSeconds ?? 0) * 1000 : 0;
		await sleep(clock, Math.max(asked, this.#backoff.next()), signal).catch(() => {
			// Aborted while it waited: `run` ends.
		});
	}

	#count(name: Exclude<keyof ReflectorCounts, 'lastEventMs'>): void {
		this.#counts = {...this.#counts, [name]: this.#counts[name] + 1};
	}
}

class SinkError extends Error {
	override readonly name = 'SinkError';
}

/** Calls back when nothing is heard for too long. */
class Silence {
	readonly #clock: Clock;
	readonly #onSilence: () => void;
	#heardMs: number;
	#timer: Timer;

	constructor(clock: Clock, onSilence: () => void) {
		this.#clock = clock;
		this.#onSilence = onSilence;
		this.#heardMs = clock.now();
		this.#timer = clock.setTimer(silenceMs, () => this.#check());
	}

	heard(): void {
		this.#heardMs = this.#clock.now();
	}

	end(): void {
		this.#timer.cancel();
	}

	/** One timer at a time: hearing something only moves the deadline. */
	#check(): void {
		const leftMs = this.#heardMs + silenceMs - this.#clock.now();
		if (leftMs <= 0) this.#onSilence();
		else this.#timer = this.#clock.setTimer(leftMs, () => this.#check());
	}
}

/** 410: compacted; 504 with this cause: a server restored from an older state. */
function isLostVersion(error: unknown): boolean {
	if (!isKubeError(error)) return false;
	return error.code === 410 || (error.code === 504 && (error.status.details?.causes ?? []).some(({reason}) => reason === 'ResourceVersionTooLarge'));
}

function describe(error: unknown): string {
	const {cause} = error instanceof Error ? error : {cause: undefined};
	return cause instanceof Error ? `${String(error)} (${cause.message})` : String(error);
}
