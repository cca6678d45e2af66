import {WriteTally} from './count-writes.ts';
import type {InputCounts} from './counts.ts';
import {LeaderGuard} from './leader-guard.ts';
import {buildMachine, defaultNamespace, type ControllerParts, type Machine} from './machine.ts';
import {ensureNamespace} from './namespace.ts';
import {filters} from './receive.ts';
import {serveMachine} from './serve/machine.ts';
import type {HttpHandler} from '../runtime/http.ts';
import type {KubeApi} from '../runtime/kube/api.ts';
import {LeaderElection} from '../runtime/kube/leader-election.ts';

export {inputCounters, type InputCounter, type InputCounts} from './counts.ts';
export {
	explain, type ContainerExplanation, type Explanation, type StoredObjects,
} from './explain/explain.ts';
export type {LogLine} from './logs.ts';
export {createMqttLink, type MqttLinkOptions} from './link.ts';
export type {ControllerOptions, ControllerParts} from './machine.ts';

export interface Controller {
	/** Resolves when the controller works, or stands for election. Once only. */
	start(): Promise<void>;
	/** Resolves when nothing is under way any more; calling it again gives the same promise. */
	stop(): Promise<void>;
	/** Resolves when it has stopped, be it that leadership was lost. */
	readonly ended: Promise<void>;
	/** What came in and was not used, since the process started; each by exactly one cause. */
	readonly counts: InputCounts;
	/** Live data, metrics and health, at any time (docs/reference/controller.md, "What it serves"). */
	readonly handle: HttpHandler;
}

const periodSecondsMax = 86_400;
const keyBytes = 32;

/** @throws RangeError for options that no controller can run with. */
export function createController(parts: ControllerParts): Controller {
	const {fleetSecret, rootPublicKey, options = {}} = parts;
	const {reportPeriodSeconds = 60} = options;
	if (fleetSecret.length !== keyBytes || rootPublicKey.length !== keyBytes) {
		throw new RangeError(`Cannot make controller: fleetSecret and rootPublicKey must be ${keyBytes} bytes each`);
	}
	if (!Number.isInteger(reportPeriodSeconds) || reportPeriodSeconds < 1 || reportPeriodSeconds > periodSecondsMax) {
		throw new RangeError(
			`Cannot make controller: reportPeriodSeconds is ${reportPeriodSeconds}, must be 1 to ${periodSecondsMax}`);
	}
	return new RunningController(parts);
}

class RunningController implements Controller {
	readonly ended: Promise<void>;
	readonly handle: HttpHandler;
	readonly #parts: ControllerParts;
	/** Every write goes through it, those of the election included. */
	readonly #api: KubeApi;
	readonly #machine: Machine;
	readonly #guard = new LeaderGuard();
	readonly #abort = new AbortController();
	readonly #end: () => void;
	/** What runs until the abort: the work, or the election around it. */
	readonly #running: Promise<void>[] = [];
	/** Set exactly when a stop has begun. */
	#stopping: Promise<void> | undefined;
	#election: LeaderElection | undefined;
	/** While the caches are complete and worked on. */
	#isWorking = false;
	#isConnected = false;

	constructor(parts: ControllerParts) {
		const {promise, resolve} = Promise.withResolvers<void>();
		const writes = new WriteTally();
		const {link, options: {election} = {}} = parts;
		this.#parts = parts;
		this.#api = writes.wrap(parts.api);
		this.#machine = buildMachine(election === undefined
			? {...parts, api: this.#api}
			: {...parts, api: this.#guard.api(this.#api), link: this.#guard.link(link)});
		this.handle = serveMachine(this.#machine, writes, {
			clock: parts.clock, idleReason: () => this.#idleReason(), isConnected: () => this.#isConnected,
		});
		this.ended = promise;
		this.#end = resolve;
	}

	get counts(): InputCounts {
		return this.#machine.tally.counts;
	}

	async start(): Promise<void> {
		const {clock, random, log, options = {}} = this.#parts;
		const api = this.#api;
		const {election, namespace = defaultNamespace} = options;
		if (election === undefined) {
			const {promise, resolve} = Promise.withResolvers<void>();
			const work = this.#work(this.#abort.signal, resolve);
			this.#running.push(work);
			await Promise.race([promise, work]);
			return;
		}
		await ensureNamespace(api, namespace);
		const leader = new LeaderElection({
			api, namespace, name: 'femto-controller', identity: election.identity, clock, random, log,
			onStartedLeading: leadership => {
				this.#guard.lead(leadership);
				return this.#work(leadership.signal);
			},
			onStoppedLeading: () => {
				// What a former leader knows is of no use to anyone: the process starts anew.
				this.stop().catch((error: unknown) => log.error('controller did not stop', {error: String(error)}));
			},
		});
		this.#election = leader;
		this.#running.push(leader.run(this.#abort.signal));
	}

	/** Why it can't answer for the fleet. */
	#idleReason(): string | undefined {
		if (this.#isWorking && !this.#abort.signal.aborted && this.#election?.isLeader !== false) {
			return undefined;
		}
		if (this.#abort.signal.aborted) {
			return 'the controller stops';
		}
		const {holder = '', isLeader = true} = this.#election ?? {};
		return isLeader ? 'the controller has not read the API yet'
			: `this controller does not lead, ${holder === '' ? 'nobody does yet' : `${holder} does`}`;
	}

	stop(): Promise<void> {
		this.#stopping ??= this.#stop();
		return this.#stopping;
	}

	async #stop(): Promise<void> {
		const {events, heads, logs} = this.#machine;
		this.#abort.abort();
		logs.stop();
		heads.disconnected();
		this.#isConnected = false;
		await this.#parts.link.stop();
		await Promise.all([...this.#running, events.stop()]);
		this.#end();
	}

	/**
	 * Caches first, then the work on them, then the broker: nothing that arrives meets a half-known fleet. Ends when
	 * `signal` has aborted and nothing is written any more, so that whoever leads next has the API for itself.
	 */
	async #work(signal: AbortSignal, onStarted?: () => void): Promise<void> {
		const {watches, works, handlers, receiver, bridges, logs} = this.#machine;
		const loops = [watches.run(signal)];
		if (await watches.synced()) {
			watches.tell(handlers);
			loops.push(...works.map(work => work.run(signal)));
			this.#isWorking = true;
			this.#openLink(signal);
		}
		onStarted?.();
		await Promise.all(loops);
		this.#isWorking = false;
		logs.stop();
		await Promise.all([receiver.stop(), bridges.stop()]);
	}

	#openLink(signal: AbortSignal): void {
		const {link, log} = this.#parts;
		const {heads, receiver} = this.#machine;
		if (signal.aborted) {
			return;
		}
		signal.addEventListener('abort', () => heads.disconnected(), {once: true});
		let subscription: Promise<void> | undefined;
		link.start({
			onConnect: sessionPresent => {
				if (signal.aborted) {
					return;
				}
				this.#isConnected = true;
				heads.connected(sessionPresent);
				subscription ??= link.subscribe(filters, 1)
					.catch((error: unknown) => log.error('not subscribed', {error: String(error)}));
			},
			onMessage: message => {
				if (!signal.aborted) {
					receiver.receive(message);
				}
			},
			onDisconnect: () => {
				this.#isConnected = false;
				heads.disconnected();
			},
		});
	}
}
