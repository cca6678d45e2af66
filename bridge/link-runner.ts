import type {Clock} from '../runtime/clock.ts';
import type {OpenChannel, PacketChannel} from '../runtime/mqtt.ts';
import {Alarm} from './alarm.ts';
import type {Counters} from './counters.ts';
import {newLink} from './link/state.ts';
import type {Link, LinkEvent, LinkInput, LinkOptions, LinkOutput} from './link/state.ts';
import {stepLink} from './link/step.ts';
import type {Ticket, Turnstile} from './turnstile.ts';
import type {WorkQueue} from './work-queue.ts';

/** What all parts of one bridge share. */
export interface BridgeContext {
	readonly clock: Clock;
	readonly openChannel: OpenChannel;
	readonly counters: Counters;
	readonly opening: Turnstile;
	readonly work: WorkQueue;
	/** Whether the bridge's own connection has stood without a break since that time. */
	readonly isBrokerUpSince: (timeMs: number) => boolean;
}

/** Carries out what the step machine of one broker connection says. */
export class LinkRunner {
	readonly #context: BridgeContext;
	readonly #onEvent: (event: LinkEvent) => void;
	readonly #alarm: Alarm;
	#link: Link;
	#channel: PacketChannel | undefined;
	#ticket: Ticket | undefined;
	/** Of the channel in use; events of an older one are stale. */
	#generation = 0;

	constructor(context: BridgeContext, options: LinkOptions, seed: number, onEvent: (event: LinkEvent) => void) {
		this.#context = context;
		this.#onEvent = onEvent;
		this.#link = newLink(options, seed);
		this.#alarm = new Alarm(context.clock, () => context.work.run(() => this.input({kind: 'tick'})));
	}

	/** Call it from inside the work queue. */
	input(input: LinkInput): void {
		const before = this.#link.phase.state;
		const {state, outputs, deadlineMs} = stepLink(this.#link, input, this.#context.clock.now());
		this.#link = state;
		this.#alarm.aim(deadlineMs);
		if (state.phase.state !== 'opening' && state.phase.state !== 'connecting') {
			this.#ticket?.leave();
			this.#ticket = undefined;
		}
		if (state.phase.state === 'up' && before !== 'up') {
			this.#context.counters.countEvent('broker_connected');
		}
		for (const output of outputs) {
			this.#carryOut(output);
		}
	}

	#carryOut(output: LinkOutput): void {
		switch (output.kind) {
			case 'open':
				this.#ticket?.leave();
				this.#ticket = this.#context.opening.queue(() => this.#open());
				return;
			case 'send':
				this.#channel?.send(output.packet);
				return;
			case 'close':
				this.#generation++;
				this.#channel?.close();
				this.#channel = undefined;
				return;
			case 'event':
				if (output.event.kind === 'down' && output.event.wasUp) {
					this.#context.counters.countEvent('broker_lost');
				}
				this.#onEvent(output.event);
		}
	}

	#open(): void {
		const generation = ++this.#generation;
		const pass = (input: LinkInput): void => this.#context.work.run(() => {
			if (generation === this.#generation) {
				this.input(input);
			}
		});
		this.#channel = this.#context.openChannel({
			onOpen: () => pass({kind: 'opened'}),
			onPacket: (packet) => pass({kind: 'packet', packet}),
			onClose: () => pass({kind: 'closed'}),
		});
	}
}
