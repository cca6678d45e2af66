import type {Clock, Timer} from '../../clock.ts';

export interface FlightOptions {
	readonly clock: Clock;
	/** Those that are not over; a client that closes aborts them. */
	readonly flights: Set<Flight>;
	/** Of the caller. */
	readonly parent?: AbortSignal | undefined;
	readonly limitMs: number;
	/** With it the flight is aborted when the limit is reached; without it only waits are bounded. */
	readonly onLimit?: () => Error;
}

/** One call, its repetitions included: ended by the caller, by its limit, by the client, or by being over. */
export class Flight {
	/** Until then the call may still wait before it repeats. */
	readonly endMs: number;
	readonly #options: FlightOptions;
	readonly #controller = new AbortController();
	readonly #onAbort = (): void => this.abort(this.#options.parent?.reason);
	readonly #timer: Timer | undefined;

	constructor(options: FlightOptions) {
		const {clock, flights, parent, limitMs, onLimit} = options;
		this.#options = options;
		this.endMs = clock.now() + limitMs;
		flights.add(this);
		this.#timer = onLimit && clock.setTimer(limitMs, () => this.abort(onLimit()));
		parent?.addEventListener('abort', this.#onAbort, {once: true});
		if (parent?.aborted === true) {
			this.#onAbort();
		}
	}

	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	abort(reason: unknown): void {
		this.#controller.abort(reason);
	}

	/** The answer has begun, and its body may take any time. */
	lift(): void {
		this.#timer?.cancel();
	}

	end(): void {
		this.lift();
		this.#options.parent?.removeEventListener('abort', this.#onAbort);
		this.#options.flights.delete(this);
	}
}
