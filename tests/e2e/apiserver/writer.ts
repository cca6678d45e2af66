import {UnreachableError, type KubeClient} from '../../../runtime/kube/client.ts';
import {isKubeError} from '../../../runtime/kube/errors.ts';
import type {KubeObject, ResourceRef} from '../../../runtime/kube/types.ts';
import {below, type Random} from '../../../runtime/random.ts';
import {markAnnotation, type LoggedChange} from './persisted-log.ts';

export interface WriterOptions {
	/** Begins its names; no other writer has it. */
	readonly name: string;
	readonly client: KubeClient;
	readonly ref: ResourceRef;
	readonly make: (name: string, mark: string) => KubeObject;
	readonly patchOf: (mark: string, count: number) => Readonly<Record<string, unknown>>;
	readonly random: Random;
	readonly up: () => Promise<void>;
	readonly onAcknowledged: () => void;
}

const names = 12;

/** Creates, patches and deletes objects of its own, one write at a time, and remembers what was acknowledged. */
export class Writer {
	readonly #options: WriterOptions;
	/** Mark of each acknowledged create and patch, and the version that it was given. */
	readonly acknowledged = new Map<string, number>();
	/** Marks of writes whose answer never came: done or not. */
	readonly unknown = new Set<string>();
	/** The same for deletions, by uid. */
	readonly deleted = new Set<string>();
	readonly unknownDeleted = new Set<string>();
	/** uid of what exists. */
	readonly #living = new Map<string, string>();
	#count = 0;

	constructor(options: WriterOptions) {
		this.#options = options;
	}

	/** Until `isEnough`. Rejects for any refusal: nobody else touches these objects. */
	async run(isEnough: () => boolean): Promise<void> {
		const {random, up} = this.#options;
		while (!isEnough()) {
			const name = `${this.#options.name}-${below(random, names)}`;
			try {
				await this.#write(name);
				this.#options.onAcknowledged();
			} catch (error) {
				if (!(error instanceof UnreachableError)) throw error;
				await up();
				await this.#look(name);
			}
		}
	}

	/** An acknowledged write that nothing else may follow. */
	async last(): Promise<void> {
		await this.#create(`${this.#options.name}-last`, this.#nextMark());
	}

	async #write(name: string): Promise<void> {
		const {client, ref, patchOf, random} = this.#options;
		const uid = this.#living.get(name);
		const mark = this.#nextMark();
		if (uid === undefined) {
			await this.#create(name, mark);
		} else if (below(random, 8) === 0) {
			this.unknownDeleted.add(uid);
			await client.delete(ref, name);
			this.unknownDeleted.delete(uid);
			this.deleted.add(uid);
			this.#living.delete(name);
		} else {
			this.unknown.add(mark);
			this.#acknowledge(mark, await client.patch<KubeObject>(ref, name, patchOf(mark, this.#count)));
		}
	}

	async #create(name: string, mark: string): Promise<void> {
		const {client, ref, make} = this.#options;
		this.unknown.add(mark);
		const made = await client.create(ref, make(name, mark));
		this.#acknowledge(mark, made);
		this.#living.set(name, made.metadata.uid ?? '');
	}

	#acknowledge(mark: string, {metadata}: KubeObject): void {
		this.unknown.delete(mark);
		this.acknowledged.set(mark, Number(metadata.resourceVersion));
	}

	/** What became of a write without an answer. */
	async #look(name: string): Promise<void> {
		const {client, ref, up} = this.#options;
		for (;;) {
			try {
				this.#living.set(name, (await client.get(ref, name)).metadata.uid ?? '');
				return;
			} catch (error) {
				if (isKubeError(error, 'NotFound')) {
					this.#living.delete(name);
					return;
				}
				if (!(error instanceof UnreachableError)) throw error;
				await up();
			}
		}
	}

	#nextMark(): string {
		return `${this.#options.name}-${++this.#count}`;
	}
}

export interface Account {
	/** Acknowledged, and not in the log as it was acknowledged. */
	readonly lost: number;
	/** In the log, and of no writer, or twice. */
	readonly unexplained: number;
	/** Without an answer, and in the log all the same. */
	readonly doneUnanswered: number;
	readonly unanswered: number;
}

/** Every write against the log, and every change of the log against the writes. */
export function settle(writers: readonly Writer[], changes: readonly LoggedChange[]): Account {
	const written = changes.filter(({type}) => type !== 'DELETED');
	const deleted = changes.filter(({type}) => type === 'DELETED').map(({uid}) => uid);
	const versions = new Map(written.map(({mark = '', version}) => [mark, version]));
	const uids = new Set(deleted);
	const all = <T>(pick: (writer: Writer) => Iterable<T>): readonly T[] => writers.flatMap((writer) => [...pick(writer)]);
	const marks = new Set([...all(({acknowledged}) => acknowledged.keys()), ...all(({unknown}) => unknown)]);
	const targets = new Set([...all((writer) => writer.deleted), ...all(({unknownDeleted}) => unknownDeleted)]);
	const unanswered = [...all(({unknown}) => unknown).map((mark) => versions.has(mark)),
		...all(({unknownDeleted}) => unknownDeleted).map((uid) => uids.has(uid))];
	return {
		lost: all(({acknowledged}) => acknowledged).filter(([mark, version]) => versions.get(mark) !== version).length
			+ all((writer) => writer.deleted).filter((uid) => !uids.has(uid)).length,
		unexplained: written.filter(({mark = ''}) => !marks.has(mark)).length + written.length - versions.size
			+ deleted.filter((uid) => !targets.has(uid)).length + deleted.length - uids.size,
		doneUnanswered: unanswered.filter((isDone) => isDone).length,
		unanswered: unanswered.length,
	};
}

export const marked = (mark: string): {readonly annotations: Readonly<Record<string, string>>} =>
	({annotations: {[markAnnotation]: mark}});
