import type {Clock, Timer} from '../runtime/clock.ts';
import type {DatagramPort} from '../runtime/datagram.ts';
import type {KubeApi} from '../runtime/kube/api.ts';
import type {Log} from '../runtime/log.ts';
import type {OpenChannel, PacketChannel} from '../runtime/mqtt.ts';
import {aroundApi} from './around-api.ts';

/**
 * One life of a program in this process. All that the program reaches the world through is taken from here, so that its
 * life can end, or stand still, at any moment, as that of a process can: from then on nothing comes in or goes out. What
 * it still awaits never settles.
 */
export class Incarnation {
	/** For the program: its timers come when it runs. */
	readonly clock: Clock;
	readonly #clock: Clock;
	readonly #death = new AbortController();
	readonly #channels = new Set<PacketChannel>();
	/** What happened while it stood still, in order. */
	readonly #held: (() => void)[] = [];
	#state: 'running' | 'frozen' | 'dead' = 'running';

	constructor(clock: Clock) {
		this.#clock = clock;
		this.clock = {now: () => clock.now(), setTimer: (delayMs, callback) => this.#setTimer(delayMs, callback)};
	}

	get isAlive(): boolean {
		return this.#state !== 'dead';
	}

	/** As SIGKILL: at once, whatever is under way. Its connections break, what it has sent is on the wire. */
	kill(): void {
		this.#state = 'dead';
		this.#held.length = 0;
		for (const channel of this.#channels) channel.close();
		this.#channels.clear();
		this.#death.abort();
	}

	/** As SIGSTOP: it notices nothing, its connections stand. */
	freeze(): void {
		if (this.#state === 'running') this.#state = 'frozen';
	}

	/** As SIGCONT: what came meanwhile is done now, one thing after the other. */
	thaw(): void {
		if (this.#state !== 'frozen') return;
		this.#state = 'running';
		for (const action of this.#held.splice(0)) this.#clock.setTimer(0, () => this.#pass(action));
	}

	/** Begins `run` while the program runs and settles as it does, but only while the program runs. */
	call<T>(run: () => Promise<T>): Promise<T> {
		return new Promise((resolve, reject) => {
			this.#pass(() => {
				run().then(
					(value) => this.#pass(() => resolve(value)),
					(error: unknown) => this.#pass(() => reject(error as Error)),
				);
			});
		});
	}

	api(api: KubeApi): KubeApi {
		const called = aroundApi(api, (_, run) => this.call(run));
		return {
			...called,
			watch: (ref, options) => {
				const signal = AbortSignal.any([options.signal, this.#death.signal]);
				return this.#iterate(api.watch(ref, {...options, signal}));
			},
		};
	}

	openChannel(open: OpenChannel): OpenChannel {
		return ({onOpen, onPacket, onClose}) => {
			if (!this.isAlive) return {send: () => {}, close: () => {}};
			const channel = open({
				onOpen: () => this.#pass(onOpen),
				onPacket: (packet) => this.#pass(() => onPacket(packet)),
				onClose: (error) => {
					this.#channels.delete(channel);
					this.#pass(() => onClose(error));
				},
			});
			this.#channels.add(channel);
			return {
				send: (packet) => this.#pass(() => channel.send(packet)),
				close: () => this.#pass(() => channel.close()),
			};
		};
	}

	datagrams(port: DatagramPort): DatagramPort {
		return {
			send: (address, bytes) => this.#pass(() => port.send(address, bytes)),
			onDatagram: (handler) => port.onDatagram((address, bytes) => this.#pass(() => handler(address, bytes))),
			close: () => this.call(() => port.close()),
		};
	}

	log(log: Log): Log {
		return {
			debug: (message, fields) => this.#pass(() => log.debug(message, fields)),
			info: (message, fields) => this.#pass(() => log.info(message, fields)),
			warn: (message, fields) => this.#pass(() => log.warn(message, fields)),
			error: (message, fields) => this.#pass(() => log.error(message, fields)),
			child: (fields) => this.log(log.child(fields)),
		};
	}

	/** The one way in and out. */
	#pass(action: () => void): void {
		if (this.#state === 'running') action();
		else if (this.#state === 'frozen') this.#held.push(action);
	}

	#setTimer(delayMs: number, callback: () => void): Timer {
		let isCancelled = false;
		const run = (): void => {
			if (!isCancelled) callback();
		};
		const timer = this.#clock.setTimer(delayMs, () => this.#pass(run));
		return {
			cancel: () => {
				isCancelled = true;
				timer.cancel();
			},
		};
	}

	#iterate<T>(iterable: AsyncIterable<T>): AsyncIterable<T> {
		return {
			[Symbol.asyncIterator]: () => {
				const iterator = iterable[Symbol.asyncIterator]();
				return {
					next: () => this.call(() => iterator.next()),
					return: () => this.call(async () => (await iterator.return?.()) ?? {done: true, value: undefined}),
				};
			},
		};
	}
}
