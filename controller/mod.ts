import {BridgeLeases} from './bridges.ts';
import {ContainerReconciler} from './container/reconcile.ts';
import {InputTally, type InputCounts} from './counts.ts';
import {openHead} from './device/document.ts';
import {DeviceReconciler} from './device/reconcile.ts';
import {DeviceSessions} from './device/sessions.ts';
import {Fleet} from './fleet.ts';
import {HeadPublisher} from './heads.ts';
import {ImageServer} from './images.ts';
import {LeaderGuard} from './leader-guard.ts';
import {ensureNamespace} from './namespace.ts';
import {KeyedWork} from './queues.ts';
import {filters, Receiver} from './receive.ts';
import {changeHandlers} from './route.ts';
import {reconcileTenant} from './tenant/reconcile.ts';
import {judgeByKey} from './tenant/registry.ts';
import {Watches} from './watch.ts';
import type {Clock} from '../runtime/clock.ts';
import type {KubeApi} from '../runtime/kube/api.ts';
import {EventRecorder} from '../runtime/kube/event-recorder.ts';
import {LeaderElection} from '../runtime/kube/leader-election.ts';
import type {Log} from '../runtime/log.ts';
import type {MqttLink} from '../runtime/mqtt.ts';
import type {Random} from '../runtime/random.ts';

export {inputCounters, type InputCounter, type InputCounts} from './counts.ts';
export {
	explain, type ContainerExplanation, type Explanation, type StoredObjects,
} from './explain/explain.ts';
export {createMqttLink, type MqttLinkOptions} from './link.ts';

export interface ControllerParts {
	readonly api: KubeApi;
	readonly link: MqttLink;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	/** Device keys are derived from it; 32 bytes. */
	readonly fleetSecret: Uint8Array;
	/** Ed25519 public key of the fleet root, which signs grants; 32 bytes. */
	readonly rootPublicKey: Uint8Array;
	readonly options?: ControllerOptions;
}

export interface ControllerOptions {
	/** Time between two reports of a device when nothing changes; 60 by default, at most 86,400. */
	readonly reportPeriodSeconds?: number;
	/** Labels of a device that enrols; none by default. */
	readonly deviceLabels?: Readonly<Record<string, string>>;
	/** Namespace of Leases; `femtofleet` by default. */
	readonly namespace?: string;
	/** Stand for election first, and stop when leadership is lost. Without it there must be one controller only. */
	readonly election?: {readonly identity: string};
}

export interface Controller {
	/** Resolves when the controller works, or stands for election. Once only. */
	start(): Promise<void>;
	/** Resolves when nothing is under way any more; calling it again gives the same promise. */
	stop(): Promise<void>;
	/** Resolves when it has stopped, be it that leadership was lost. */
	readonly ended: Promise<void>;
	/** What came in and was not used, since the process started; each by exactly one cause. */
	readonly counts: InputCounts;
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
	readonly #parts: ControllerParts;
	readonly #machine: Machine;
	readonly #guard = new LeaderGuard();
	readonly #abort = new AbortController();
	readonly #end: () => void;
	/** What runs until the abort: the work, or the election around it. */
	readonly #running: Promise<void>[] = [];
	/** Set exactly when a stop has begun. */
	#stopping: Promise<void> | undefined;

	constructor(parts: ControllerParts) {
		const {promise, resolve} = Promise.withResolvers<void>();
		this.#parts = parts;
		const {api, link, options: {election} = {}} = parts;
		this.#machine = buildMachine(
			election === undefined ? parts : {...parts, api: this.#guard.api(api), link: this.#guard.link(link)});
		this.ended = promise;
		this.#end = resolve;
	}

	get counts(): InputCounts {
		return this.#machine.tally.counts;
	}

	async start(): Promise<void> {
		const {api, clock, random, log, options = {}} = this.#parts;
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
		this.#running.push(leader.run(this.#abort.signal));
	}

	stop(): Promise<void> {
		this.#stopping ??= this.#stop();
		return this.#stopping;
	}

	async #stop(): Promise<void> {
		const {events, heads} = this.#machine;
		this.#abort.abort();
		heads.disconnected();
		await this.#parts.link.stop();
		await Promise.all([...this.#running, events.stop()]);
		this.#end();
	}

	/**
	 * Caches first, then the work on them, then the broker: nothing that arrives meets a half-known fleet. Ends when
	 * `signal` has aborted and nothing is written any more, so that whoever leads next has the API for itself.
	 */
	async #work(signal: AbortSignal, onStarted?: () => void): Promise<void> {
		const {watches, works, handlers, receiver, bridges} = this.#machine;
		const loops = [watches.run(signal)];
		if (await watches.synced()) {
			watches.tell(handlers);
			loops.push(...works.map(work => work.run(signal)));
			this.#openLink(signal);
		}
		onStarted?.();
		await Promise.all(loops);
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
				heads.connected(sessionPresent);
				subscription ??= link.subscribe(filters, 1)
					.catch((error: unknown) => log.error('not subscribed', {error: String(error)}));
			},
			onMessage: message => {
				if (!signal.aborted) {
					receiver.receive(message);
				}
			},
			onDisconnect: () => heads.disconnected(),
		});
	}
}

const defaultNamespace = 'femtofleet';
const deviceWorkers = 8;
const containerWorkers = 2;

type Machine = ReturnType<typeof buildMachine>;

/** Makes every part and joins them; starts nothing. */
function buildMachine({api, link, clock, random, log, fleetSecret, rootPublicKey, options = {}}: ControllerParts) {
	const {reportPeriodSeconds = 60, deviceLabels = {}, namespace = defaultNamespace} = options;
	const watches = new Watches({api, clock, random, log});
	const fleet = new Fleet(watches.caches, judgeByKey(rootPublicKey), reportPeriodSeconds);
	const sessions = new DeviceSessions(clock, fleetSecret);
	const tally = new InputTally();
	const count = tally.add;
	const heads = new HeadPublisher(link, clock, log, count, (name, head) => {
		const device = fleet.devices.get(name);
		return device && openHead(sessions.keyOf(name, device.spec.keyNumber), head)?.desiredGeneration;
	});
	const images = new ImageServer(clock);
	const bridges = new BridgeLeases({api, clock, namespace, log, count});
	const events = new EventRecorder({api, component: 'femto-controller', clock, random, log});
	const enqueueDevice = (name: string): void => deviceWork.add(name);
	const enqueueContainer = (key: string): void => containerWork.add(key);
	const containers = new ContainerReconciler({
		api, clock, fleet, heads, events, count, enqueueDevice, enqueueContainer,
		isBeingAssigned: uid => devices.isAssigning(uid),
	});
	const devices = new DeviceReconciler({api, clock, fleet, sessions, heads, images, events, reportPeriodSeconds});
	const deviceWork: KeyedWork = new KeyedWork({
		clock, log, workers: deviceWorkers, reconcile: name => devices.reconcile(name),
	});
	const containerWork: KeyedWork = new KeyedWork({
		clock, log, workers: containerWorkers, quietUntilMs: key => containers.quietUntilMs(key),
		reconcile: key => containers.reconcile(key),
	});
	const tenantWork = new KeyedWork({
		clock, log, workers: 1,
		reconcile: async name => {
			await reconcileTenant({api, clock, tenants: watches.tenants, registry: fleet.tenants, events, count}, name);
			return undefined;
		},
	});
	const receiver = new Receiver({
		api, link, log, fleet, sessions, heads, images, bridges, count, deviceLabels, enqueueDevice,
		challengeDevice: name => {
			devices.challenge(name);
			deviceWork.add(name);
		},
	});
	const handlers = changeHandlers({
		fleet, addContainer: enqueueContainer, addDevice: enqueueDevice, addTenant: name => tenantWork.add(name),
		forgetContainer: container => containers.forget(container),
	});
	return {watches, tally, heads, bridges, events, receiver, handlers, works: [tenantWork, containerWork, deviceWork]};
}
