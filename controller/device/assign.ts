import {containersMax} from '../../protocol/schema/messages.ts';
import type {FemtoDeviceAssignment} from '../../protocol/generated/resources.ts';

export type Assigned = FemtoDeviceAssignment;

/** What one FemtoContainer wants of one device. */
export interface Target {
	readonly namespace: string;
	readonly name: string;
	readonly uid: string;
	readonly revision: string;
	readonly statementDigest: string;
	/** status.attempt of the FemtoContainer; in another one the device is to try the same revision again. */
	readonly attempt: number;
}

export interface Wish {
	/** Uid of the FemtoContainer. */
	readonly uid: string;
	/** Undefined: it shall not run there. */
	readonly target: Target | undefined;
}

/**
 * What shall be assigned to a device after `wishes`. Containers that wish nothing keep what they have, those that no
 * longer exist lose it, and a container keeps its local id for as long as it stays; what is replaced is remembered in
 * `before`. By ascending local id; equal wishes give the same list.
 */
export function mergeAssigned(
	before: readonly Assigned[], wishes: readonly Wish[], exists: (uid: string) => boolean, nextGeneration: number,
): readonly Assigned[] {
	const wishOf = new Map(wishes.map(wish => [wish.uid, wish]));
	const kept = before.filter(({container}) => exists(container.uid)).flatMap(entry => {
		const wish = wishOf.get(entry.container.uid);
		return wish === undefined ? [entry] : renew(entry, wish.target, nextGeneration);
	});
	const taken = new Set(kept.map(({localId}) => localId));
	const present = new Set(kept.map(({container}) => container.uid));
	const added = wishes.flatMap(({uid, target}) => {
		const localId = freeLocalId(taken);
		if (target === undefined || present.has(uid) || localId === undefined) {
			return [];
		}
		taken.add(localId);
		return [makeEntry(target, localId, nextGeneration)];
	});
	return [...kept, ...added].toSorted((left, right) => left.localId - right.localId);
}

function renew(entry: Assigned, target: Target | undefined, nextGeneration: number): readonly Assigned[] {
	if (target === undefined) {
		return [];
	}
	if (isSame(entry, target)) {
		return [entry];
	}
	const {revision, sinceGeneration = 0} = entry;
	return [{...makeEntry(target, entry.localId, nextGeneration), before: {revision, sinceGeneration}}];
}

function makeEntry(target: Target, localId: number, sinceGeneration: number): Assigned {
	const {namespace, name, uid, revision, statementDigest, attempt} = target;
	const entry = {container: {namespace, name, uid}, revision, statementDigest, localId, sinceGeneration};
	return attempt === 0 ? entry : {...entry, attempt};
}

function isSame({revision, attempt = 0}: Assigned, target: Target): boolean {
	return revision === target.revision && attempt === target.attempt;
}

function freeLocalId(taken: ReadonlySet<number>): number | undefined {
	for (let localId = 1; localId <= containersMax; localId++) {
		if (!taken.has(localId)) {
			return localId;
		}
	}
	return undefined;
}
