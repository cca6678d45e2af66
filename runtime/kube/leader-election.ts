import type {Clock} from '../clock.ts';
import type {Log} from '../log.ts';
import {fraction, type Random} from '../random.ts';
import type {KubeApi} from './api.ts';
import {formatMicroTime, isFree, leases, observe, readLease, writeLease, type Observation} from './lease.ts';
import type {ResourceRef} from './types.ts';
import {orAborted, pause} from './wait.ts';

/** One term of leadership. */
export interface Leadership {
	/** `leaseTransitions` of this term. Write it down where an older leader must not win. */
	readonly fencing: number;
	/** Aborts when the term ends; from then on another may lead. */
	readonly signal: AbortSignal;
	/** Whether the lease certainly stands, by the clock: for work that ends after the signal, or that stood still. */
	readonly isValid: () => boolean;
}

export interface LeaderElectionOptions {
	readonly api: KubeApi;
	readonly namespace: string;
	readonly name: string;
	/** Of this process, and of no other: not the host name alone. */
	readonly identity: string;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	/**
	 * The work of a leader. It may go on until the signal aborts, or return at once; when it rejects, leadership is given
	 * up. It is never called again before the promise has settled.
	 */
	readonly onStartedLeading: (leadership: Leadership) => Promise<void>;
	/** Called right after the signal of the term aborted. */
	readonly onStoppedLeading?: () => void;
	/** How long a lease stands without renewal. Default 15 s. */
	readonly leaseDurationMs?: number;
	/** A leader that could not renew for so long stops. Default 10 s, must be below the lease. */
	readonly renewDeadlineMs?: number;
	/** Between two tries. Default 2 s; 1.2 times that must be below the deadline. */
	readonly retryPeriodMs?: number;
}

const jitterFactor = 1.2;

/** `failed`: unknown. `other`: somebody else holds the lease. */
type Attempt = {readonly kind: 'held'; readonly sentMs: number; readonly fencing: number} | {readonly kind: 'failed' | 'other'};

interface Term extends Leadership {
	/** When the request of the last successful renewal was sent: the lease stands from there. -Infinity: lost. */
	renewedMs: number;
}

/**
 * Leader election on a Lease, as client-go does it, with two differences: it stands for election again after a loss, and
 * every term has a new `leaseTransitions`, also when the same identity takes its own lease back.
 */
export class LeaderElection {
	readonly #options: LeaderElectionOptions;
	readonly #ref: ResourceRef;
	readonly #leaseMs: number;
	readonly #deadlineMs: number;
	readonly #retryMs: number;
	#observation: Observation | undefined;
	/** From the acquisition to the end of a term. */
	#isLeader = false;

	constructor(options: LeaderElectionOptions) {
		this.#options = options;
		this.#ref = {...leases, namespace: options.namespace};
		this.#leaseMs = options.leaseDurationMs ?? 15_000;
		this.#deadlineMs = options.renewDeadlineMs ?? 10_000;
		this.#retryMs = options.retryPeriodMs ?? 2_000;
		if (this.#leaseMs <= this.#deadlineMs || this.#deadlineMs <= this.#retryMs * jitterFactor) {
			const times = `${this.#leaseMs}, ${this.#deadlineMs}, ${this.#retryMs} ms`;
			throw new RangeError(`Cannot make leader election: times are ${times}, must be lease > deadline > 1.2 × retry`);
		}
	}

	get isLeader(): boolean {
		return this.#isLeader;
	}

	/** Who held the lease when it was last looked at. */
	get holder(): string | undefined {
		return this.#observation?.lease.spec?.holderIdentity;
	}

	/**
	 * Stands for election until `signal` aborts. Then the term ends at once, and the lease is released when the work ends
	 * within the renew deadline. Never rejects.
	 */
	async run(signal: AbortSignal): Promise<void> {
		const {clock, random} = this.#options;
		while (!signal.aborted) {
			const attempt = await this.#attempt(this.#deadlineMs);
			if (attempt.kind === 'held') {
				await this.#lead(attempt.fencing, attempt.sentMs, signal);
			}
			await pause(clock, Math.round(this.#retryMs * (1 + jitterFactor * fraction(random))), signal);
		}
	}

	async #lead(fencing: number, sentMs: number, stop: AbortSignal): Promise<void> {
		const controller = new AbortController();
		const {signal} = controller;
		const term: Term = {fencing, signal, renewedMs: sentMs, isValid: () => this.#leftMs(term) > 0};
		if (stop.aborted) {
			await this.#release(term, Promise.resolve());
			return;
		}
		const end = (): void => this.#end(controller);
		stop.addEventListener('abort', end, {once: true});
		this.#isLeader = true;
		this.#options.log.info('started leading', {identity: this.#options.identity, fencing});
		const work = this.#work(term, end);
		await this.#renew(term);
		end();
		stop.removeEventListener('abort', end);
		await this.#release(term, work);
		await orAborted(work, stop);
	}

	/** Ends the term once; called by whoever notices first. */
	#end(controller: AbortController): void {
		if (controller.signal.aborted) {
			return;
		}
		const {log, identity, onStoppedLeading} = this.#options;
		this.#isLeader = false;
		controller.abort();
		log.info('stopped leading', {identity});
		try {
			onStoppedLeading?.();
		} catch (error) {
			log.error('callback failed', {error: String(error)});
		}
	}

	async #work({fencing, signal, isValid}: Term, onFailure: () => void): Promise<void> {
		try {
			await this.#options.onStartedLeading({fencing, signal, isValid});
		} catch (error) {
			if (!signal.aborted) {
				this.#options.log.error('leader failed', {error: String(error)});
			}
			onFailure();
		}
	}

	/**
	 * Renews until the term ended, the lease is another's, or no renewal succeeded within the deadline. A try may take half
	 * of that, so that one lost answer does not end a term.
	 */
	async #renew(term: Term): Promise<void> {
		const {clock, log} = this.#options;
		for (;;) {
			await pause(clock, Math.min(this.#retryMs, this.#leftMs(term)), term.signal);
			if (term.signal.aborted || this.#leftMs(term) <= 0) {
				return;
			}
			const attempt = await this.#attempt(Math.min(this.#deadlineMs / 2, this.#leftMs(term)), term);
			if (attempt.kind === 'held') {
				term.renewedMs = attempt.sentMs;
			} else if (attempt.kind === 'other') {
				term.renewedMs = -Infinity;
				log.warn('lease lost', {holder: this.holder});
				return;
			}
		}
	}

	#leftMs({renewedMs}: Term): number {
		return renewedMs + this.#deadlineMs - this.#options.clock.now();
	}

	/** One try to get the lease, or to keep it for a term; given up after `withinMs` or with the term. */
	#attempt(withinMs: number, term?: Term): Promise<Attempt> {
		return this.#within(withinMs, async (controller): Promise<Attempt> => {
			const end = (): void => controller.abort();
			term?.signal.addEventListener('abort', end, {once: true});
			try {
				return (await orAborted(this.#write(controller.signal, term), controller.signal)) ?? {kind: 'failed'};
			} catch (error) {
				this.#options.log.warn('lease not written', {error: String(error)});
				return {kind: 'failed'};
			} finally {
				term?.signal.removeEventListener('abort', end);
			}
		});
	}

	async #within<T>(withinMs: number, act: (controller: AbortController) => Promise<T>): Promise<T> {
		const controller = new AbortController();
		const timer = this.#options.clock.setTimer(withinMs, () => controller.abort());
		try {
			return await act(controller);
		} finally {
			timer.cancel();
		}
	}

	async #write(signal: AbortSignal, term: Term | undefined): Promise<Attempt> {
		const {api, name, clock, identity} = this.#options;
		const lease = await readLease(api, this.#ref, name);
		if (signal.aborted) {
			return {kind: 'failed'};
		}
		const nowMs = clock.now();
		// A lease that was deleted goes on counting where it was.
		this.#observation = lease === undefined ? this.#observation : observe(this.#observation, lease, nowMs);
		const transitions = this.#observation?.lease.spec?.leaseTransitions;
		const isOwn = lease === undefined || lease.spec?.holderIdentity === identity;
		const isTaken = !isOwn && this.#observation !== undefined && !isFree(this.#observation, nowMs);
		if (term === undefined ? isTaken : !isOwn || transitions !== term.fencing) {
			return {kind: 'other'};
		}
		const fencing = term?.fencing ?? (transitions ?? -1) + 1;
		const now = formatMicroTime(nowMs);
		const acquireTime = term === undefined ? now : (lease?.spec?.acquireTime ?? now);
		const leaseDurationSeconds = Math.ceil(this.#leaseMs / 1000);
		const spec = {holderIdentity: identity, leaseDurationSeconds, acquireTime, renewTime: now, leaseTransitions: fencing};
		const written = await writeLease(api, this.#ref, name, lease, spec);
		if (!signal.aborted) {
			this.#observation = observe(this.#observation, written, nowMs);
		}
		return {kind: 'held', sentMs: nowMs, fencing};
	}

	/** Lets others in at once, if the work ended while the lease certainly stood; else it runs out by itself. */
	#release(term: Term, work: Promise<void>): Promise<void> {
		const {api, name, clock, log, identity} = this.#options;
		return this.#within(Math.max(0, this.#leftMs(term)), async ({signal}) => {
			try {
				await orAborted(work, signal);
				const lease = signal.aborted ? undefined : await orAborted(readLease(api, this.#ref, name), signal);
				const {holderIdentity, leaseTransitions} = lease?.spec ?? {};
				if (lease === undefined || holderIdentity !== identity || leaseTransitions !== term.fencing) {
					return;
				}
				const now = formatMicroTime(clock.now());
				const spec = {leaseDurationSeconds: 1, acquireTime: now, renewTime: now, leaseTransitions};
				await orAborted(writeLease(api, this.#ref, name, lease, spec), signal);
			} catch (error) {
				log.warn('lease not released', {error: String(error)});
			}
		});
	}
}
