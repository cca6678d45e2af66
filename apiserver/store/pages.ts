import type {Clock} from '../../runtime/clock.ts';
import type {Filter} from './filter.ts';
import type {JsonObject} from './json.ts';
import {badRequest, expiredContinue} from './refusals.ts';

interface Snapshot {
	readonly items: readonly JsonObject[];
	readonly version: number;
	readonly filter: string;
	readonly expiresMs: number;
}

export interface Page {
	readonly items: readonly JsonObject[];
	readonly version: number;
	readonly continue?: string;
}

const snapshotsMax = 64;
const snapshotMs = 300_000;

/**
 * Lists cut by a limit. Every page is of the state at the first page: objects never change in place, so a list of them
 * is a snapshot. Tokens last five minutes and end with the process; then 410 Expired tells the caller to begin anew.
 */
export class Pages {
	readonly #clock: Clock;
	readonly #snapshots = new Map<number, Snapshot>();
	#lastId = 0;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	first(items: readonly JsonObject[], version: number, filter: Filter, limit: number): Page {
		if (limit <= 0 || items.length <= limit) return {items, version};
		this.#evict();
		const id = ++this.#lastId;
		this.#snapshots.set(id, {items, version, filter: filter.text, expiresMs: this.#clock.now() + snapshotMs});
		return {items: items.slice(0, limit), version, continue: encodeToken(id, limit)};
	}

	/** @throws KubeError 400 for a token of another list, 410 for one that is too old. */
	next(token: string, filter: Filter, limit: number): Page {
		const {id, offset} = decodeToken(token);
		const snapshot = this.#snapshots.get(id);
		if (snapshot === undefined || snapshot.expiresMs < this.#clock.now()) throw expiredContinue();
		if (snapshot.filter !== filter.text) throw badRequest('continue key is not valid: it belongs to another list');
		const end = limit <= 0 ? snapshot.items.length : offset + limit;
		const page = {items: snapshot.items.slice(offset, end), version: snapshot.version};
		return end < snapshot.items.length ? {...page, continue: encodeToken(id, end)} : page;
	}

	#evict(): void {
		const now = this.#clock.now();
		for (const [id, {expiresMs}] of this.#snapshots) {
			if (expiresMs < now || this.#snapshots.size >= snapshotsMax) this.#snapshots.delete(id);
		}
	}
}

function encodeToken(id: number, offset: number): string {
	return Buffer.from(`${id}.${offset}`).toString('base64url');
}

function decodeToken(token: string): {readonly id: number; readonly offset: number} {
	const match = /^(\d{1,15})\.(\d{1,15})$/.exec(Buffer.from(token, 'base64url').toString());
	if (match === null) throw badRequest('continue key is not valid');
	return {id: Number(match[1]), offset: Number(match[2])};
}
