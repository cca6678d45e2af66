import type {JsonObject} from './json.ts';
import {metaOf, objectOrEmpty, textOf} from './shape.ts';

export interface OwnerReference {
	readonly apiVersion: string;
	readonly kind: string;
	readonly name: string;
	readonly uid: string;
	readonly blockOwnerDeletion?: boolean;
}

/** Validation has seen to their form. */
export function ownersOf(object: JsonObject): readonly OwnerReference[] {
	return (metaOf(object)['ownerReferences'] ?? []) as unknown as readonly OwnerReference[];
}

/** Where an object stands. */
export interface Place {
	/** `Kind.id`. */
	readonly kind: string;
	readonly namespace: string;
	readonly name: string;
}

/** Objects by uid, and who says to be owned by whom. */
export class Owners {
	readonly #places = new Map<string, Place>();
	readonly #dependents = new Map<string, Set<string>>();

	/** An object came (`previous` absent), changed, or went (`next` absent). */
	replace(place: Place, previous: JsonObject | undefined, next: JsonObject | undefined): void {
		const uid = textOf(metaOf(next ?? previous ?? {}), 'uid');
		if (next === undefined) this.#places.delete(uid);
		else if (previous === undefined) this.#places.set(uid, place);
		const before = objectOrEmpty(previous?.['metadata'])['ownerReferences'];
		const after = objectOrEmpty(next?.['metadata'])['ownerReferences'];
		if (before === after) return;
		for (const owner of previous === undefined ? [] : ownersOf(previous)) this.#forget(owner.uid, uid);
		for (const owner of next === undefined ? [] : ownersOf(next)) {
			const dependents = this.#dependents.get(owner.uid) ?? new Set();
			this.#dependents.set(owner.uid, dependents.add(uid));
		}
	}

	place(uid: string): Place | undefined {
		return this.#places.get(uid);
	}

	/** Uids of objects that name this one as an owner. */
	dependentsOf(uid: string): readonly string[] {
		return [...(this.#dependents.get(uid) ?? [])];
	}

	/** Uids of all objects that name an owner. */
	allDependents(): readonly string[] {
		return [...new Set([...this.#dependents.values()].flatMap((dependents) => [...dependents]))];
	}

	#forget(owner: string, uid: string): void {
		const dependents = this.#dependents.get(owner);
		dependents?.delete(uid);
		if (dependents?.size === 0) this.#dependents.delete(owner);
	}
}
