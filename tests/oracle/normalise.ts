import type {RawAnswer} from '../../scripts/oracle/http.ts';
import type {OracleRequest} from './scenario.ts';

/** An answer without what differs from run to run. */
export interface Answer {
	readonly status: number;
	/** Media type with its parameters but the charset. */
	readonly type: string;
	readonly warnings?: readonly string[];
	readonly retryAfter?: string;
	/** JSON; a stream is the array of its events; anything else is text. */
	readonly body: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const dateTime = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;
/** A refusal may quote the whole object as the server holds it. */
const quotedObject = /Invalid value: "\{.*\}": /s;
/** Numbers in a message that are versions of the server. */
const versionsInText = /((?:resource ?version|current)[^\d{}]{0,24})([1-9]\d*)\b(?: \((\d+)\))?/gi;
const age = /^\d+[smhd]$/;
/** A time this near is the server's own; times that requests carry lie years back. */
const recentMs = 3_600_000;

/**
 * Makes the answers of one scenario comparable, in their order. Symbols are `{uid of a}` for the uid of an object called a
 * and `{uid 2 of a}` for that of the next one of this name, `{v2}` for the second version seen of one object, `{current}` for a list not older than any object seen so far, `{past}` for an older
 * one, `{time}` for times of the server. managedFields go: who writes them is a documented difference.
 * So does an empty `continue`, which some lists have and others not.
 */
export class Normaliser {
	readonly #namespace: string;
	readonly #uids = new Map<string, string>();
	readonly #versions = new Map<string, string[]>();
	/** How many objects of a name there were. */
	readonly #named = new Map<string, number>();
	readonly #generated = new Map<string, string>();
	#newest = 0;

	constructor(namespace: string) {
		this.#namespace = namespace;
	}

	answer(raw: RawAnswer, request: OracleRequest): Answer {
		const parsed = parseBody(raw, request.watch !== undefined);
		this.#notice(parsed);
		const whole = sortCauses(this.#value(parsed, ''));
		const body = request.only === undefined || raw.status >= 400 ? whole : partOf(whole, request.only);
		const warnings = [raw.headers['warning'] ?? []].flat().map((text) => this.#text(text));
		const retryAfter = raw.headers['retry-after'];
		return {
			status: raw.status,
			type: mediaType(raw.headers['content-type']),
			...(warnings.length === 0 ? {} : {warnings}),
			...(retryAfter === undefined ? {} : {retryAfter: String(retryAfter)}),
			body,
		};
	}

	/** Before anything is named: the objects inside count as seen. */
	#notice(value: unknown): void {
		if (Array.isArray(value)) {
			for (const item of value) this.#notice(item);
		} else if (isFields(value)) {
			const {uid, resourceVersion, name, generateName} = value;
			if (typeof uid === 'string' && typeof name === 'string') this.#nameUid(uid, name);
			if (typeof uid === 'string' && typeof resourceVersion === 'string') {
				this.#newest = Math.max(this.#newest, Number(resourceVersion));
			}
			if (typeof generateName === 'string' && typeof name === 'string' && /^[a-z0-9]{5}$/.test(name.slice(generateName.length))) {
				this.#generated.set(name, `${generateName}{random}`);
			}
			for (const inner of Object.values(value)) this.#notice(inner);
		}
	}

	#value(value: unknown, key: string): unknown {
		if (typeof value === 'string') return this.#text(value);
		if (Array.isArray(value)) return value.map((item) => (key === 'cells' ? this.#cell(item) : this.#value(item, '')));
		if (!isFields(value)) return value;
		const entries = Object.entries(value).filter(([name, inner]) => name !== 'managedFields' && !(name === 'continue' && inner === ''));
		return Object.fromEntries(entries.map(([name, inner]) => [this.#text(name), this.#field(name, inner, value)]));
	}

	#field(name: string, inner: unknown, parent: Fields): unknown {
		if (name === 'resourceVersion' && typeof inner === 'string') return this.#version(inner, parent);
		if (name === 'continue' && typeof inner === 'string') return '{continue}';
		return this.#value(inner, name);
	}

	#version(version: string, parent: Fields): string {
		if (!/^[1-9]\d*$/.test(version)) return version;
		const uid = parent['uid'];
		if (typeof uid !== 'string') return Number(version) >= this.#newest ? '{current}' : '{past}';
		const seen = this.#versions.get(uid) ?? [];
		this.#versions.set(uid, seen);
		if (!seen.includes(version)) seen.push(version);
		return `{v${seen.indexOf(version) + 1}}`;
	}

	#cell(value: unknown): unknown {
		return typeof value === 'string' && age.test(value) ? '{age}' : this.#value(value, '');
	}

	#text(value: string): string {
		let text = value.replaceAll(uuid, (id) => this.#uids.get(id) ?? id);
		for (const [name, symbol] of this.#generated) text = text.replaceAll(name, symbol);
		return text
			.replaceAll(this.#namespace, '{ns}')
			.replaceAll(dateTime, (time) => (isRecent(time) ? '{time}' : time))
			.replace(quotedObject, 'Invalid value: {object}: ')
			.replaceAll(versionsInText, (_all, words: string, _first, second?: string) =>
				second === undefined ? `${words}{version}` : `${words}{version} ({version})`);
	}

	#nameUid(uid: string, name: string): void {
		if (this.#uids.has(uid)) return;
		const count = (this.#named.get(name) ?? 0) + 1;
		this.#named.set(name, count);
		this.#uids.set(uid, count === 1 ? `{uid of ${name}}` : `{uid ${count} of ${name}}`);
	}
}

/** Whatever the media type says, which is compared on its own. */
function parseBody({body}: RawAnswer, isStream: boolean): unknown {
	try {
		return isStream ? splitStream(body) : (JSON.parse(body) as unknown);
	} catch {
		// Text is an answer too.
		return body;
	}
}

/** Events, one a line; an answer that is no stream stays what it is. */
function splitStream(body: string): unknown {
	const values = body.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Fields);
	const [first] = values;
	return values.length === 1 && first?.['kind'] === 'Status' ? first : values;
}

/** What a request compares; an answer that is not made as expected is compared whole. */
function partOf(body: unknown, only: (body: unknown) => unknown): unknown {
	try {
		return only(body);
	} catch {
		return body;
	}
}

interface Cause {
	readonly field?: string;
	readonly message: string;
}

/** The official server names several problems in any order, in the causes and in the message. */
function sortCauses(body: unknown): unknown {
	if (!isFields(body) || typeof body['message'] !== 'string' || !isFields(body['details'])) return body;
	const {causes} = body['details'];
	if (!Array.isArray(causes) || causes.length < 2) return body;
	const texts = (causes as readonly Cause[]).map(({field, message}) => `${field}: ${message}`).toSorted();
	const begin = body['message'].indexOf('[');
	const isList = texts.every((text) => (body['message'] as string).includes(text)) && begin > 0
		&& body['message'].length - begin === texts.join(', ').length + 2;
	const message = isList ? `${body['message'].slice(0, begin)}[${texts.join(', ')}]` : body['message'];
	const key = (cause: Cause): string => `${cause.field}: ${cause.message}`;
	const sorted = (causes as readonly Cause[]).toSorted((left, right) => (key(left) < key(right) ? -1 : 1));
	return {...body, message, details: {...body['details'], causes: sorted}};
}

function mediaType(header: string | readonly string[] | undefined): string {
	const [type = ''] = [header ?? ''].flat();
	return type.split(';').map((part) => part.trim()).filter((part) => !/^charset=/i.test(part)).join(';');
}

function isRecent(text: string): boolean {
	return Math.abs(Date.parse(text) - Date.now()) < recentMs;
}

function isFields(value: unknown): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
