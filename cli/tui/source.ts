import type {Clock, Timer} from '../../runtime/clock.ts';
import {femtoContainers, femtoDevices, type FemtoContainer, type FemtoDevice} from '../../protocol/generated/resources.ts';
import type {KubeApi, KubeList, ListOptions, WatchEvent, WatchOptions} from '../../runtime/kube/api.ts';
import {objectKey} from '../../runtime/kube/cache.ts';
import {events, type CoreEvent} from '../../runtime/kube/event-recorder.ts';
import {Informer} from '../../runtime/kube/informer.ts';
import type {KubeObject, ResourceRef} from '../../runtime/kube/types.ts';
import {silentLog} from '../../runtime/log.ts';
import type {Random} from '../../runtime/random.ts';
import {messageOf} from '../fail.ts';
import type {Collection, FleetChange} from './state/fleet.ts';
import type {LinkFacts} from './state/link.ts';
import type {Input} from './state/state.ts';

export interface SourceOptions {
	readonly api: KubeApi;
	/** Of FemtoContainers and events; undefined: all. */
	readonly namespace?: string;
	readonly clock: Clock;
	readonly random: Random;
	readonly dispatch: (input: Input) => void;
}

/** Changes of a tenth of a second come together: a fleet that moves costs ten drawings a second, and keys go between. */
const batchMs = 100;

/** Watches the fleet and tells of it, page by page while it is listed first, until `signal` aborts. Never rejects. */
export async function watchFleet(options: SourceOptions, signal: AbortSignal): Promise<void> {
	const batch = new Batch(options);
	const {namespace} = options;
	const within = namespace === undefined ? {} : {namespace};
	if (signal.aborted) return;
	signal.addEventListener('abort', () => batch.stop(), {once: true});
	const containers = watchOne<FemtoContainer>('containers', {...femtoContainers, ...within}, batch, options, signal);
	// What is shown first comes first, over one connection that is free again for the next.
	await batch.firstAnswer;
	await Promise.all([
		containers,
		watchOne<FemtoDevice>('devices', femtoDevices, batch, options, signal),
		watchOne<CoreEvent>('events', {...events, ...within}, batch, options, signal),
	]);
}

function watchOne<T extends KubeObject>(
	collection: Collection, ref: ResourceRef, batch: Batch, {api, clock, random}: SourceOptions, signal: AbortSignal,
): Promise<void> {
	const put = (object: T): void => batch.add({collection, key: objectKey(object), object} as unknown as FleetChange);
	const informer = new Informer<T>({
		api: new ObservedApi(api, collection, batch, put as (object: KubeObject) => void),
		ref,
		// Of a cluster's events only ours, and never those of each Pod in it.
		...(collection === 'events' && {fieldSelector: 'reportingComponent=femto-controller'}),
		clock, random, log: silentLog,
	});
	informer.addHandlers({
		onAdd: put,
		onUpdate: (_, object) => put(object),
		onDelete: (object) => batch.add({collection, key: objectKey(object), object: undefined}),
	});
	void informer.synced.then((synced) => {
		if (synced) batch.learn(collection, {isListed: true});
	});
	return informer.run(signal);
}

/** Joins changes to few inputs. */
class Batch {
	readonly #options: SourceOptions;
	#changes: FleetChange[] = [];
	readonly #facts: Record<Collection, LinkFacts> = {
		containers: {isListed: false}, devices: {isListed: false}, events: {isListed: false},
	};
	readonly #learned = new Set<Collection>();
	/** Set exactly while something waits. */
	#timer: Timer | undefined;
	#flushedMs = 0;
	#stopped = false;
	/** Something was heard or has failed, and that was told; or there is nobody left to tell. */
	readonly firstAnswer: Promise<void>;
	readonly #answer: () => void;

	constructor(options: SourceOptions) {
		this.#options = options;
		const {promise, resolve} = Promise.withResolvers<void>();
		this.firstAnswer = promise;
		this.#answer = resolve;
	}

	add(change: FleetChange): void {
		this.#changes.push(change);
		this.#schedule();
	}

	learn(collection: Collection, facts: Partial<LinkFacts>): void {
		this.#facts[collection] = {...this.#facts[collection], ...facts};
		this.#learned.add(collection);
		this.#schedule();
	}

	now(): number {
		return this.#options.clock.now();
	}

	stop(): void {
		this.#stopped = true;
		this.#timer?.cancel();
		this.#answer();
	}

	#schedule(): void {
		if (this.#stopped) return;
		this.#timer ??= this.#options.clock.setTimer(this.#flushedMs + batchMs - this.now(), () => this.#flush());
	}

	#flush(): void {
		this.#timer = undefined;
		this.#flushedMs = this.now();
		const changes = this.#changes;
		this.#changes = [];
		// First the objects: what says that all are listed must not come before them.
		if (changes.length > 0) this.#options.dispatch({type: 'changes', changes, nowMs: this.now()});
		for (const collection of this.#learned) {
			const facts = this.#facts[collection];
			this.#options.dispatch({type: 'link', collection, facts});
			if (facts.heardMs !== undefined || facts.failedMs !== undefined) this.#answer();
		}
		this.#learned.clear();
	}
}

/** The API as an informer uses it, and what is learned by it: pages as they come, signs of life, failures. */
class ObservedApi implements Pick<KubeApi, 'list' | 'watch'> {
	readonly #api: KubeApi;
	readonly #collection: Collection;
	readonly #batch: Batch;
	readonly #onPaged: (object: KubeObject) => void;
	#isListed = false;

	constructor(api: KubeApi, collection: Collection, batch: Batch, onPaged: (object: KubeObject) => void) {
		this.#api = api;
		this.#collection = collection;
		this.#batch = batch;
		this.#onPaged = onPaged;
	}

	async list<T extends KubeObject>(ref: ResourceRef, options?: ListOptions): Promise<KubeList<T>> {
		this.#asked();
		try {
			const page = await this.#api.list<T>(ref, options);
			this.#heard();
			// The informer tells of a list when it is whole: the first one is shown while it comes.
			if (!this.#isListed && page.continue !== undefined) page.items.forEach(this.#onPaged);
			this.#isListed ||= page.continue === undefined;
			return page;
		} catch (error) {
			this.#failed(error);
			throw error;
		}
	}

	async *watch<T extends KubeObject>(ref: ResourceRef, options: WatchOptions): AsyncGenerator<WatchEvent<T>> {
		this.#asked();
		try {
			for await (const event of this.#api.watch<T>(ref, options)) {
				this.#heard();
				yield event;
			}
		} catch (error) {
			if (!options.signal.aborted) this.#failed(error);
			throw error;
		}
	}

	#asked(): void {
		this.#batch.learn(this.#collection, {askedMs: this.#batch.now()});
	}

	#heard(): void {
		this.#batch.learn(this.#collection, {heardMs: this.#batch.now()});
	}

	#failed(error: unknown): void {
		this.#batch.learn(this.#collection, {failedMs: this.#batch.now(), error: messageOf(error)});
	}
}
