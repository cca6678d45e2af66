import {Collection} from './collection.ts';
import {Database, type Change} from './database.ts';
import {labelsOf, type Filter} from './filter.ts';
import {History} from './history.ts';
import {deepFreeze, equalJson, type JsonObject} from './json.ts';
import type {Kind} from './kind.ts';
import {tooLarge} from './refusals.ts';
import {metaOf, textOf} from './shape.ts';

/** A change that is not committed yet. */
export interface Draft {
	readonly kind: Kind;
	readonly type: Change['type'];
	/** Its resourceVersion is given at commit. */
	readonly object: JsonObject;
	readonly previous?: JsonObject;
}

export interface TablesOptions {
	/** Changes kept at least. */
	readonly historyLength: number;
	readonly readOnly: boolean;
}

const bodyBytesMax = 1_572_864;

/** Objects and history, equal in memory and in the database: memory follows only what is committed. */
export class Tables {
	readonly history: History;
	readonly #database: Database;
	readonly #collections: ReadonlyMap<string, Collection>;
	readonly #historyLength: number;
	#version: number;

	constructor(path: string, kinds: readonly Kind[], {historyLength, readOnly}: TablesOptions) {
		this.#database = new Database(path, readOnly);
		this.#historyLength = historyLength;
		this.#collections = new Map(kinds.map(({id}) => [id, new Collection()]));
		const {objects, changes, compacted} = this.#database.load();
		for (const {kind, namespace, name, object} of objects) {
			this.#collections.get(kind)?.set(namespace, name, deepFreeze(object));
		}
		this.history = new History(
			changes.map((change) => Object.freeze({...change, object: deepFreeze(change.object)})),
			compacted,
		);
		this.#version = Math.max(compacted, changes.at(-1)?.version ?? 0);
	}

	/** Version of the newest change. */
	get version(): number {
		return this.#version;
	}

	get(kind: Kind, namespace: string, name: string): JsonObject | undefined {
		return this.#collections.get(kind.id)?.get(namespace, name);
	}

	list(kind: Kind, filter: Pick<Filter, 'namespace' | 'matches'>): readonly JsonObject[] {
		return (this.#collections.get(kind.id)?.list(filter.namespace) ?? []).filter((object) => filter.matches(object));
	}

	/** Writes all drafts in one transaction, then tells the watches. Returns the objects with their versions. */
	commit(drafts: readonly Draft[]): readonly JsonObject[] {
		if (drafts.length === 0) return [];
		const changes = drafts.map((draft, index) => makeChange(draft, this.#version + index + 1));
		const bodies = changes.map(({object}) => JSON.stringify(object));
		if (bodies.some((body) => body.length > bodyBytesMax)) throw tooLarge();
		this.#database.commit(changes, bodies);
		this.#version += changes.length;
		for (const change of changes) this.#apply(change);
		this.history.append(changes);
		if (this.history.count > 2 * this.#historyLength) this.compact(this.history.versionToKeep(this.#historyLength));
		return changes.map(({object}) => object);
	}

	/** What a commit would return, for a dry run: an update keeps its version, a new object has none. */
	rehearse({object}: Draft): JsonObject {
		return deepFreeze(object);
	}

	compact(version: number): void {
		const upTo = Math.min(version, this.#version);
		if (upTo <= this.history.compacted) return;
		this.#database.compact(upTo);
		this.history.compact(upTo);
	}

	close(): void {
		this.#database.close();
	}

	#apply({kind, namespace, name, type, object}: Change): void {
		const collection = this.#collections.get(kind);
		if (type === 'DELETED') collection?.delete(namespace, name);
		else collection?.set(namespace, name, object);
	}
}

function makeChange({kind, type, object, previous}: Draft, version: number): Change {
	const meta = metaOf(object);
	const stamped = deepFreeze({...object, metadata: {...meta, resourceVersion: String(version)}});
	const moved = previous !== undefined && !equalJson(labelsOf(previous), labelsOf(object));
	return {
		kind: kind.id,
		namespace: textOf(meta, 'namespace'),
		name: textOf(meta, 'name'),
		type,
		version,
		object: stamped,
		...(moved || (previous !== undefined && kind.selectableFields.length > 0) ? {previous} : {}),
	};
}
