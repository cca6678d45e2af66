import {formatTime} from '../../runtime/clock.ts';
import type {DeleteOptions} from '../../runtime/kube/api.ts';
import type {JsonObject} from './json.ts';
import type {Kind} from './kind.ts';
import type {Kinds} from './kinds.ts';
import {ownersOf, type OwnerReference} from './owners.ts';
import {metaOf, textOf} from './shape.ts';
import type {Draft, Stored, Tables} from './tables.ts';

export type PropagationPolicy = NonNullable<DeleteOptions['propagationPolicy']>;

const foreground = 'foregroundDeletion';
const orphan = 'orphan';

/**
 * What deleting an object, or a change of owners, brings with it, as the drafts of one transaction: an object goes at
 * once or is marked while it has finalizers; objects that it owns go after it (Background), before it (Foreground) or
 * lose the reference (Orphan); an object whose owners are all gone goes too; a namespace takes its contents with it
 * and goes when none of them is left. The official server does the same with controllers, a moment later.
 */
export class Removal {
	readonly #tables: Tables;
	readonly #kinds: Kinds;
	readonly #nowMs: number;
	/** By uid, in the order in which they are to be written. */
	readonly #drafts = new Map<string, Draft>();
	/** Namespaces that have lost an object. */
	readonly #emptied = new Set<string>();

	constructor(tables: Tables, kinds: Kinds, nowMs: number) {
		this.#tables = tables;
		this.#kinds = kinds;
		this.#nowMs = nowMs;
	}

	/** All that is to be written. */
	drafts(): readonly Draft[] {
		for (const name of this.#emptied) this.#release(name);
		return [...this.#drafts.values()];
	}

	/** Without a policy the object's own finalizers tell, else Background. */
	delete(kind: Kind, object: JsonObject, policy?: PropagationPolicy): void {
		const uid = uidOf(object);
		if (kind.id === '/namespaces') {
			this.#terminate(object);
			return;
		}
		const finalizers = finalizersOf(object);
		const effective = policy ?? policyOf(finalizers);
		const others = finalizers.filter((name) => name !== foreground && name !== orphan);
		if (effective === 'Orphan') for (const dependent of this.#dependentsOf(uid)) this.#disown(dependent, [uid]);
		const waits = effective === 'Foreground' && this.#dependentsOf(uid).length > 0;
		const kept = waits ? [...others, foreground] : others;
		if (kept.length === 0) {
			this.#remove(kind, object);
			return;
		}
		if (isMarked(object) && kept.length === finalizers.length) return;
		this.#put({kind, type: 'MODIFIED', object: withFinalizers(this.#mark(object), kept)});
		if (!waits) return;
		for (const dependent of this.#dependentsOf(uid)) this.collect(uidOf(dependent.object));
		this.#finish(uid);
	}

	/** A write that is about to be made, and what follows from it. */
	update(kind: Kind, next: JsonObject, previous: JsonObject): void {
		if (isMarked(next) && finalizersOf(next).length === 0) {
			this.#remove(kind, next);
			return;
		}
		this.#put({kind, type: 'MODIFIED', object: next});
		this.collect(uidOf(next));
		for (const owner of ownersOf(previous)) this.#finish(owner.uid);
		this.#finish(uidOf(next));
	}

	/** Deletes an object that has owners, none of which is there to stay; else drops its references to those gone. */
	collect(uid: string): void {
		const owned = this.#now(uid);
		const owners = owned === undefined ? [] : ownersOf(owned.object);
		if (owned === undefined || owners.length === 0 || isMarked(owned.object)) return;
		const namespace = textOf(metaOf(owned.object), 'namespace');
		const states = owners.map((owner) => this.#stateOf(owner, namespace));
		if (states.includes('stays')) {
			this.#disown(owned, owners.filter((_, index) => states[index] !== 'stays').map((owner) => owner.uid));
			return;
		}
		this.delete(owned.kind, owned.object, states.includes('waits') ? 'Foreground' : undefined);
	}

	#stateOf({apiVersion, kind, name, uid}: OwnerReference, namespace: string): 'stays' | 'waits' | 'gone' {
		// Of a kind that is not served nothing can be known.
		if (!this.#kinds.all().some((known) => known.kind === kind && apiVersionOf(known) === apiVersion)) return 'stays';
		const owner = this.#now(uid);
		if (owner === undefined || owner.kind.kind !== kind || metaOf(owner.object)['name'] !== name) return 'gone';
		if (owner.kind.namespaced && metaOf(owner.object)['namespace'] !== namespace) return 'gone';
		return isWaiting(owner.object) ? 'waits' : 'stays';
	}

	#remove(kind: Kind, object: JsonObject): void {
		const uid = uidOf(object);
		const dependents = this.#dependentsOf(uid);
		this.#put({kind, type: 'DELETED', object});
		for (const dependent of dependents) this.collect(uidOf(dependent.object));
		for (const owner of ownersOf(object)) this.#finish(owner.uid);
		if (kind.namespaced) this.#emptied.add(textOf(metaOf(object), 'namespace'));
	}

	/** Lets go of an owner that waits, when nothing is left that blocks it. */
	#finish(uid: string): void {
		const owner = this.#now(uid);
		if (owner === undefined || !isWaiting(owner.object)) return;
		const blocked = this.#dependentsOf(uid).some(
			({object}) =>
				ownersOf(object).some((reference) => reference.uid === uid && reference.blockOwnerDeletion === true) &&
				!this.#isOwnedBy(owner.object, uidOf(object), new Set()),
		);
		if (blocked) return;
		const kept = finalizersOf(owner.object).filter((name) => name !== foreground);
		if (kept.length === 0) this.#remove(owner.kind, owner.object);
		else this.#put({kind: owner.kind, type: 'MODIFIED', object: withFinalizers(owner.object, kept)});
	}

	/** Directly or through others: owners in a circle must not wait for each other. */
	#isOwnedBy(object: JsonObject, uid: string, seen: Set<string>): boolean {
		return ownersOf(object).some((owner) => {
			if (owner.uid === uid) return true;
			const next = seen.has(owner.uid) ? undefined : this.#now(owner.uid);
			return next !== undefined && this.#isOwnedBy(next.object, uid, seen.add(owner.uid));
		});
	}

	#disown({kind, object}: Stored, uids: readonly string[]): void {
		if (uids.length === 0) return;
		const {ownerReferences: _, ...meta} = metaOf(object);
		const kept = ownersOf(object).filter(({uid}) => !uids.includes(uid)) as unknown as readonly JsonObject[];
		const metadata = kept.length === 0 ? meta : {...meta, ownerReferences: kept};
		this.#put({kind, type: 'MODIFIED', object: {...object, metadata}});
	}

	#terminate(object: JsonObject): void {
		const kind = this.#kinds.namespaces;
		const name = textOf(metaOf(object), 'name');
		if (!isMarked(object)) {
			this.#put({kind, type: 'MODIFIED', object: {...this.#mark(object), status: {phase: 'Terminating'}}});
		}
		for (const content of this.#contentsOf(name)) {
			// It may have gone with its owner by now.
			if (this.#now(uidOf(content.object)) !== undefined) this.delete(content.kind, content.object);
		}
		this.#emptied.add(name);
	}

	#release(name: string): void {
		const stored = this.#tables.get(this.#kinds.namespaces, '', name);
		const namespace = stored === undefined ? undefined : this.#now(uidOf(stored));
		if (namespace === undefined || !isMarked(namespace.object) || finalizersOf(namespace.object).length > 0) return;
		if (this.#contentsOf(name).length === 0) this.#remove(namespace.kind, namespace.object);
	}

	#contentsOf(namespace: string): readonly Stored[] {
		const everything = {namespace, matches: () => true};
		return this.#kinds
			.all()
			.filter(({namespaced}) => namespaced)
			.flatMap((kind) => this.#tables.list(kind, everything))
			.map((object) => this.#now(uidOf(object)))
			.filter((stored) => stored !== undefined);
	}

	#dependentsOf(uid: string): readonly Stored[] {
		return this.#tables.owners
			.dependentsOf(uid)
			.map((dependent) => this.#now(dependent))
			.filter((stored) => stored !== undefined)
			.filter(({object}) => ownersOf(object).some((owner) => owner.uid === uid));
	}

	/** An object as the drafts leave it. */
	#now(uid: string): Stored | undefined {
		const draft = this.#drafts.get(uid);
		if (draft === undefined) return this.#tables.byUid(uid);
		return draft.type === 'DELETED' ? undefined : draft;
	}

	#put(draft: Draft): void {
		const uid = uidOf(draft.object);
		const previous = this.#tables.byUid(uid)?.object;
		this.#drafts.delete(uid);
		this.#drafts.set(uid, {...draft, ...(previous === undefined ? {} : {previous})});
	}

	#mark(object: JsonObject): JsonObject {
		if (isMarked(object)) return object;
		const meta = metaOf(object);
		const generation = typeof meta['generation'] === 'number' ? {generation: meta['generation'] + 1} : {};
		const deletionTimestamp = formatTime(this.#nowMs);
		return {...object, metadata: {...meta, ...generation, deletionTimestamp, deletionGracePeriodSeconds: 0}};
	}
}

function policyOf(finalizers: readonly string[]): PropagationPolicy {
	if (finalizers.includes(orphan)) return 'Orphan';
	return finalizers.includes(foreground) ? 'Foreground' : 'Background';
}

function isMarked(object: JsonObject): boolean {
	return metaOf(object)['deletionTimestamp'] !== undefined;
}

/** Marked, and kept until what it owns has gone. */
function isWaiting(object: JsonObject): boolean {
	return isMarked(object) && finalizersOf(object).includes(foreground);
}

function finalizersOf(object: JsonObject): readonly string[] {
	return (metaOf(object)['finalizers'] ?? []) as readonly string[];
}

function withFinalizers(object: JsonObject, finalizers: readonly string[]): JsonObject {
	const {finalizers: _, ...meta} = metaOf(object);
	return {...object, metadata: finalizers.length === 0 ? meta : {...meta, finalizers}};
}

function uidOf(object: JsonObject): string {
	return textOf(metaOf(object), 'uid');
}

function apiVersionOf({group, version}: Kind): string {
	return group === '' ? version : `${group}/${version}`;
}
