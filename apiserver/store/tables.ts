import type {Clock} from '../../runtime/clock.ts';
import {deepFreeze} from '../../runtime/kube/freeze.ts';
import {Collection} from './collection.ts';
import {Database, type Change} from './database.ts';
import {labelsOf, type Filter} from './filter.ts';
import {anyKind, History} from './history.ts';
import {equalJson, type JsonObject} from './json.ts';
import type {Kind} from './kind.ts';
import {notWritten, objectBytesMax, tooLarge, versionFromFuture} from './refusals.ts';
import {Owners, type Place} from './owners.ts';
import {metaOf, textOf} from './shape.ts';

/** A change that is not committed yet. */
export interface Draft {
	readonly kind: Kind;
	readonly type: Change['type'];
	/** Its resourceVersion is given at commit. */
	readonly object: JsonObject;
	readonly previous?: JsonObject;
}

/** An object and what kind it is of. */
export interface Stored {
	readonly kind: Kind;
	readonly object: JsonObject;
}

export interface TablesOptions {
	/** Changes kept at least. */
	readonly historyLength: number;
	readonly bytesMax?: number | undefined;
	readonly readOnly: boolean;
}

const waitMs = 3_000;

/** Objects and history, equal in memory and in the database: memory follows only what is committed. */
export class Tables {
	readonly history: History;
	readonly owners = new Owners();
	readonly #kinds: ReadonlyMap<string, Kind>;
	readonly #database: Database;
	readonly #collections: ReadonlyMap<string, Collection>;
	readonly #historyLength: number;
	#version: number;

	constructor(path: string, kinds: readonly Kind[], {historyLength, bytesMax, readOnly}: TablesOptions) {
		this.#database = new Database(path, {readOnly, bytesMax});
		this.#historyLength = historyLength;
		this.#kinds = new Map(kinds.map((kind) => [kind.id, kind]));
		this.#collections = new Map(kinds.map(({id}) => [id, new Collection()]));
		const {objects, changes, compacted} = this.#database.load();
		for (const {kind, namespace, name, object} of objects) {
			this.#put({kind, namespace, name}, deepFreeze(object));
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

	byUid(uid: string): Stored | undefined {
		const place = this.owners.place(uid);
		const kind = place === undefined ? undefined : this.#kinds.get(place.kind);
		const object = place === undefined ? undefined : this.#collections.get(place.kind)?.get(place.namespace, place.name);
		return kind === undefined || object === undefined ? undefined : {kind, object};
	}

	list(kind: Kind, filter: Pick<Filter, 'namespace' | 'matches'>): readonly JsonObject[] {
		return (this.#collections.get(kind.id)?.list(filter.namespace) ?? []).filter((object) => filter.matches(object));
	}

	/** As they were at a version; undefined when the history does not reach there. */
	listAt(kind: Kind, filter: Pick<Filter, 'namespace' | 'matches'>, version: number): readonly JsonObject[] | undefined {
		if (version < this.history.compacted) return undefined;
		const then = new Map<string, JsonObject | undefined>();
		for (const {namespace, name, type, previous} of this.history.since(kind.id, version)) {
			const key = `${namespace}/${name}`;
			if (then.has(key)) continue;
			if (type !== 'ADDED' && previous === undefined) return undefined;
			then.set(key, type === 'ADDED' ? undefined : previous);
		}
		if (then.size === 0) return this.list(kind, filter);
		const objects = this.#collections.get(kind.id)?.listWith(filter.namespace, then) ?? [];
		return objects.filter((object) => filter.matches(object));
	}

	/** Waits until a version has been reached. @throws KubeError 504 after three seconds. */
	reach(version: number, clock: Clock): Promise<void> {
		return new Promise((resolve, reject) => {
			const timer = clock.setTimer(waitMs, () => {
				stop();
				reject(versionFromFuture(version, this.#version));
			});
			const stop = this.history.subscribe(anyKind, () => {
				if (this.#version < version) return;
				timer.cancel();
				stop();
				resolve();
			});
		});
	}

	/**
	 * Writes all drafts in one transaction, then tells the watches. Returns the objects with their versions.
	 * @throws KubeError 413 for an object that is too large, 500 when the database refuses; then nothing has changed.
	 */
	commit(drafts: readonly Draft[]): readonly JsonObject[] {
		if (drafts.length === 0) return [];
		const changes = drafts.map((draft, index) => makeChange(draft, this.#version + index + 1));
		const bodies = changes.map(({object}) => JSON.stringify(object));
		drafts.forEach(({kind}, index) => checkSize(kind, changes[index]?.name ?? '', bodies[index] ?? ''));
		try {
			this.#database.commit(changes, bodies);
		} catch (error) {
			throw notWritten(error);
		}
		this.#version += changes.length;
		for (const {type, object, kind, namespace, name} of changes) {
			this.#put({kind, namespace, name}, type === 'DELETED' ? undefined : object);
		}
		this.history.append(changes);
		this.#trim();
		return changes.map(({object}) => object);
	}

	/** Room is made when it can be: what was committed stands also when the database has none for it now. */
	#trim(): void {
		// A tenth at a time: often enough to be quick, seldom enough to cost little.
		if (this.history.count <= 1.1 * this.#historyLength) return;
		try {
			this.compact(this.history.versionToKeep(this.#historyLength));
		} catch {
			// The next write tries again.
		}
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

	#put(place: Place, object: JsonObject | undefined): void {
		const {kind, namespace, name} = place;
		const collection = this.#collections.get(kind);
		if (collection === undefined) return;
		this.owners.replace(place, collection.get(namespace, name), object);
		if (object === undefined) collection.delete(namespace, name);
		else collection.set(namespace, name, object);
	}
}

function makeChange({kind, type, object, previous}: Draft, version: number): Change {
	const meta = metaOf(object);
	const stamped = deepFreeze({...object, metadata: {...meta, resourceVersion: String(version)}});
	const selectable = previous !== undefined && kind.selectableFields.length > 0;
	const moved = selectable || (previous !== undefined && !equalJson(labelsOf(previous), labelsOf(object)));
	return {
		kind: kind.id,
		namespace: textOf(meta, 'namespace'),
		name: textOf(meta, 'name'),
		type,
		version,
		object: stamped,
		moved,
		...(previous === undefined ? {} : {previous}),
	};
}

function checkSize(kind: Kind, name: string, body: string): void {
	// No character of UTF-16 is more than three bytes of UTF-8.
	const bytes = body.length * 3 > objectBytesMax ? Buffer.byteLength(body) : 0;
	if (bytes > objectBytesMax) throw tooLarge(kind, name, bytes);
}
