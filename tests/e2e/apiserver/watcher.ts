import type {KubeClient} from '../../../runtime/kube/client.ts';
import {UnreachableError} from '../../../runtime/kube/client.ts';
import {isKubeError} from '../../../runtime/kube/errors.ts';
import type {KubeObject, ResourceRef} from '../../../runtime/kube/types.ts';
import {digestOf, type LoggedChange} from './persisted-log.ts';

export interface WatcherOptions {
	readonly client: KubeClient;
	readonly ref: ResourceRef;
	/** `key=value`; labels of these objects never change. */
	readonly selector?: string;
	readonly from: string;
	/** Resolves when a server listens. */
	readonly up: () => Promise<void>;
	readonly signal: AbortSignal;
}

export interface Seen {
	readonly version: number;
	readonly digest: string;
}

/** A plain loop over one watch: it goes on from the newest version that an event or a bookmark has told it. */
export class Watcher {
	readonly seen: Seen[] = [];
	readonly #options: WatcherOptions;
	/** How often it went on. */
	resumes = 0;
	bookmarks = 0;
	/** 410s: the server had forgotten what this one had not seen. */
	expired = 0;
	#version: string;
	#onEvent: () => void = () => {};

	constructor(options: WatcherOptions) {
		this.#options = options;
		this.#version = options.from;
	}

	/** The newest that it was told. */
	get version(): number {
		return Number(this.#version);
	}

	/** Ends with the signal, or with a 410. Rejects for anything that no cut connection explains. */
	async run(): Promise<void> {
		const {signal, up} = this.#options;
		while (!signal.aborted) {
			await up();
			try {
				await this.#watch();
			} catch (error) {
				if (isKubeError(error) && error.code === 410) {
					this.expired++;
					return;
				}
				if (!(error instanceof UnreachableError)) throw error;
			}
			this.resumes++;
		}
	}

	/** Resolves when it has seen `count` events. */
	async reached(count: number): Promise<void> {
		while (this.seen.length < count && this.expired === 0) {
			await new Promise<void>((resolve) => {
				this.#onEvent = resolve;
			});
		}
	}

	/** What of the log it must have seen. */
	expects({version, kind, namespace, labels}: LoggedChange): boolean {
		const {ref, selector = '', from} = this.#options;
		const [key = '', value] = selector.split('=');
		return version > Number(from) && kind === (ref.group === '' ? '/' : 'femtofleet.dev/') + ref.plural
			&& (ref.namespace === undefined || ref.namespace === namespace) && (selector === '' || labels[key] === value);
	}

	async #watch(): Promise<void> {
		const {client, ref, selector = '', signal} = this.#options;
		const options = {resourceVersion: this.#version, labelSelector: selector, signal};
		for await (const event of client.watch<KubeObject>(ref, options)) {
			if (event.type === 'BOOKMARK') {
				this.bookmarks++;
				this.#version = event.resourceVersion;
				continue;
			}
			this.#version = event.object.metadata.resourceVersion ?? '';
			this.seen.push({version: Number(this.#version), digest: digestOf(event.type, event.object)});
			this.#onEvent();
		}
	}
}

export interface Comparison {
	/** Changes of the log that it did not see. */
	readonly gaps: number;
	/** Events that it saw twice. */
	readonly duplicates: number;
	/** Events that are not in the log as they were seen. */
	readonly strangers: number;
	readonly inOrder: boolean;
}

/** What a watcher saw against the log. */
export function compare(seen: readonly Seen[], expected: readonly LoggedChange[]): Comparison {
	const told = new Map(expected.map(({version, digest}) => [version, digest]));
	const versions = new Set(seen.map(({version}) => version));
	return {
		gaps: expected.filter(({version}) => !versions.has(version)).length,
		duplicates: seen.length - versions.size,
		strangers: seen.filter(({version, digest}) => told.get(version) !== digest).length,
		inOrder: seen.every(({version}, index) => index === 0 || version > (seen[index - 1]?.version ?? 0)),
	};
}
