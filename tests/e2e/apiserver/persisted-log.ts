import {hash} from 'node:crypto';
import {DatabaseSync} from 'node:sqlite';

/** One committed change, as the database keeps it. */
export interface LoggedChange {
	readonly version: number;
	readonly kind: string;
	readonly type: string;
	readonly uid: string;
	readonly namespace: string;
	readonly labels: Readonly<Record<string, string>>;
	/** What writers number their writes by. */
	readonly mark: string | undefined;
	/** Of the whole object. */
	readonly digest: string;
}

export interface Body {
	readonly kind?: string;
	readonly metadata: {
		readonly uid?: string;
		readonly namespace?: string;
		readonly resourceVersion?: string;
		readonly labels?: Readonly<Record<string, string>>;
		readonly annotations?: Readonly<Record<string, string>>;
	};
}

export const markAnnotation = 'test.femtofleet.dev/mark';

export function digestOf(type: string, body: object): string {
	return hash('sha1', `${type} ${JSON.stringify(body)}`, 'base64').slice(0, 14);
}

/**
 * The log in the file of a store, read beside the process that writes it, piece by piece, because the server forgets what
 * is old. It knows nothing of the store's code but its tables.
 */
export class PersistedLog {
	readonly changes: LoggedChange[] = [];
	readonly #path: string;
	#version: number;
	/** Of the log's oldest change when last looked at. */
	oldest = 0;

	constructor(path: string, after: number) {
		this.#path = path;
		this.#version = after;
	}

	/** @throws Error when the server has forgotten what was not read yet, or left a version out. */
	read(): void {
		const database = new DatabaseSync(this.#path, {readOnly: true});
		try {
			const newer = database.prepare('SELECT version, kind, type, body FROM changes WHERE version > ? ORDER BY version');
			const rows = newer.all(this.#version);
			for (const row of rows) this.#add(Number(row['version']), String(row['kind']), String(row['type']), String(row['body']));
			this.oldest = Number(database.prepare('SELECT min(version) AS oldest FROM changes').get()?.['oldest']);
		} finally {
			database.close();
		}
	}

	#add(version: number, kind: string, type: string, text: string): void {
		if (version !== this.#version + 1) throw new Error(`version ${version} follows ${this.#version} in the log`);
		this.#version = version;
		const body = JSON.parse(text) as Body;
		const {uid = '', namespace = '', labels = {}, annotations = {}, resourceVersion} = body.metadata;
		if (Number(resourceVersion) !== version) throw new Error(`version ${resourceVersion} stands in change ${version}`);
		this.changes.push({
			version, kind, type, uid, namespace, labels, mark: annotations[markAnnotation], digest: digestOf(type, body),
		});
	}
}
