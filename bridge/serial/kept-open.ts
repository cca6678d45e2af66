import type {Clock, Timer} from '../../runtime/clock.ts';
import type {Log} from '../../runtime/log.ts';
import type {Random} from '../../runtime/random.ts';
import {backOffMs} from '../back-off.ts';
import type {Closable} from './stream.ts';

export interface KeptOpenOptions {
	readonly clock: Clock;
	readonly random: Random;
	/** With the fields that name the link. */
	readonly log: Log;
	/** Tries once. `onClose` comes once for each try, and no event before this has returned. */
	readonly open: (events: OpenEvents) => Closable;
}

export interface OpenEvents {
	readonly onOpen: () => void;
	readonly onClose: (error?: Error) => void;
}

const backOff = {firstMs: 1000, maxMs: 8000};

/** Keeps something open that may be absent or go away: tries again with back-off, and tells of a change once. */
export class KeptOpen {
	readonly #options: KeptOpenOptions;
	#current: Closable | undefined;
	#timer: Timer | undefined;
	/** Since it was open for as long as the greatest delay: a port that opens and fails at once is not asked more often. */
	#tries = 0;
	#openedAtMs: number | undefined;
	#hasToldDown = false;
	#isStopping = false;
	readonly #stopped = Promise.withResolvers<undefined>();

	constructor(options: KeptOpenOptions) {
		this.#options = options;
	}

	start(): void {
		this.#current = this.#options.open({onOpen: () => this.#onOpen(), onClose: (error) => this.#onClose(error)});
	}

	/** Closes it for good; resolves when it is closed. */
	async stop(): Promise<void> {
		this.#isStopping = true;
		this.#timer?.cancel();
		if (this.#current === undefined) {
			this.#stopped.resolve(undefined);
		}
		this.#current?.close();
		await this.#stopped.promise;
	}

	#onOpen(): void {
		this.#openedAtMs = this.#options.clock.now();
		this.#hasToldDown = false;
		this.#options.log.info('serial link is up');
	}

	#onClose(error: Error | undefined): void {
		const {clock, random, log} = this.#options;
		this.#current = undefined;
		if (this.#isStopping) {
			this.#stopped.resolve(undefined);
			return;
		}
		if (!this.#hasToldDown) {
			this.#hasToldDown = true;
			log.warn('serial link is down, is tried again', {error: error?.message ?? 'closed by the other side'});
		}
		const wasLong = this.#openedAtMs !== undefined && clock.now() - this.#openedAtMs >= backOff.maxMs;
		this.#openedAtMs = undefined;
		this.#tries = wasLong ? 1 : this.#tries + 1;
		this.#timer = clock.setTimer(backOffMs(backOff, this.#tries, random.uint32()), () => this.start());
	}
}
