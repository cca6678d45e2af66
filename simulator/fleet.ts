import {openStore, type Store} from '../apiserver/mod.ts';
import type {KubeApi} from '../runtime/kube/api.ts';
import type {KubeObject, ResourceRef} from '../runtime/kube/types.ts';
import type {Random} from '../runtime/random.ts';
import {ControllerHost} from './controller-host.ts';
import {CurrentApi} from './current-api.ts';
import type {SimulatedDevice} from './device.ts';
import {EventLog} from './event-log.ts';
import {Field} from './field.ts';
import type {LinkConditions} from './lane.ts';
import {Readiness} from './readiness.ts';
import {recordApi, type RecordedApi} from './recorded-api.ts';
import {createFleetKeys, type FleetKeys} from './sample.ts';
import {Scheduler, type RunEnd} from './scheduler.ts';

export interface FleetOptions {
	readonly seed: number;
	readonly nextMacrotask: (callback: () => void) => unknown;
	readonly devices: number;
	readonly conditions: LinkConditions;
	/** Calls of each device's sensor hook; 0 = none. */
	readonly samplesPerSecond: number;
	/** build/femto-sim.wasm. */
	readonly firmware: Uint8Array;
	/** CustomResourceDefinitions of crds/. */
	readonly crds: readonly Readonly<Record<string, unknown>>[];
	/** What an operator applies once the controller runs, in this order; signed by the fleet's keys. */
	readonly objects: (keys: FleetKeys) => readonly KubeObject[];
	readonly logSink?: (line: string) => void;
	/** File of the store; in memory by default. */
	readonly storePath?: string;
	/** Controllers stand for election. */
	readonly election?: boolean;
	/** Of requests of controllers to the API and of the answers; 0 by default: both are there within one event. */
	readonly apiLatencyMs?: number;
	/** Sees each object that operator or controller wrote, as it is stored. */
	readonly onStored?: (object: KubeObject) => void;
	/** See `FieldOptions`. */
	readonly buildId?: Uint8Array;
	/** See `FieldOptions`. */
	readonly onCall?: (device: SimulatedDevice) => void;
}

/** When the operator's objects arrive: all programs have started, some devices have not. */
const applyMs = 500;

/** The whole product under virtual time: store, controller, broker, bridge, link, and devices. */
export class SimulatedFleet {
	readonly scheduler: Scheduler;
	readonly log: EventLog;
	readonly field: Field;
	readonly readiness: Readiness;
	readonly keys: FleetKeys;
	/** Started with the first event. */
	readonly controller: ControllerHost;
	readonly #options: FleetOptions;
	readonly #random: Random;
	readonly #operator: RecordedApi;
	/** Of all controllers together. */
	readonly #controllers: RecordedApi;
	readonly #current: CurrentApi;
	#store: Store;
	/** The first rejection of a promise that nobody in the simulation awaits. */
	#failure: {readonly error: unknown} | undefined;

	constructor(options: FleetOptions) {
		const {seed, nextMacrotask, devices, conditions} = options;
		this.#options = options;
		this.scheduler = new Scheduler({seed, nextMacrotask});
		const {scheduler} = this;
		this.log = new EventLog(() => scheduler.clock.now(), options.logSink);
		this.log.write('simulation', 'fleet', `seed=${seed} devices=${devices} ${JSON.stringify(conditions)}`);
		this.keys = createFleetKeys(scheduler.random('keys'));
		this.readiness = new Readiness(devices);
		this.#random = scheduler.random('store');
		this.#store = this.#openStore(options.storePath ?? ':memory:');
		this.#current = new CurrentApi(this.#store);
		const observe = (object: KubeObject): void => {
			this.readiness.observe(object);
			options.onStored?.(object);
		};
		this.#operator = recordApi(this.#current, this.log, observe);
		this.#controllers = recordApi(this.#current, this.log, observe);
		this.field = new Field({...options, scheduler, log: this.log, keys: this.keys});
		this.controller = this.addController('controller');
		scheduler.clock.setTimer(0, () => this.controller.start());
		scheduler.clock.setTimer(applyMs, () => this.#own(this.applyObjects()));
	}

	/** A further controller, not started. By default it has the client id and so the MQTT session of the first one. */
	addController(name: string, clientId = '_femto-controller'): ControllerHost {
		return new ControllerHost({
			name,
			scheduler: this.scheduler,
			log: this.log,
			api: this.#controllers.api,
			openChannel: this.field.broker.openChannel(name),
			clientId,
			keys: this.keys,
			election: this.#options.election ?? false,
			apiLatencyMs: this.#options.apiLatencyMs ?? 0,
			own: (promise) => this.#own(promise),
		});
	}

	/** Closes the store's file, lets `swap` put another in its place, and opens it. No controller may be alive. */
	reopenStore(swap: (path: string) => void): void {
		const {storePath = ':memory:'} = this.#options;
		this.#store.close();
		swap(storePath);
		this.log.write('simulation', 'store', 'opened again');
		this.#store = this.#openStore(storePath);
		this.#current.set(this.#store);
	}

	/** What an operator uses; writes stand in the log. */
	get api(): KubeApi {
		return this.#operator.api;
	}

	/** Creates the operator's objects; happens once by itself. */
	async applyObjects(): Promise<void> {
		for (const object of this.#options.objects(this.keys)) await this.api.create(collectionOf(object), object);
	}

	/** Writes of the controller, by plural. */
	get controllerWrites(): ReadonlyMap<string, number> {
		return this.#controllers.counts().writes;
	}

	/** Runs until the predicate holds or the virtual time is up; rejects when something in the simulation broke. */
	run(options: {readonly until?: () => boolean; readonly withinMs: number}): Promise<RunEnd> {
		return this.scheduler.run({
			withinMs: options.withinMs,
			until: () => {
				if (this.#failure !== undefined) throw this.#failure.error;
				return options.until?.() ?? false;
			},
		});
	}

	close(): void {
		this.#store.close();
	}

	#openStore(path: string): Store {
		const {clock} = this.scheduler;
		return openStore({path, clock, random: this.#random, crds: this.#options.crds});
	}

	#own(promise: Promise<unknown>): void {
		promise.catch((error: unknown) => {
			this.#failure ??= {error};
		});
	}
}

/** The collections that an operator writes to. */
function collectionOf(object: KubeObject): ResourceRef {
	const [version = '', group = ''] = object.apiVersion.split('/').toReversed();
	const {namespace} = object.metadata;
	return {group, version, plural: `${object.kind.toLowerCase()}s`, ...(namespace === undefined ? {} : {namespace})};
}
