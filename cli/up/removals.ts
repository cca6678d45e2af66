import type {FemtoContainer, FemtoDevice} from '../../protocol/generated/resources.ts';
import {listNames} from './progress.ts';

/** One container on one device, as long as the device may have it. */
interface Place {
	readonly localId: number;
	/** First 16 bytes of every statement digest that was assigned, in hexadecimal. */
	readonly digests: Set<string>;
	/** Set when it is no longer assigned: the desiredGeneration that the device must accept. */
	removedAt?: number;
}

interface Removal {
	readonly container: FemtoContainer;
	readonly total: number;
	readonly remaining: Set<string>;
}

/** Follows containers by what devices report, so that a deleted one is told of when it has really gone. */
export class Removals {
	readonly #say: (line: string, container: FemtoContainer) => void;
	/** By uid of the FemtoContainer, then by device. */
	readonly #places = new Map<string, Map<string, Place>>();
	/** By uid. */
	readonly #removals = new Map<string, Removal>();

	constructor(say: (line: string, container: FemtoContainer) => void) {
		this.#say = say;
	}

	seeDevice({metadata: {name}, status = {}}: FemtoDevice): void {
		const {assigned = []} = status;
		for (const {container: {uid}, localId, statementDigest} of assigned) {
			const devices = this.#places.get(uid) ?? new Map<string, Place>();
			this.#places.set(uid, devices);
			const known = devices.get(name);
			const place = known?.localId === localId ? known : {localId, digests: new Set<string>()};
			place.digests.add(statementDigest.replace('sha256:', '').slice(0, 32));
			delete place.removedAt;
			devices.set(name, place);
		}
		const uids = new Set(assigned.map(({container}) => container.uid));
		for (const [uid, devices] of this.#places) {
			const place = devices.get(name);
			if (place === undefined || uids.has(uid)) {
				continue;
			}
			place.removedAt ??= status.desiredGeneration ?? 0;
			if (hasLeft(place, status)) {
				devices.delete(name);
				this.#left(uid, name);
			}
		}
	}

	/** The device itself has been deleted: it is waited for no longer. */
	forgetDevice(name: string): void {
		for (const [uid, devices] of this.#places) {
			if (devices.delete(name)) {
				this.#left(uid, name);
			}
		}
	}

	/** The FemtoContainer is being deleted, or has been. */
	seeDeleted(container: FemtoContainer): void {
		const {uid = ''} = container.metadata;
		const devices = this.#places.get(uid);
		if (!this.#removals.has(uid) && devices !== undefined && devices.size > 0) {
			this.#removals.set(uid, {container, total: devices.size, remaining: new Set(devices.keys())});
		}
	}

	/** Says of each removal under way which devices have not reported it yet. */
	tellRemaining(): void {
		for (const {container, total, remaining} of this.#removals.values()) {
			const names = listNames([...remaining].sort());
			const done = `${total - remaining.size}/${total}`;
			this.#say(`${labelOf(container)} removed from ${done} devices, not yet from ${names}`, container);
		}
	}

	#left(uid: string, device: string): void {
		if (this.#places.get(uid)?.size === 0) {
			this.#places.delete(uid);
		}
		const removal = this.#removals.get(uid);
		if (removal?.remaining.delete(device) === true && removal.remaining.size === 0) {
			this.#removals.delete(uid);
			const {container, total} = removal;
			this.#say(`${labelOf(container)} removed from ${total}/${total} devices`, container);
		}
	}
}

function hasLeft({localId, digests, removedAt = 0}: Place, status: NonNullable<FemtoDevice['status']>): boolean {
	const {acceptedGeneration = 0, containers = []} = status;
	return acceptedGeneration >= removedAt
		&& !containers.some((there) => there.localId === localId && digests.has(there.statementDigest));
}

function labelOf({metadata: {namespace, name}}: FemtoContainer): string {
	return `${namespace}/${name}`;
}
