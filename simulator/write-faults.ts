import type {KubeApi} from '../runtime/kube/api.ts';
import {KubeError} from '../runtime/kube/errors.ts';
import {aroundApi} from './around-api.ts';
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
	| 'frozen before'
	/** The write stands, and the program stands still before it learns of it. */
	| 'frozen after';

interface Armed {
	/** `what`: verb, plural, name, as `replace femtodevices/pump-1`. */
	readonly matches: (number: number, what: string) => boolean;
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
		const due = this.#count + write;
		this.#armed = {matches: (number) => number === due, fault};
	}

	/** The next write that begins with `prefix`, as `replace femtodevices/`, meets `fault`. */
	armNext(prefix: string, fault: WriteFault): void {
		this.#armed = {matches: (_, what) => what.startsWith(prefix), fault};
	}

	/** The API as one life of the program gets it. */
	wrap(api: KubeApi, incarnation: Incarnation): KubeApi {
		return aroundApi(api, ({isWrite, what}, run) => (isWrite ? this.#write(incarnation, what, run) : run()));
	}

	#write<T>(incarnation: Incarnation, what: string, run: () => Promise<T>): Promise<T> {
		const number = ++this.#count;
		const armed = this.#armed;
		if (armed === undefined || !armed.matches(number, what)) return run();
		this.#armed = undefined;
		const {fault} = armed;
		const isAfter = fault !== 'killed before' && fault !== 'frozen before';
		// The store commits inside the call, before its promise settles.
		const done = isAfter ? run() : undefined;
		this.#onFault(fault, what);
		return done === undefined ? incarnation.call(run) : fault === 'timed out' ? forget(done) : done;
	}
}

/** A refusal reaches the program, an acceptance does not. */
async function forget(done: Promise<unknown>): Promise<never> {
	await done;
	throw new KubeError({code: 504, reason: 'Timeout', message: 'the server did not answer in time'});
}
