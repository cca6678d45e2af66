import type {JsonObject} from './json.ts';
import type {Kind} from './kind.ts';
import {metaOf, textOf} from './shape.ts';
import type {Draft, Tables} from './tables.ts';

/** Objects of a kind with a lifetime that have reached it. */
export function planExpiry(tables: Tables, kind: Kind, nowMs: number): readonly Draft[] {
	const {lifetimeMs} = kind;
	if (lifetimeMs === undefined) return [];
	const old = tables.list(kind, {matches: (object) => lastTimeMs(object) + lifetimeMs <= nowMs});
	return old.map((object) => ({kind, type: 'DELETED', object, previous: object}));
}

/** What an event says of its last occurrence; its creation where it says nothing. */
function lastTimeMs(object: JsonObject): number {
	const times = [textOf(object, 'lastTimestamp'), textOf(metaOf(object), 'creationTimestamp')].map((text) =>
		Date.parse(text),
	);
	return Math.max(...times.filter((time) => !Number.isNaN(time)));
}
