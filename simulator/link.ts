import type {Clock, Timer} from '../runtime/clock.ts';
import type {DatagramPort} from '../runtime/datagram.ts';
import type {Random} from '../runtime/random.ts';
import {hex, type EventLog} from './event-log.ts';
import {decideFate, emptyLane, type DropCause, type LaneState, type LinkConditions} from './lane.ts';

/** `up` is from the device to the bridge. */
export type Direction = 'up' | 'down';

export interface LaneCounts {
	/** Handed in by the sender. */
	readonly sent: number;
	readonly sentBytes: number;
	/** Handed out to the receiver, copies included. */
	readonly delivered: number;
	readonly dropped: Readonly<Record<DropCause, number>>;
	/** Longest datagram handed in. */
	readonly longestBytes: number;
}

export interface LinkOptions {
	readonly clock: Clock;
	/** A stream of its own for each device and direction. */
	readonly random: (name: string) => Random;
	readonly conditions: LinkConditions;
	readonly log?: EventLog;
}

interface Lane {
	readonly device: string;
	readonly name: string;
	readonly random: Random;
	readonly deliver: (bytes: Uint8Array) => void;
	readonly counts: {-readonly [Key in keyof LaneCounts]: LaneCounts[Key]} & {dropped: Record<DropCause, number>};
	conditions: LinkConditions;
	state: LaneState;
	/** Present exactly while `state.heldForMore` is above 0. */
	held: {readonly bytes: Uint8Array; readonly timer: Timer} | undefined;
}

/**
 * The air between all devices and one bridge. Each device has one lane per direction with conditions and a random
 * stream of its own; the bridge side is a `DatagramPort` whose addresses are device names.
 */
export class Link {
	readonly bridgePort: DatagramPort;
	readonly #options: LinkOptions;
	readonly #lanes = new Map<string, Readonly<Record<Direction, Lane>>>();
	/** Undefined while no bridge listens: what arrives then is lost. */
	#bridgeHandler: ((address: string, bytes: Uint8Array) => void) | undefined;
	#isDeaf: (device: string) => boolean = () => false;

	constructor(options: LinkOptions) {
		this.#options = options;
		this.bridgePort = {
			send: (address, bytes) => {
				const lanes = this.#lanes.get(address);
				if (lanes !== undefined) this.#transmit(lanes.down, bytes);
			},
			onDatagram: (handler) => {
				this.#bridgeHandler = handler;
			},
			close: () => {
				this.#bridgeHandler = undefined;
				return Promise.resolve();
			},
		};
	}

	/** Connects a device; what the bridge sends it comes to `onDatagram`. Returns how the device sends. */
	attach(device: string, onDatagram: (bytes: Uint8Array) => void): (bytes: Uint8Array) => void {
		if (this.#lanes.has(device)) throw new RangeError(`Cannot attach device ${device}: it is attached already`);
		const up = this.#createLane(device, 'up', (bytes) => this.#bridgeHandler?.(device, bytes));
		this.#lanes.set(device, {up, down: this.#createLane(device, 'down', onDatagram)});
		return (bytes) => this.#transmit(up, bytes);
	}

	/** Changes the conditions of one device from now on; datagrams on their way still arrive. */
	setConditions(
		device: string, change: Partial<LinkConditions>, directions: readonly Direction[] = ['up', 'down'],
	): void {
		for (const direction of directions) {
			const lane = this.#lane(device, direction);
			lane.conditions = {...lane.conditions, ...change};
		}
		this.#options.log?.write('simulation', device, `link ${directions.join('+')} ${JSON.stringify(change)}`);
	}

	/**
	 * While `isDeaf` holds for a device, nothing that it sends or that is sent to it arrives, nor what is on its way. May
	 * be asked in the middle of a call of the firmware.
	 */
	setDeaf(isDeaf: (device: string) => boolean): void {
		this.#isDeaf = isDeaf;
	}

	counts(device: string, direction: Direction): LaneCounts {
		return this.#lane(device, direction).counts;
	}

	get devices(): Iterable<string> {
		return this.#lanes.keys();
	}

	#createLane(device: string, direction: Direction, deliver: (bytes: Uint8Array) => void): Lane {
		return {
			device,
			name: `${device}/${direction}`,
			random: this.#options.random(`link/${device}/${direction}`),
			deliver,
			counts: {sent: 0, sentBytes: 0, delivered: 0, dropped: {partition: 0, mtu: 0, loss: 0}, longestBytes: 0},
			conditions: this.#options.conditions,
			state: emptyLane,
			held: undefined,
		};
	}

	#lane(device: string, direction: Direction): Lane {
		const lanes = this.#lanes.get(device);
		if (lanes === undefined) throw new RangeError(`Cannot find link of device ${device}: it is not attached`);
		return lanes[direction];
	}

	#transmit(lane: Lane, sent: Uint8Array): void {
		const bytes = Uint8Array.from(sent);
		const nowMs = this.#options.clock.now();
		lane.counts.sent++;
		lane.counts.sentBytes += bytes.length;
		lane.counts.longestBytes = Math.max(lane.counts.longestBytes, bytes.length);
		const conditions = this.#isDeaf(lane.device) ? {...lane.conditions, partitioned: true} : lane.conditions;
		const decision = decideFate(lane.state, {sizeBytes: bytes.length, nowMs}, conditions, lane.random);
		lane.state = decision.lane;
		const {fate} = decision;
		if (fate.kind === 'drop') {
			this.#drop(lane, bytes, fate.cause);
			return;
		}
		this.#options.log?.write('datagram', lane.name, `send ${hex(bytes)}`);
		if (fate.kind === 'hold') {
			const timer = this.#options.clock.setTimer(fate.latestMs - nowMs, () => this.#release(lane));
			lane.held = {bytes, timer};
			return;
		}
		for (const arrivalMs of fate.arrivalsMs) this.#deliverAt(lane, arrivalMs, bytes);
		if (fate.releases) this.#releaseBehind(lane, fate.arrivalsMs[0] ?? nowMs);
	}

	#deliverAt(lane: Lane, arrivalMs: number, bytes: Uint8Array): void {
		this.#options.clock.setTimer(arrivalMs - this.#options.clock.now(), () => this.#deliver(lane, bytes));
	}

	#drop(lane: Lane, bytes: Uint8Array, cause: DropCause): void {
		lane.counts.dropped[cause]++;
		this.#options.log?.write('datagram', lane.name, `drop ${cause} ${hex(bytes)}`);
	}

	#deliver(lane: Lane, bytes: Uint8Array): void {
		if (this.#isDeaf(lane.device)) {
			this.#drop(lane, bytes, 'partition');
			return;
		}
		lane.counts.delivered++;
		this.#options.log?.write('datagram', lane.name, `deliver ${hex(bytes)}`);
		lane.deliver(bytes);
	}

	#releaseBehind(lane: Lane, arrivalMs: number): void {
		const {held} = lane;
		lane.held = undefined;
		held?.timer.cancel();
		if (held !== undefined) this.#deliverAt(lane, arrivalMs, held.bytes);
	}

	/** Nothing came to overtake the held datagram in time. */
	#release(lane: Lane): void {
		const {held} = lane;
		lane.held = undefined;
		lane.state = {...lane.state, heldForMore: 0};
		if (held !== undefined) this.#deliver(lane, held.bytes);
	}
}
