import type {Clock} from '../../../runtime/clock.ts';
import type {MqttLink, MqttLinkHandlers, MqttMessage, PublishOptions} from '../../../runtime/mqtt.ts';
import {matchesFilter} from '../../../simulator/topics.ts';

interface Client {
	readonly filters: string[];
	readonly deliver: (message: MqttMessage) => void;
}

/** A broker in a few lines for one controller and scripted devices: retained messages, QoS 1 without loss. */
export class MemoryBroker {
	readonly #clock: Clock;
	readonly #latencyMs: number;
	readonly retained = new Map<string, Uint8Array>();
	/** Every message published by the controller, in order. */
	readonly published: {readonly topic: string; readonly payload: Uint8Array}[] = [];
	readonly #byDevice = new Map<string, Set<Client>>();

	constructor(clock: Clock, latencyMs = 5) {
		this.#clock = clock;
		this.#latencyMs = latencyMs;
	}

	/** A device's or a tester's end: no session, just topics. */
	connect(filters: readonly string[], deliver: (message: MqttMessage) => void): void {
		const client = {filters: [] as string[], deliver};
		this.#subscribe(client, filters);
	}

	publish(topic: string, payload: Uint8Array, {qos, retain = false}: PublishOptions): void {
		this.#clock.setTimer(this.#latencyMs, () => this.#route({topic, payload, retain, qos}));
	}

	link(): MqttLink & {lose(): void; resume(sessionPresent: boolean): void} {
		let handlers: MqttLinkHandlers | undefined;
		let up = false;
		const client: Client = {filters: [], deliver: message => (up ? handlers?.onMessage(message) : undefined)};
		const open = (sessionPresent: boolean): void => {
			up = true;
			handlers?.onConnect(sessionPresent);
		};
		return {
			publish: async (topic, payload, options) => {
				if (!up) {
					throw new Error('not connected');
				}
				this.published.push({topic, payload});
				this.publish(topic, payload, options);
				await this.#roundTrip();
			},
			subscribe: async (filters) => {
				this.#subscribe(client, filters);
				await this.#roundTrip();
			},
			start: (given) => {
				handlers = given;
				this.#clock.setTimer(this.#latencyMs, () => open(false));
			},
			stop: async () => {
				up = false;
			},
			lose: () => {
				up = false;
				handlers?.onDisconnect();
			},
			resume: open,
		};
	}

	/** Clients by the device in their filters, so that a large fleet does not look at each other's. */
	#audience(topic: string): ReadonlySet<Client> {
		const device = topic.split('/')[1] ?? '';
		return new Set([...(this.#byDevice.get(device) ?? []), ...(this.#byDevice.get('+') ?? []),
			...(this.#byDevice.get('bridge') ?? [])]);
	}

	#roundTrip(): Promise<void> {
		return new Promise(resolve => {
			this.#clock.setTimer(2 * this.#latencyMs, resolve);
		});
	}

	#subscribe(client: Client, filters: readonly string[]): void {
		client.filters.push(...filters);
		for (const filter of filters) {
			const device = filter.split('/')[1] ?? '';
			this.#byDevice.set(device, (this.#byDevice.get(device) ?? new Set()).add(client));
		}
		for (const [topic, payload] of this.retained) {
			if (filters.some(filter => matchesFilter(filter, topic))) {
				this.#clock.setTimer(this.#latencyMs, () => client.deliver({topic, payload, retain: true, qos: 1}));
			}
		}
	}

	#route(message: MqttMessage): void {
		const {topic, payload, retain} = message;
		if (retain && payload.length > 0) {
			this.retained.set(topic, payload);
		} else if (retain) {
			this.retained.delete(topic);
		}
		for (const client of this.#audience(topic)) {
			if (client.filters.some(filter => matchesFilter(filter, topic))) {
				this.#clock.setTimer(this.#latencyMs, () => client.deliver({...message, retain: false}));
			}
		}
	}
}
