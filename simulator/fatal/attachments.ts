import {containerStates} from '../../protocol/schema/reasons.ts';
import type {ContainerInfo, SimulatedDevice} from '../device.ts';

const attachedStates: ReadonlySet<number> = new Set(
	containerStates.filter(({name}) => name === 'Trial' || name === 'Confirmed').map(({id}) => id),
);

/**
 * Which devices run one statement, and which ever did, by what their firmware says after every poll: a timer first
 * fires in a later poll than the one that attaches its container.
 */
export class Attachments {
	readonly #digest: number;
	readonly #now = new Set<string>();
	readonly #ever = new Set<string>();
	readonly #faultCauses = new Set<number>();
	#runs = 0;
	readonly #onDetach: ((device: string) => void) | undefined;

	/** `digest`: of the statement, in hexadecimal. `onDetach`: a device has just left it. */
	constructor(digest: string, onDetach?: (device: string) => void) {
		this.#digest = infoDigest(digest);
		this.#onDetach = onDetach;
	}

	readonly onCall = (device: SimulatedDevice): void => {
		const attached = device.containers().find((info) => info.digest === this.#digest && isAttached(info));
		if (attached !== undefined) {
			this.#now.add(device.id);
			this.#ever.add(device.id);
			this.#runs = Math.max(this.#runs, attached.runs);
			if (attached.faultCause !== 0) this.#faultCauses.add(attached.faultCause);
		} else if (this.#now.delete(device.id)) {
			this.#onDetach?.(device.id);
		}
	};

	/** Whether the device has it attached now. */
	has(device: string): boolean {
		return this.#now.has(device);
	}

	/** Most runs without a fault on any device. */
	get runs(): number {
		return this.#runs;
	}

	/** Causes of faults, by their codes in protocol/schema. */
	get faultCauses(): ReadonlySet<number> {
		return this.#faultCauses;
	}

	/** Devices that have had it attached, in the order of the first time. */
	get ever(): ReadonlySet<string> {
		return this.#ever;
	}
}

/** The beginning of a statement's digest as `ContainerInfo` has it. */
export function infoDigest(digest: string): number {
	return Number.parseInt(digest.slice(0, 12), 16);
}

/** Whether the hooks of the device run it, on trial or confirmed. */
export function isAttached({state}: ContainerInfo): boolean {
	return attachedStates.has(state);
}
