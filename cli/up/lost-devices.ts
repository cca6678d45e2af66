import type {FemtoDevice} from '../../protocol/generated/resources.ts';
import type {Clock, Timer} from '../../runtime/clock.ts';
import {listNames} from './progress.ts';

/** Devices that are lost together are told of together. */
const gatherMs = 1_000;

/** Says when devices are lost and when they come back: a line for all that do so within a second. */
export class LostDevices {
	readonly #clock: Clock;
	readonly #say: (line: string) => void;
	readonly #lost = new Set<string>();
	/** What was said last of those that have changed since. */
	readonly #before = new Map<string, boolean>();
	#timer: Timer | undefined;

	constructor(clock: Clock, say: (line: string) => void) {
		this.#clock = clock;
		this.#say = say;
	}

	see({metadata: {name}, status}: FemtoDevice): void {
		const isLost = status?.conditions?.some(({type, status: value}) => type === 'Lost' && value === 'True') === true;
		if (isLost === this.#lost.has(name)) {
			return;
		}
		this.#before.set(name, this.#before.get(name) ?? !isLost);
		if (isLost) {
			this.#lost.add(name);
		} else {
			this.#lost.delete(name);
		}
		this.#timer ??= this.#clock.setTimer(gatherMs, () => this.#tell());
	}

	stop(): void {
		this.#timer?.cancel();
	}

	#tell(): void {
		this.#timer = undefined;
		const changed = [...this.#before].filter(([name, before]) => before !== this.#lost.has(name)).map(([name]) => name);
		this.#before.clear();
		const lost = changed.filter((name) => this.#lost.has(name)).sort();
		const back = changed.filter((name) => !this.#lost.has(name)).sort();
		if (lost.length > 0) {
			this.#say(`devices: ${listNames(lost)} lost: three reports in a row are missing`);
		}
		if (back.length > 0) {
			this.#say(`devices: ${listNames(back)} reporting again`);
		}
	}
}
