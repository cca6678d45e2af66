import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';

/** What is wrong with a kubeconfig; leaves this folder as the text of a failed result only. */
export class ConfigProblem extends Error {
	override readonly name = 'ConfigProblem';
}

/** One mapping of a kubeconfig. Each getter checks what it gives; a `ConfigProblem` names file, field and rule. */
export class Fields {
	/** For messages: `FILE: users[admin]`. */
	readonly where: string;
	/** Relative paths in it begin here: the folder of its file. */
	readonly folder: string;
	readonly #values: Readonly<Record<string, unknown>>;

	constructor(value: unknown, where: string, folder: string) {
		if (typeof value !== 'object' || value === null || Array.isArray(value)) {
			throw new ConfigProblem(`${where}: a mapping required`);
		}
		this.where = where;
		this.folder = folder;
		this.#values = value as Readonly<Record<string, unknown>>;
	}

	/** Undefined when absent, null or empty, as the official client takes these three. */
	text(field: string): string | undefined {
		const value = this.#values[field] ?? '';
		if (typeof value !== 'string') {
			throw this.problem(field, 'text required');
		}
		return value === '' ? undefined : value;
	}

	flag(field: string): boolean {
		const value = this.#values[field] ?? false;
		if (typeof value !== 'boolean') {
			throw this.problem(field, 'true or false required');
		}
		return value;
	}

	mapping(field: string): Fields | undefined {
		const value = this.#values[field] ?? undefined;
		return value === undefined ? undefined : new Fields(value, `${this.where}.${field}`, this.folder);
	}

	/** A list of `{name, [kind]: mapping}`, by name. */
	named(list: string, kind: string): ReadonlyMap<string, Fields> {
		const value = this.#values[list] ?? [];
		if (!Array.isArray(value)) {
			throw this.problem(list, 'a list required');
		}
		const entries = new Map<string, Fields>();
		value.forEach((item: unknown, index) => {
			const entry = new Fields(item, `${this.where}: ${list}[${index}]`, this.folder);
			const name = entry.required('name');
			entries.set(name, new Fields(entry.raw[kind] ?? {}, `${this.where}: ${list}[${name}].${kind}`, this.folder));
		});
		return entries;
	}

	required(field: string): string {
		const value = this.text(field);
		if (value === undefined) {
			throw this.problem(field, 'required');
		}
		return value;
	}

	/** PEM text of `FIELD-data` (base64), else of the file that `FIELD` names. */
	pem(field: string): string | undefined {
		const data = this.text(`${field}-data`);
		const path = this.path(field);
		const named = data === undefined ? field : `${field}-data`;
		const pem = data !== undefined ? Buffer.from(data, 'base64').toString() : path && this.#read(field, path);
		if (pem !== undefined && !pem.includes('-----BEGIN ')) {
			throw this.problem(named, data === undefined ? `${path} must be PEM` : 'base64 of PEM required');
		}
		return pem;
	}

	/** An absolute path. */
	path(field: string): string | undefined {
		const path = this.text(field);
		return path === undefined ? undefined : resolve(this.folder, path);
	}

	/** For a reader of its own: of checked values there are the getters. */
	get raw(): Readonly<Record<string, unknown>> {
		return this.#values;
	}

	problem(field: string, rule: string): ConfigProblem {
		return new ConfigProblem(`${this.where}.${field}: ${rule}`);
	}

	#read(field: string, path: string): string {
		try {
			return readFileSync(path, 'utf8');
		} catch (error) {
			throw this.problem(field, `cannot read ${path} (${(error as NodeJS.ErrnoException).code})`);
		}
	}
}
