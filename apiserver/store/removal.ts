import {formatTime} from '../../runtime/clock.ts';
import type {JsonObject} from './json.ts';
import type {Kind} from './kind.ts';
import type {Kinds} from './kinds.ts';
import {metaOf, objectOrEmpty, textOf} from './shape.ts';
import type {Draft, Tables} from './tables.ts';

/**
 * What deleting an object changes: it goes at once, or is marked while it has finalizers. A namespace takes its
 * contents with it and goes when none of them is left. Nothing at all when it is marked already.
 */
export function planDeletion(
	tables: Tables,
	kinds: Kinds,
	kind: Kind,
	object: JsonObject,
	nowMs: number,
): readonly Draft[] {
	const own =
		kind.id === '/namespaces' ? terminateNamespace(tables, kinds, object, nowMs) : removeOrMark(kind, object, nowMs);
	return [...own, ...planRelease(tables, kinds, own)];
}

function removeOrMark(kind: Kind, object: JsonObject, nowMs: number): readonly Draft[] {
	const meta = metaOf(object);
	if (meta['finalizers'] === undefined) return [{kind, type: 'DELETED', object, previous: object}];
	if (meta['deletionTimestamp'] !== undefined) return [];
	return [{kind, type: 'MODIFIED', object: mark(object, nowMs), previous: object}];
}

function mark(object: JsonObject, nowMs: number): JsonObject {
	const meta = metaOf(object);
	const generation = typeof meta['generation'] === 'number' ? {generation: meta['generation'] + 1} : {};
	return {
		...object,
		metadata: {...meta, ...generation, deletionTimestamp: formatTime(nowMs), deletionGracePeriodSeconds: 0},
	};
}

function terminateNamespace(tables: Tables, kinds: Kinds, object: JsonObject, nowMs: number): readonly Draft[] {
	const kind = kinds.namespaces;
	const meta = metaOf(object);
	const name = textOf(meta, 'name');
	const contents = contentsOf(tables, kinds, name).flatMap(([inner, content]) => removeOrMark(inner, content, nowMs));
	if (meta['deletionTimestamp'] !== undefined) return contents;
	const marked = {...mark(object, nowMs), status: {phase: 'Terminating'}};
	const isEmpty = contentsOf(tables, kinds, name).length === 0;
	if (isEmpty && meta['finalizers'] === undefined) return [{kind, type: 'DELETED', object: marked, previous: object}];
	return [{kind, type: 'MODIFIED', object: marked, previous: object}, ...contents];
}

/** Namespaces that may go because the drafts take the last of their contents. */
export function planRelease(tables: Tables, kinds: Kinds, drafts: readonly Draft[]): readonly Draft[] {
	const removed = drafts.filter(({type, kind}) => type === 'DELETED' && kind.namespaced);
	const names = new Set(removed.map(({object}) => textOf(metaOf(object), 'namespace')));
	return [...names].flatMap((name) => {
		const pending = drafts.find(({kind, object}) => kind === kinds.namespaces && metaOf(object)['name'] === name);
		const object = pending?.object ?? tables.get(kinds.namespaces, '', name);
		const meta = objectOrEmpty(object?.['metadata']);
		if (object === undefined || meta['deletionTimestamp'] === undefined || meta['finalizers'] !== undefined) return [];
		const gone = new Set(removed.map((draft) => draft.previous));
		const isEmpty = contentsOf(tables, kinds, name).every(([, content]) => gone.has(content));
		return isEmpty ? [{kind: kinds.namespaces, type: 'DELETED' as const, object, previous: object}] : [];
	});
}

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

function contentsOf(tables: Tables, kinds: Kinds, namespace: string): readonly (readonly [Kind, JsonObject])[] {
	const everything = {namespace, matches: () => true};
	return kinds
		.all()
		.filter(({namespaced}) => namespaced)
		.flatMap((kind) => tables.list(kind, everything).map((object) => [kind, object] as const));
}
