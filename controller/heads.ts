import type {CountInput} from './counts.ts';
import {sleep, type Clock} from '../runtime/clock.ts';
import type {Log} from '../runtime/log.ts';
import type {MqttLink} from '../runtime/mqtt.ts';
import {equalBytes} from '../protocol/crypto.ts';

/** Time between two heads when all of them are published again. */
const paceMs = 5;
/** A head that something else keeps overwriting is corrected at most this often. */
const correctionMs = 1_000;
const retryMs = 1_000;
/** How long retained heads take to arrive after a subscription, at most of the time. */
const toldMs = 1_000;
/** Echoes waited for at most, a device: a broker that sends none must not fill the memory. */
const echoesMax = 16;

interface HeadState {
	/** What shall stand on the topic; empty = nothing. */
	readonly wanted: Uint8Array;
	/** The desiredGeneration in it. */
	readonly generation: number;
	/** The broker has acknowledged `wanted`, and nothing else has been seen since. */
	acknowledged: boolean;
	/** A publication without an answer yet: the link repeats it by itself over connections. */
	inFlight: boolean;
	/** The last head seen on the broker is another one, and no echo of an earlier one of this process. */
	differs: boolean;
	/** A look at `differs` is due; one at a time. */
	correcting: boolean;
	/** Earlier heads of this process for the device whose echo has not come yet, oldest first. */
	echoes: readonly Uint8Array[];
}

/** The generation in an authentic head of a device; undefined for any other bytes. */
export type GenerationOf = (device: string, head: Uint8Array) => number | undefined;

const nothing = new Uint8Array(0);

/**
 * Keeps the retained heads on the broker equal to what is wanted. The caller sets a head only after the status that
 * counts its generation is written.
 */
export class HeadPublisher {
	readonly #link: MqttLink;
	readonly #clock: Clock;
	readonly #log: Log;
	readonly #count: CountInput;
	readonly #heads = new Map<string, HeadState>();
	readonly #waiting = new Map<string, (() => void)[]>();
	readonly #generationOf: GenerationOf;
	/** Generations of authentic heads that stand on the broker for devices without a wanted one. */
	readonly #found = new Map<string, number>();
	#connected = false;
	#published = 0;
	/** Aborts what the last connection or the publisher as a whole still waits for. */
	#session = new AbortController();

	constructor(link: MqttLink, clock: Clock, log: Log, count: CountInput, generationOf: GenerationOf) {
		this.#link = link;
		this.#clock = clock;
		this.#log = log;
		this.#count = count;
		this.#generationOf = generationOf;
	}

	/** Publications that the broker has acknowledged, so far. */
	get published(): number {
		return this.#published;
	}

	/** Publishes `head`, which carries `generation`, for `device` unless it stands there already. */
	set(device: string, head: Uint8Array, generation: number): void {
		const state = this.#heads.get(device);
		if (state !== undefined && equalBytes(state.wanted, head)) {
			return;
		}
		this.#found.delete(device);
		const echoes = state === undefined ? [] : [...state.echoes, state.wanted].slice(-echoesMax);
		this.#heads.set(device, {
			wanted: head, generation, acknowledged: false, inFlight: false, differs: false, correcting: false, echoes,
		});
		this.#send(device);
	}

	/** Clears the topic of a device that is no more. */
	clear(device: string): void {
		this.set(device, nothing, 0);
	}

	/**
	 * Whether a head of `device` with `generation` or a later one is known to be on the broker: it has acknowledged or shown
	 * the wanted one, or, while none is wanted, has shown one that a controller before this one has published.
	 */
	isPublished(device: string, generation: number): boolean {
		const state = this.#heads.get(device);
		return state === undefined
			? (this.#found.get(device) ?? 0) >= generation
			: state.acknowledged && state.generation >= generation;
	}

	/** Calls `callback` once when the next head of `device` is acknowledged or shown. */
	onPublished(device: string, callback: () => void): void {
		this.#waiting.set(device, [...(this.#waiting.get(device) ?? []), callback]);
	}

	/**
	 * A broker without our session may have lost everything; one with it lacks only what it did not acknowledge, and tells
	 * of what a controller before this one has published, so it gets a moment to do so.
	 */
	connected(sessionPresent: boolean): void {
		this.#session.abort();
		this.#session = new AbortController();
		this.#connected = true;
		for (const state of sessionPresent ? [] : this.#heads.values()) {
			state.acknowledged = false;
			state.echoes = [];
		}
		if (!sessionPresent) {
			this.#found.clear();
		}
		const {signal} = this.#session;
		this.#republish([...this.#heads.keys()], sessionPresent ? toldMs : 0, signal).catch((error: unknown) => {
			if (!signal.aborted) {
				this.#log.error('heads not published again', {error: String(error)});
			}
		});
	}

	disconnected(): void {
		this.#connected = false;
		this.#session.abort();
	}

	/**
	 * What the broker has on f/<device>/d. The echo of an earlier head of this process says nothing: the one of the wanted
	 * head follows it. Any other head is corrected when the wanted one has not followed it within a second.
	 */
	seen(device: string, head: Uint8Array): void {
		const state = this.#heads.get(device);
		if (state === undefined) {
			this.#find(device, head);
			return;
		}
		if (takeEcho(state, head)) {
			return;
		}
		state.differs = !equalBytes(state.wanted, head);
		if (!state.differs) {
			state.echoes = [];
			this.#confirm(device, state);
		} else if (!state.correcting) {
			state.correcting = true;
			this.#clock.setTimer(correctionMs, () => this.#correct(device, state));
		}
	}

	/** Whether a head is wanted for the device; without one, what the broker has is left alone. */
	has(device: string): boolean {
		return this.#heads.has(device);
	}

	#find(device: string, head: Uint8Array): void {
		const generation = this.#generationOf(device, head);
		if (generation === undefined) {
			this.#found.delete(device);
			return;
		}
		this.#found.set(device, generation);
		this.#callWaiting(device);
	}

	#correct(device: string, state: HeadState): void {
		state.correcting = false;
		if (state.differs && this.#heads.get(device) === state) {
			state.acknowledged = false;
			this.#count('head');
			this.#log.warn('head differed on the broker, published again', {device});
			this.#send(device);
		}
	}

	async #republish(devices: readonly string[], delayMs: number, signal: AbortSignal): Promise<void> {
		await sleep(this.#clock, delayMs, signal);
		for (const device of devices) {
			if (this.#heads.get(device)?.acknowledged === false) {
				this.#send(device);
				await sleep(this.#clock, paceMs, signal);
			}
		}
	}

	#send(device: string): void {
		const state = this.#heads.get(device);
		if (state === undefined || !this.#connected || state.inFlight) {
			return;
		}
		state.inFlight = true;
		this.#link.publish(`f/${device}/d`, state.wanted, {qos: 1, retain: true}).then(
			() => this.#acknowledge(device, state),
			(error: unknown) => this.#retry(device, state, error),
		);
	}

	#acknowledge(device: string, state: HeadState): void {
		state.inFlight = false;
		this.#published++;
		this.#confirm(device, state);
	}

	#confirm(device: string, state: HeadState): void {
		if (this.#heads.get(device) !== state) {
			return;
		}
		state.acknowledged = true;
		if (state.wanted === nothing) {
			this.#heads.delete(device);
		}
		this.#callWaiting(device);
	}

	#callWaiting(device: string): void {
		const callbacks = this.#waiting.get(device) ?? [];
		this.#waiting.delete(device);
		for (const callback of callbacks) {
			callback();
		}
	}

	#retry(device: string, state: HeadState, error: unknown): void {
		state.inFlight = false;
		this.#log.warn('head not published', {device, error: String(error)});
		this.#clock.setTimer(retryMs, () => {
			if (this.#heads.get(device) === state && !state.acknowledged) {
				this.#send(device);
			}
		});
	}
}

/** Whether `head` is an echo that was waited for; those published before it can't come any more. */
function takeEcho(state: HeadState, head: Uint8Array): boolean {
	const index = equalBytes(state.wanted, head) ? -1 : state.echoes.findIndex(earlier => equalBytes(earlier, head));
	if (index >= 0) {
		state.echoes = state.echoes.slice(index + 1);
	}
	return index >= 0;
}
