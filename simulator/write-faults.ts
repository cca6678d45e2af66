import type {KubeApi, Patch, WriteOptions} from '../runtime/kube/api.ts';
import {KubeError} from '../runtime/kube/errors.ts';
import type {KubeObject, ResourceRef} from '../runtime/kube/types.ts';
import type {Incarnation} from './incarnation.ts';

/** What befalls one write of a program to the API. */
export type WriteFault =
	/** The program dies; nothing was written. */
	| 'killed before'
	/** The write stands, and the program dies before it learns of it. */
	| 'killed after'
	/** The write stands, the program lives and is told of a timeout. */
	| 'timed out'
	/** The program stands still with the request in its hands; when it goes on, the request leaves. */
	| 'frozen before';

interface Armed {
	readonly write: number;
	readonly fault: WriteFault;
}

/** Counts the writes of a program over all its lives, refused ones included, and lets a fault befall one of them. */
export class WriteFaults {
	readonly #onFault: (fault: WriteFault, write: string) => void;
	#count = 0;
	#armed: Armed | undefined;

	/** `onFault` carries out what happens to the program; called in the middle of the write. */
	constructor(onFault: (fault: WriteFault, write: string) => void) {
		this.#onFault = onFault;
	}

	/** Writes so far. */
	get count(): number {
		return this.#count;
	}

	/** Whether a fault still waits for its write. */
	get isArmed(): boolean {
		return this.#armed !== undefined;
	}

	/** The `write`-th write from now on, counted from 1, meets `fault`. One at a time; a later call replaces it. */
	arm(write: number, fault: WriteFault): void {
		this.#armed = {write: this.#count + write, fault};
	}

	/** The API as one life of the program gets it. */
	wrap(api: KubeApi, incarnation: Incarnation): KubeApi {
		const write = <T>(what: string, run: () => Promise<T>): Promise<T> => this.#write(incarnation, what, run);
		return {
			get: (ref, name) => api.get(ref, name),
			list: (ref, options) => api.list(ref, options),
			watch: (ref, options) => api.watch(ref, options),
			create: (ref, object, options) =>
				write(`create ${ref.plural}/${object.metadata.name}`, () => api.create(ref, object, options)),
			replace: (ref, object, options) =>
				write(`replace ${ref.plural}/${object.metadata.name}`, () => api.replace(ref, object, options)),
			patch: <T extends KubeObject>(ref: ResourceRef, name: string, patch: Patch, options?: WriteOptions) =>
				write(`patch ${ref.plural}/${name}`, () => api.patch<T>(ref, name, patch, options)),
			delete: (ref, name, options) => write(`delete ${ref.plural}/${name}`, () => api.delete(ref, name, options)),
		};
	}

	#write<T>(incarnation: Incarnation, what: string, run: () => Promise<T>): Promise<T> {
		const number = ++this.#count;
		if (this.#armed?.write !== number) return run();
		const {fault} = this.#armed;
		this.#armed = undefined;
		// The store commits inside the call, before its promise settles.
		const done = fault === 'killed after' || fault === 'timed out' ? run() : undefined;
		this.#onFault(fault, what);
		return done === undefined ? incarnation.call(run) : forget(done, fault);
	}
}

/** A dead program learns nothing of either end; a refusal reaches a living one, an acceptance does not. */
async function forget(done: Promise<unknown>, fault: WriteFault): Promise<never> {
	await done;
	throw new KubeError({code: 504, reason: 'Timeout', message: `no answer in time: ${fault}`});
}
