import {openStore, type Store} from '../apiserver/mod.ts';
import {createController} from '../controller/mod.ts';
import type {KubeApi} from '../runtime/kube/api.ts';
import type {KubeObject, ResourceRef} from '../runtime/kube/types.ts';
import {EventLog} from './event-log.ts';
import {Field} from './field.ts';
import type {LinkConditions} from './lane.ts';
import {createSimulatedMqttLink} from './mqtt-link.ts';
import {programLog} from './program-log.ts';
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
	readonly #store: Store;
	readonly #operator: RecordedApi;
	readonly #controller: RecordedApi;
	/** The first rejection of a promise that nobody in the simulation awaits. */
	#failure: {readonly error: unknown} | undefined;

	constructor(options: FleetOptions) {
		const {seed, nextMacrotask, devices, firmware, conditions, samplesPerSecond} = options;
		this.scheduler = new Scheduler({seed, nextMacrotask});
		const {scheduler} = this;
		this.log = new EventLog(() => scheduler.clock.now(), options.logSink);
		this.log.write('simulation', 'fleet', `seed=${seed} devices=${devices} ${JSON.stringify(conditions)}`);
		this.keys = createFleetKeys(scheduler.random('keys'));
		this.readiness = new Readiness(devices);
		const {clock} = scheduler;
		this.#store = openStore({path: ':memory:', clock, random: scheduler.random('store'), crds: options.crds});
		const observe = (object: KubeObject): void => this.readiness.observe(object);
		this.#operator = recordApi(this.#store, this.log, observe);
		this.#controller = recordApi(this.#store, this.log, observe);
		this.field = new Field({scheduler, log: this.log, devices, firmware, keys: this.keys, conditions, samplesPerSecond});
		scheduler.clock.setTimer(0, () => this.#startController());
		scheduler.clock.setTimer(applyMs, () => this.#own(applyAll(this.api, options.objects(this.keys))));
	}

	/** What an operator uses; writes stand in the log. */
	get api(): KubeApi {
		return this.#operator.api;
	}

	/** Writes of the controller, by plural. */
	get controllerWrites(): ReadonlyMap<string, number> {
		return this.#controller.counts().writes;
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

	#startController(): void {
		const {scheduler, field, keys} = this;
		const {clock} = scheduler;
		const openChannel = field.broker.openChannel('controller');
		const controller = createController({
			api: this.#controller.api,
			link: createSimulatedMqttLink({openChannel, clock, clientId: '_femto-controller'}),
			clock,
			random: scheduler.random('controller'),
			log: programLog(this.log, 'controller'),
			fleetSecret: keys.fleetSecret,
			rootPublicKey: keys.rootPublicKey,
		});
		this.#own(controller.start());
	}

	#own(promise: Promise<unknown>): void {
		promise.catch((error: unknown) => {
			this.#failure ??= {error};
		});
	}
}

async function applyAll(api: KubeApi, objects: readonly KubeObject[]): Promise<void> {
	for (const object of objects) await api.create(collectionOf(object), object);
}

/** The collections that an operator writes to. */
function collectionOf(object: KubeObject): ResourceRef {
	const [version = '', group = ''] = object.apiVersion.split('/').toReversed();
	const {namespace} = object.metadata;
	return {group, version, plural: `${object.kind.toLowerCase()}s`, ...(namespace === undefined ? {} : {namespace})};
}
