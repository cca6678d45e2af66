import type {Change} from './database.ts';

export const anyKind = '*';

/**
 * The log of changes in memory, by kind, and who waits for more. Watches read from it by version, so a slow one holds
 * nothing but its position.
 */
export class History {
	/** Ascending versions per kind. */
	readonly #changes = new Map<string, Change[]>();
	readonly #waiting = new Map<string, Set<() => void>>();
	/** Changes up to this version are gone. */
	#compacted: number;
	#count = 0;

	constructor(changes: readonly Change[], compacted: number) {
		this.#compacted = compacted;
		for (const change of changes) this.#push(change);
	}

	get compacted(): number {
		return this.#compacted;
	}

	/** Changes held. */
	get count(): number {
		return this.#count;
	}

	/** Adds committed changes and wakes whoever waits for their kinds. */
	append(changes: readonly Change[]): void {
		for (const change of changes) this.#push(change);
		for (const kind of new Set([...changes.map((change) => change.kind), anyKind])) {
			for (const wake of [...(this.#waiting.get(kind) ?? [])]) wake();
		}
	}

	/** The first change of a kind after `version`. */
	next(kind: string, version: number): Change | undefined {
		const list = this.#changes.get(kind) ?? [];
		return list[firstAfter(list, version)];
	}

	/** All changes of a kind after `version`. */
	since(kind: string, version: number): readonly Change[] {
		const list = this.#changes.get(kind) ?? [];
		return list.slice(firstAfter(list, version));
	}

	/** Calls `wake` after each further change of a kind or of `anyKind`, until the returned function is called. */
	subscribe(kind: string, wake: () => void): () => void {
		const waiting = this.#waiting.get(kind) ?? new Set();
		this.#waiting.set(kind, waiting);
		waiting.add(wake);
		return () => waiting.delete(wake);
	}

	/** Version up to which the log must go so that the newest `keep` changes stay. */
	versionToKeep(keep: number): number {
		const versions = [...this.#changes.values()]
			.flatMap((list) => list.map(({version}) => version))
			.toSorted((a, b) => a - b);
		return versions[versions.length - keep - 1] ?? this.#compacted;
	}

	/** Forgets changes up to `version`. */
	compact(version: number): void {
		this.#compacted = Math.max(this.#compacted, version);
		for (const [kind, list] of this.#changes) {
			const from = firstAfter(list, version);
			this.#count -= from;
			this.#changes.set(kind, list.slice(from));
		}
	}

	#push(change: Change): void {
		const list = this.#changes.get(change.kind);
		if (list === undefined) this.#changes.set(change.kind, [change]);
		else list.push(change);
		this.#count++;
	}
}

/** Index of the first change with a greater version, by bisection. */
function firstAfter(list: readonly Change[], version: number): number {
	let low = 0;
	for (let high = list.length; low < high;) {
		const middle = (low + high) >>> 1;
		if ((list[middle]?.version ?? 0) > version) high = middle;
		else low = middle + 1;
	}
	return low;
}
