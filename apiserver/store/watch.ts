import type {Clock, Timer} from '../../runtime/clock.ts';
import type {WatchEvent, WatchOptions} from '../../runtime/kube/api.ts';
import type {KubeObject} from '../../runtime/kube/types.ts';
import {deepFreeze} from '../../runtime/kube/freeze.ts';
import type {Change} from './database.ts';
import type {Filter} from './filter.ts';
import {anyKind, type History} from './history.ts';
import type {JsonObject} from './json.ts';
import type {Kind} from './kind.ts';
import {expired, versionFromFuture} from './refusals.ts';
import {metaOf} from './shape.ts';

const bookmarkMs = 60_000;
/**
 * A bookmark is due after so many changes, too: no client that comes back after a restart knows a version much older than
 * the history is long, however quiet its watch and however busy the server.
 */
const bookmarkChanges = 1_000;
/** Before the end of a watch with a timeout. */
const lastBookmarkMs = 2_000;

export interface WatchSource {
	readonly kind: Kind;
	readonly filter: Filter;
	readonly history: History;
	readonly clock: Clock;
	/** Version of the newest change of any kind. */
	currentVersion(): number;
	/** What exists now and is selected, for a watch without a starting point. */
	currentObjects(): readonly JsonObject[];
}

type Step<T> = IteratorResult<WatchEvent<T>, undefined>;
const done = {done: true, value: undefined} as const;

/**
 * One watch: a position in the history that moves forward as the consumer asks. No gap and no duplicate, because the
 * position is all it knows. Starting point '' or '0': what exists now comes first, as ADDED.
 */
export class Watch<T extends KubeObject> implements AsyncIterableIterator<WatchEvent<T>> {
	readonly #source: WatchSource;
	readonly #options: WatchOptions;
	/** All changes up to here have been looked at. */
	#version = 0;
	/** The newest version that the consumer knows. */
	#told = 0;
	/** What existed at the start, the next one last. */
	#initial: JsonObject[] = [];
	/** Version of the bookmark that ends the initial events, until it has been told. */
	#initialEnd: number | undefined;
	#state: 'new' | 'open' | 'ended' = 'new';
	#bookmarkDue = false;
	#wake: (() => void) | undefined;
	#timers: Timer[] = [];
	#unsubscribe: () => void = () => {};

	constructor(source: WatchSource, options: WatchOptions) {
		this.#source = source;
		this.#options = options;
	}

	[Symbol.asyncIterator](): this {
		return this;
	}

	async next(): Promise<Step<T>> {
		if (this.#state === 'new') this.#open();
		while (this.#state === 'open' && !this.#options.signal.aborted) {
			const event = this.#take();
			if (event !== undefined) {
				this.#told = this.#version;
				return {done: false, value: event};
			}
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
		}
		this.#end();
		return done;
	}

	return(): Promise<Step<T>> {
		this.#end();
		return Promise.resolve(done);
	}

	#open(): void {
		const {history, kind} = this.#source;
		const {resourceVersion, timeoutSeconds, sendInitialEvents, signal} = this.#options;
		const current = this.#source.currentVersion();
		const asked = Number(resourceVersion);
		if (asked > current) throw versionFromFuture(asked, current);
		const fromNow = asked === 0 || sendInitialEvents === true;
		this.#version = fromNow ? current : asked;
		this.#told = this.#version;
		if (fromNow && sendInitialEvents !== false) this.#initial = [...this.#source.currentObjects()].toReversed();
		if (sendInitialEvents === true) this.#initialEnd = current;
		this.#state = 'open';
		const wake = (): void => this.#wake?.();
		signal.addEventListener('abort', wake, {once: true});
		const subscriptions = [
			history.subscribe(kind.id, wake),
			history.subscribe(anyKind, () => {
				if (this.#isFarBehind()) wake();
			}),
		];
		this.#unsubscribe = () => {
			signal.removeEventListener('abort', wake);
			for (const unsubscribe of subscriptions) unsubscribe();
		};
		this.#armTimers(timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000);
	}

	/** A bookmark each minute, and one shortly before the end, so that the next watch begins where this one stops. */
	#armTimers(timeoutMs: number | undefined): void {
		const {clock} = this.#source;
		const tell = (): void => {
			this.#bookmarkDue = true;
			this.#wake?.();
		};
		const arm = (): void => {
			this.#timers[0] = clock.setTimer(bookmarkMs, () => {
				arm();
				tell();
			});
		};
		arm();
		if (timeoutMs === undefined) return;
		this.#timers.push(clock.setTimer(timeoutMs, () => this.#end()));
		if (timeoutMs > lastBookmarkMs) this.#timers.push(clock.setTimer(timeoutMs - lastBookmarkMs, tell));
	}

	#end(): void {
		this.#state = 'ended';
		for (const timer of this.#timers) timer.cancel();
		this.#unsubscribe();
		this.#wake?.();
	}

	/** The next event to hand out, if there is one. */
	#take(): WatchEvent<T> | undefined {
		const first = this.#initial.pop();
		if (first !== undefined) return {type: 'ADDED', object: asKube<T>(first)};
		if (this.#initialEnd !== undefined) {
			const resourceVersion = String(this.#initialEnd);
			this.#initialEnd = undefined;
			return {type: 'BOOKMARK', resourceVersion, initialEventsEnd: true};
		}
		const {history, kind} = this.#source;
		if (this.#version < history.compacted) {
			this.#end();
			throw expired(this.#version, history.compacted);
		}
		for (
			let change = history.next(kind.id, this.#version);
			change !== undefined;
			change = history.next(kind.id, this.#version)
		) {
			this.#version = change.version;
			const event = this.#translate(change);
			if (event !== undefined) return event;
		}
		// Nothing of this kind up to here: a quiet watch is never overtaken by compaction.
		this.#version = this.#source.currentVersion();
		if (!this.#bookmarkDue && !this.#isFarBehind()) return undefined;
		this.#bookmarkDue = false;
		return {type: 'BOOKMARK', resourceVersion: String(this.#version)};
	}

	#isFarBehind(): boolean {
		return this.#source.currentVersion() - this.#told >= bookmarkChanges;
	}

	/** A change as this watch sees it: an object that moves into or out of the selection is ADDED or DELETED. */
	#translate({type, object, previous, namespace}: Change): WatchEvent<T> | undefined {
		const {filter} = this.#source;
		if (filter.namespace !== undefined && filter.namespace !== namespace) return undefined;
		if (!filter.selective) return {type, object: asKube<T>(object)};
		const is = type !== 'DELETED' && filter.matches(object);
		const was = type !== 'ADDED' && filter.matches(previous ?? object);
		if (is) return {type: was ? 'MODIFIED' : 'ADDED', object: asKube<T>(object)};
		return was ? {type: 'DELETED', object: asKube<T>(withVersion(previous ?? object, object))} : undefined;
	}
}

/** What was selected, with the version at which it stopped being so. */
function withVersion(object: JsonObject, newer: JsonObject): JsonObject {
	const version = metaOf(newer)['resourceVersion'] ?? '';
	return deepFreeze({...object, metadata: {...metaOf(object), resourceVersion: version}});
}

/** Objects of the store have passed their schema; their type is the caller's knowledge. */
export function asKube<T extends KubeObject>(object: JsonObject): T {
	return object as unknown as T;
}
