import {createHash} from 'node:crypto';
import {formatTime, type Clock} from '../clock.ts';
import type {Log} from '../log.ts';
import {fraction, type Random} from '../random.ts';
import type {KubeApi} from './api.ts';
import {isKubeError} from './errors.ts';
import {LruMap} from './lru.ts';
import {TokenBucket} from './token-bucket.ts';
import type {KubeObject, ResourceRef} from './types.ts';
import {orAborted, pause} from './wait.ts';

export const events: ResourceRef = {group: '', version: 'v1', plural: 'events'};

export type EventType = 'Normal' | 'Warning';

/** The part of a core `v1` Event that is written here. */
export interface CoreEvent extends KubeObject {
	readonly involvedObject: {
		readonly apiVersion: string;
		readonly kind: string;
		readonly namespace?: string;
		readonly name: string;
		readonly uid?: string;
		readonly resourceVersion?: string;
	};
	readonly type: EventType;
	readonly reason: string;
	readonly message: string;
	readonly source: {readonly component: string};
	readonly reportingComponent: string;
	readonly reportingInstance: string;
	readonly firstTimestamp: string;
	readonly lastTimestamp: string;
	readonly count: number;
}

export interface EventRecorderOptions {
	readonly api: KubeApi;
	/** Who reports, as `kubectl describe` shows it. */
	readonly component: string;
	/** Which of several; default empty. */
	readonly instance?: string;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
}

export interface EventStats {
	/** Writes that succeeded. */
	readonly sent: number;
	/** Recorded, but the object had too many. */
	readonly filtered: number;
	/** Lost: the queue was full, the API refused, or the recorder stopped. */
	readonly dropped: number;
}

/** Events that are the same but for their time, counted in one object. */
interface Series {
	event: CoreEvent;
	lastMs: number;
	/** The API has the object. */
	isCreated: boolean;
	/** In `#queue`. */
	isQueued: boolean;
}

const joinedMs = 600_000;
const burst = 25;
const refillMs = 300_000;
/** Series and objects remembered at most. */
const memory = 4096;
const queueLength = 1000;
const tries = 12;
const retryMs = 10_000;
const stopMs = 5_000;
const messageLength = 1024;
/** Leaves room for the dot and 16 digits in the 253 characters of a name. */
const namePrefixLength = 236;

/**
 * Tells users through Event objects what happened. The same event of one object within 10 min of the last is counted, not
 * written anew; each object has 25 writes, and one more per 5 min. Writes one at a time, in order.
 */
export class EventRecorder {
	readonly #options: EventRecorderOptions;
	readonly #series = new LruMap<string, Series>(memory);
	readonly #buckets = new LruMap<string, TokenBucket>(memory);
	/** Series with something to write, oldest first. */
	readonly #queue: Series[] = [];
	readonly #stop = new AbortController();
	/** Runs while the queue is not empty. */
	#sending: Promise<void> | undefined;
	readonly #stats = {sent: 0, filtered: 0, dropped: 0};

	constructor(options: EventRecorderOptions) {
		this.#options = options;
	}

	get stats(): EventStats {
		return {...this.#stats};
	}

	/** `reason` is one CamelCase word, `message` one phrase, cut at 1024 characters. Never throws, never waits. */
	record(object: KubeObject, type: EventType, reason: string, message: string): void {
		const nowMs = this.#options.clock.now();
		const text = message.slice(0, messageLength);
		const key = JSON.stringify([objectId(object), type, reason, text]);
		const known = this.#series.get(key);
		const series = known !== undefined && nowMs - known.lastMs < joinedMs ? known : undefined;
		const event = series === undefined ? this.#eventOf(object, {type, reason, message: text}, nowMs) : again(series.event, nowMs);
		const current: Series = series ?? {event, lastMs: nowMs, isCreated: false, isQueued: false};
		current.event = event;
		current.lastMs = nowMs;
		this.#series.set(key, current);
		this.#enqueue(current, objectId(object), nowMs);
	}

	/** Gives what waits one more try each, for 5 s at most; resolves then. Later records are dropped. */
	async stop(): Promise<void> {
		this.#stop.abort();
		const patience = new AbortController();
		const timer = this.#options.clock.setTimer(stopMs, () => patience.abort());
		await orAborted(this.#sending ?? Promise.resolve(), patience.signal);
		timer.cancel();
		this.#stats.dropped += this.#queue.splice(0).length;
	}

	#enqueue(series: Series, object: string, nowMs: number): void {
		if (series.isQueued) {
			return;
		}
		if (this.#queue.length >= queueLength || this.#stop.signal.aborted) {
			this.#stats.dropped++;
			return;
		}
		const bucket = this.#buckets.get(object) ?? new TokenBucket(burst, refillMs, nowMs);
		this.#buckets.set(object, bucket);
		if (!bucket.take(nowMs)) {
			this.#stats.filtered++;
			return;
		}
		series.isQueued = true;
		this.#queue.push(series);
		this.#sending ??= this.#send();
	}

	/** Never rejects. */
	async #send(): Promise<void> {
		// What is recorded in the same turn joins the first write.
		await Promise.resolve();
		for (let series = this.#queue.shift(); series !== undefined; series = this.#queue.shift()) {
			series.isQueued = false;
			await this.#deliver(series);
		}
		this.#sending = undefined;
	}

	async #deliver(series: Series): Promise<void> {
		const {clock, random, log} = this.#options;
		for (let count = 1; ; count++) {
			try {
				await this.#write(series);
				this.#stats.sent++;
				return;
			} catch (error) {
				if (count >= tries || this.#stop.signal.aborted || isFinal(error)) {
					this.#stats.dropped++;
					log.warn('event not written', {reason: series.event.reason, error: String(error)});
					return;
				}
			}
			await pause(clock, Math.ceil(retryMs * (0.5 + fraction(random))), this.#stop.signal);
		}
	}

	async #write(series: Series): Promise<void> {
		const {event} = series;
		const {name, namespace} = event.metadata;
		const ref = {...events, ...(namespace !== undefined && {namespace})};
		if (series.isCreated) {
			try {
				await this.#options.api.patch(ref, name, {count: event.count, lastTimestamp: event.lastTimestamp});
				return;
			} catch (error) {
				// Events have a limited life in the API; then a new one takes over, under the same name.
				if (!isKubeError(error, 'NotFound')) {
					throw error;
				}
				series.isCreated = false;
			}
		}
		try {
			await this.#options.api.create<CoreEvent>(ref, event);
		} catch (error) {
			// An earlier try whose answer was lost.
			if (!isKubeError(error, 'AlreadyExists')) {
				throw error;
			}
		}
		series.isCreated = true;
	}

	#eventOf(object: KubeObject, what: {type: EventType; reason: string; message: string}, nowMs: number): CoreEvent {
		const {component, instance = ''} = this.#options;
		const {name, namespace, uid, resourceVersion} = object.metadata;
		const digest = createHash('sha256').update(JSON.stringify([component, instance, objectId(object), what, nowMs]));
		const time = formatTime(nowMs);
		return {
			apiVersion: 'v1',
			kind: 'Event',
			metadata: {
				name: `${name.slice(0, namePrefixLength)}.${digest.digest('hex').slice(0, 16)}`,
				namespace: namespace ?? 'default',
			},
			involvedObject: {
				apiVersion: object.apiVersion, kind: object.kind, name, ...(namespace !== undefined && {namespace}),
				...(uid !== undefined && {uid}), ...(resourceVersion !== undefined && {resourceVersion}),
			},
			...what,
			source: {component},
			reportingComponent: component,
			reportingInstance: instance,
			firstTimestamp: time,
			lastTimestamp: time,
			count: 1,
		};
	}
}

function again(event: CoreEvent, nowMs: number): CoreEvent {
	return {...event, lastTimestamp: formatTime(nowMs), count: event.count + 1};
}

/** An object made anew under its name is another one. */
function objectId({apiVersion, kind, metadata: {namespace = '', name, uid = ''}}: KubeObject): string {
	return [apiVersion, kind, namespace, name, uid].join('/');
}

/** A refusal that the next try would meet again: the event is wrong, forbidden, or its namespace gone. */
function isFinal(error: unknown): boolean {
	return isKubeError(error) && error.code >= 400 && error.code < 500 && error.code !== 409 && error.code !== 429;
}
