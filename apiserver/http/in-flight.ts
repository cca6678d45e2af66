import {tooManyRequests} from './refusals.ts';

/** How many requests are carried out at once, as on the official server. Watches and services do not count. */
export const readsMax = 400;
export const writesMax = 200;

export class InFlight {
	#reads = 0;
	#writes = 0;

	/** @throws KubeError 429 when there are too many already. */
	async run<T>(isRead: boolean, work: () => Promise<T>): Promise<T> {
		if (isRead ? this.#reads >= readsMax : this.#writes >= writesMax) throw tooManyRequests();
		this.#add(isRead, 1);
		try {
			return await work();
		} finally {
			this.#add(isRead, -1);
		}
	}

	#add(isRead: boolean, count: number): void {
		if (isRead) this.#reads += count;
		else this.#writes += count;
	}
}
