import {bridgePresenceTopic, encodeBridgePresence} from '../protocol/presence.ts';
import {formatTime} from '../runtime/clock.ts';
import type {Log} from '../runtime/log.ts';
import {Alarm} from './alarm.ts';
import type {BridgeConfig} from './config.ts';
import {LinkRunner} from './link-runner.ts';
import type {BridgeContext} from './link-runner.ts';
import type {LinkEvent} from './link/state.ts';

export interface PresenceOptions {
	readonly context: BridgeContext;
	readonly name: string;
	readonly config: BridgeConfig;
	readonly seed: number;
	readonly log: Log;
	readonly onStopped: () => void;
}

/** Says on a broker connection of its own that the bridge lives: retained, renewed each period, taken back by a will. */
export class Presence {
	readonly #options: PresenceOptions;
	readonly #link: LinkRunner;
	readonly #alarm: Alarm;
	#upSinceMs: number | undefined;

	constructor(options: PresenceOptions) {
		const {context, name, config, seed} = options;
		this.#options = options;
		this.#alarm = new Alarm(context.clock, () => context.work.run(() => this.#publish('online')));
		this.#link = new LinkRunner(context, {
			clientId: `_bridge-${name}`,
			clean: true,
			keepAliveSeconds: config.presencePeriodSeconds,
			will: {topic: bridgePresenceTopic(name), payload: Buffer.from(this.#payload('offline')), qos: 1, retain: true},
			retryFirstMs: config.retryFirstMs,
			retryMaxMs: config.retryMaxMs,
			timeoutMs: config.connectTimeoutMs,
		}, seed, (event) => this.#onEvent(event));
	}

	get isUp(): boolean {
		return this.#upSinceMs !== undefined;
	}

	isUpSince(timeMs: number): boolean {
		return this.#upSinceMs !== undefined && this.#upSinceMs <= timeMs;
	}

	start(): void {
		this.#link.input({kind: 'start'});
	}

	stop(): void {
		this.#publish('offline');
		this.#alarm.aim(undefined);
		this.#link.input({kind: 'stop', abrupt: false});
	}

	#onEvent(event: LinkEvent): void {
		switch (event.kind) {
			case 'up':
				this.#upSinceMs = this.#options.context.clock.now();
				this.#options.log.info('broker connected');
				this.#publish('online');
				return;
			case 'down':
				this.#upSinceMs = undefined;
				this.#alarm.aim(undefined);
				if (event.wasUp) {
					this.#options.log.warn('broker lost');
				}
				return;
			case 'stopped':
				this.#options.onStopped();
				return;
			case 'message':
			case 'published':
			case 'subscribed':
			case 'unsubscribed':
		}
	}

	#publish(state: 'online' | 'offline'): void {
		if (this.#upSinceMs === undefined) {
			return;
		}
		const {context, name, config} = this.#options;
		this.#link.input({
			kind: 'publish', topic: bridgePresenceTopic(name), payload: this.#payload(state), qos: 1, retain: true, token: 0,
		});
		this.#alarm.aim(context.clock.now() + config.presencePeriodSeconds * 1000);
	}

	#payload(state: 'online' | 'offline'): Uint8Array {
		const {context, config} = this.#options;
		return encodeBridgePresence({
			state, time: formatTime(context.clock.now()), periodSeconds: config.presencePeriodSeconds,
		});
	}
}
