import type {Clock} from '../runtime/clock.ts';

/** What a device has sent. Only of a `report` it is certain that the device itself did: the others carry no MAC. */
export type HeardKind = 'report' | 'slice' | 'blockRequest' | 'log';

export interface Heard {
	readonly kind: HeardKind;
	/** Milliseconds since the epoch. */
	readonly timeMs: number;
}

/** The last message of each device of the fleet, since the controller started. */
export class LastHeard {
	readonly #clock: Clock;
	readonly #isKnown: (device: string) => boolean;
	readonly #last = new Map<string, Heard>();
	#reports = 0;

	/** `isKnown`: anyone may claim to be a device, so only those that exist are remembered. */
	constructor(clock: Clock, isKnown: (device: string) => boolean) {
		this.#clock = clock;
		this.#isKnown = isKnown;
	}

	/** New authentic reports so far, of all devices. */
	get reports(): number {
		return this.#reports;
	}

	of(device: string): Heard | undefined {
		return this.#last.get(device);
	}

	note(device: string, kind: HeardKind): void {
		this.#reports += kind === 'report' ? 1 : 0;
		if (this.#isKnown(device)) {
			this.#last.set(device, {kind, timeMs: this.#clock.now()});
		}
	}

	forget(device: string): void {
		this.#last.delete(device);
	}
}
