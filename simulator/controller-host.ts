import {createController, type Controller} from '../controller/mod.ts';
import {sleep} from '../runtime/clock.ts';
import type {KubeApi} from '../runtime/kube/api.ts';
import type {OpenChannel} from '../runtime/mqtt.ts';
import {slowApi} from './around-api.ts';
import type {EventLog} from './event-log.ts';
import {Incarnation} from './incarnation.ts';
import {createSimulatedMqttLink} from './mqtt-link.ts';
import {programLog} from './program-log.ts';
import type {FleetKeys} from './sample.ts';
import type {Scheduler} from './scheduler.ts';
import {WriteFaults} from './write-faults.ts';

export interface ControllerHostOptions {
	/** Stands in the event log; also its identity in an election. */
	readonly name: string;
	readonly scheduler: Scheduler;
	readonly log: EventLog;
	/** Over all lives. */
	readonly api: KubeApi;
	readonly openChannel: OpenChannel;
	readonly clientId: string;
	readonly keys: FleetKeys;
	/** Whether it stands for election; without it, it must be the only one. */
	readonly election: boolean;
	/** Of requests to the API and of answers. */
	readonly apiLatencyMs: number;
	/** Gets promises that nobody awaits. */
	readonly own: (promise: Promise<unknown>) => void;
}

/** Where the controller runs: it is started, killed, stopped in its tracks, and started anew on the same store. */
export class ControllerHost {
	readonly faults: WriteFaults;
	readonly #options: ControllerHostOptions;
	#lives = 0;
	/** The last life. */
	#current: {readonly incarnation: Incarnation; readonly controller: Controller} | undefined;

	constructor(options: ControllerHostOptions) {
		this.#options = options;
		this.faults = new WriteFaults((fault, write) => {
			this.#note(`${fault}: ${write}`);
			if (fault === 'killed before' || fault === 'killed after') this.kill();
			if (fault === 'frozen before' || fault === 'frozen after') this.freeze();
		});
	}

	get isAlive(): boolean {
		return this.#current?.incarnation.isAlive ?? false;
	}

	/** The controller of the last life; undefined before the first. */
	get controller(): Controller | undefined {
		return this.#current?.controller;
	}

	/** Begins a life; without effect during one. */
	start(): void {
		if (this.isAlive) return;
		const {name, scheduler, log, api, openChannel, clientId, keys, election, apiLatencyMs, own} = this.#options;
		const life = ++this.#lives;
		this.#note(`start ${life}`);
		const incarnation = new Incarnation(scheduler.clock);
		const {clock} = incarnation;
		const controller = createController({
			api: incarnation.api(slowApi(this.faults.wrap(api, incarnation), apiLatencyMs, (ms) => sleep(scheduler.clock, ms))),
			link: createSimulatedMqttLink({openChannel: incarnation.openChannel(openChannel), clock, clientId}),
			clock,
			// Each life has chance of its own, as each process has.
			random: scheduler.random(life === 1 ? name : `${name}/${life}`),
			log: incarnation.log(programLog(log, name)),
			fleetSecret: keys.fleetSecret,
			rootPublicKey: keys.rootPublicKey,
			...(election ? {options: {election: {identity: `${name}-${life}`}}} : {}),
		});
		this.#current = {incarnation, controller};
		own(controller.start());
	}

	kill(): void {
		if (!this.isAlive) return;
		this.#note('kill');
		this.#current?.incarnation.kill();
	}

	/** It stands still, and does not know it. */
	freeze(): void {
		this.#note('freeze');
		this.#current?.incarnation.freeze();
	}

	thaw(): void {
		this.#note('thaw');
		this.#current?.incarnation.thaw();
	}

	#note(what: string): void {
		this.#options.log.write('simulation', this.#options.name, what);
	}
}
