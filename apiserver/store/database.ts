import {existsSync, renameSync, rmSync} from 'node:fs';
import {DatabaseSync, type StatementSync} from 'node:sqlite';
import type {JsonObject} from './json.ts';

/** One committed change of one object. */
export interface Change {
	/** `Kind.id`. */
	readonly kind: string;
	readonly namespace: string;
	readonly name: string;
	readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
	readonly version: number;
	/** With its new resourceVersion; for DELETED the last state with the version of the deletion. */
	readonly object: JsonObject;
	/** The state before; after a restart absent for the oldest change of an object that is kept. */
	readonly previous?: JsonObject;
	/** Its labels or fields differ from those before: the file keeps both, because a selector must see them. */
	readonly moved: boolean;
}

export interface DatabaseContents {
	readonly objects: readonly {
		readonly kind: string;
		readonly namespace: string;
		readonly name: string;
		readonly object: JsonObject;
	}[];
	readonly changes: readonly Change[];
	/** Changes up to this version are gone from the log. */
	readonly compacted: number;
}

export interface DatabaseOptions {
	readonly readOnly: boolean;
	readonly bytesMax?: number | undefined;
}

const formatVersion = 1;
const tables = `
	CREATE TABLE objects (
		kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL,
		PRIMARY KEY (kind, namespace, name)
	) STRICT, WITHOUT ROWID;
	CREATE TABLE changes (
		version INTEGER PRIMARY KEY, kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,
		body TEXT NOT NULL, previous TEXT
	) STRICT;
	CREATE TABLE compaction (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL) STRICT;
	INSERT INTO compaction VALUES (1, 0);
	PRAGMA user_version = ${formatVersion};
`;

/**
 * Objects and the log of their changes in one SQLite file, or in memory for the path `:memory:`. One process at a time
 * may write it, others may read; what `commit` returned from survives a loss of power.
 */
export class Database {
	readonly #path: string;
	readonly #connection: DatabaseSync;
	readonly #lock: DatabaseSync | undefined;
	readonly #putObject: StatementSync;
	readonly #removeObject: StatementSync;
	readonly #addChange: StatementSync;

	/** @throws Error when the file is in use, no database of a store, or of a later format. */
	constructor(path: string, {readOnly, bytesMax}: DatabaseOptions) {
		this.#path = path;
		let lock: DatabaseSync | undefined;
		try {
			lock = readOnly || path === ':memory:' ? undefined : takeLock(path);
			this.#connection = connect(path, readOnly);
			if (bytesMax !== undefined) limitSize(this.#connection, bytesMax);
		} catch (error) {
			lock?.close();
			throw notOpened(path, error);
		}
		this.#lock = lock;
		this.#putObject = this.#connection.prepare('INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?)');
		this.#removeObject = this.#connection.prepare('DELETE FROM objects WHERE kind = ? AND namespace = ? AND name = ?');
		this.#addChange = this.#connection.prepare('INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?)');
	}

	/** @throws Error when the file is damaged; it is closed then. */
	load(): DatabaseContents {
		try {
			return this.#load();
		} catch (error) {
			this.close();
			throw notOpened(this.#path, error);
		}
	}

	#load(): DatabaseContents {
		this.#connection.exec('BEGIN');
		const objects = this.#connection.prepare('SELECT kind, namespace, name, body FROM objects').all();
		const changes = this.#connection.prepare('SELECT * FROM changes ORDER BY version').all();
		const compaction = this.#connection.prepare('SELECT version FROM compaction').get();
		this.#connection.exec('COMMIT');
		return {
			objects: objects.map((row) => ({...keysOf(row), object: parse(row['body'])})),
			changes: chain(changes),
			compacted: Number(compaction?.['version']),
		};
	}

	/** All changes or none. */
	commit(changes: readonly Change[], bodies: readonly string[]): void {
		this.#transact(() => changes.forEach((change, index) => this.#write(change, bodies[index] ?? '')));
	}

	#transact(write: () => void): void {
		this.#connection.exec('BEGIN IMMEDIATE');
		try {
			write();
			this.#connection.exec('COMMIT');
		} catch (error) {
			// A full disk may have ended the transaction already.
			if (this.#connection.isTransaction) this.#connection.exec('ROLLBACK');
			throw error;
		}
	}

	#write({kind, namespace, name, type, version, previous, moved}: Change, body: string): void {
		if (type === 'DELETED') this.#removeObject.run(kind, namespace, name);
		else this.#putObject.run(kind, namespace, name, body);
		this.#addChange.run(
			version,
			kind,
			namespace,
			name,
			type,
			body,
			moved && previous !== undefined ? JSON.stringify(previous) : null,
		);
	}

	/** Drops the log up to `version`. */
	compact(version: number): void {
		this.#transact(() => {
			this.#connection.prepare('DELETE FROM changes WHERE version <= ?').run(version);
			this.#connection.prepare('UPDATE compaction SET version = ?').run(version);
		});
	}

	close(): void {
		this.#connection.close();
		this.#lock?.close();
	}
}

/** A second file stands for the right to write: the store's own locks would keep readers out. Goes with the process. */
function takeLock(path: string): DatabaseSync {
	const lock = new DatabaseSync(`${path}-lock`);
	try {
		lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE;');
	} catch (error) {
		lock.close();
		throw error;
	}
	return lock;
}

function connect(path: string, readOnly: boolean): DatabaseSync {
	if (!readOnly && path !== ':memory:' && !existsSync(path)) make(path);
	// The last writer was killed: who may write would, when it closes a damaged file, put into it what the log holds.
	if (!readOnly && existsSync(`${path}-wal`)) connect(path, true).close();
	const connection = new DatabaseSync(path, {readOnly});
	try {
		if (path === ':memory:') connection.exec(tables);
		check(connection);
		if (!readOnly) connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
	} catch (error) {
		connection.close();
		throw error;
	}
	return connection;
}

/** @throws RangeError for what is no store, a damaged one or one of a later format. */
function check(connection: DatabaseSync): void {
	const format = Number(connection.prepare('PRAGMA user_version').get()?.['user_version']);
	if (format > formatVersion)
		throw new RangeError(`format ${format} of a newer program, format ${formatVersion} or older required`);
	// A new one is never met half made: what was a store once is not filled anew.
	if (format === 0) throw new RangeError('no store; it may be damaged');
	// A damaged page may read as one with fewer rows.
	const found = String(connection.prepare('PRAGMA quick_check(1)').get()?.['quick_check']);
	if (found !== 'ok') throw new RangeError(`damaged: ${found.split('\n').at(-1)}`);
}

/** The file is there whole or not at all, whenever the process is killed. */
function make(path: string): void {
	const next = `${path}-new`;
	rmSync(next, {force: true});
	const connection = new DatabaseSync(next);
	try {
		connection.exec(`BEGIN; ${tables} COMMIT;`);
	} finally {
		connection.close();
	}
	renameSync(next, path);
}

function notOpened(path: string, error: unknown): Error {
	return new Error(`Cannot open store: ${path} (${error instanceof Error ? error.message : String(error)})`, {cause: error});
}

function limitSize(connection: DatabaseSync, bytesMax: number): void {
	const pageBytes = Number(connection.prepare('PRAGMA page_size').get()?.['page_size']);
	connection.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(bytesMax / pageBytes))}`);
}

/** Each change with the state before it, as far as the rows tell. */
function chain(rows: readonly Record<string, unknown>[]): readonly Change[] {
	const last = new Map<string, JsonObject>();
	return rows.map((row) => {
		const keys = keysOf(row);
		const key = JSON.stringify(keys);
		const object = parse(row['body']);
		const moved = row['previous'] !== null;
		const previous = last.get(key) ?? (moved ? parse(row['previous']) : undefined);
		const type = row['type'] as Change['type'];
		if (type === 'DELETED') last.delete(key);
		else last.set(key, object);
		return {...keys, version: Number(row['version']), type, object, moved, ...(previous === undefined ? {} : {previous})};
	});
}

function keysOf(row: Record<string, unknown>): {
	readonly kind: string;
	readonly namespace: string;
	readonly name: string;
} {
	return {kind: String(row['kind']), namespace: String(row['namespace']), name: String(row['name'])};
}

/** Bodies were written by `commit`, so they are JSON objects. */
function parse(body: unknown): JsonObject {
	return JSON.parse(String(body)) as JsonObject;
}
