import {createBridge, type Bridge} from '../bridge/mod.ts';
import {sha256} from '../protocol/crypto.ts';
import {below} from '../runtime/random.ts';
import {SimulatedBroker} from './broker-channel.ts';
import type {SimulatedDevice} from './device.ts';
import {hex, type EventLog} from './event-log.ts';
import {Firmware} from './firmware.ts';
import {Incarnation} from './incarnation.ts';
import type {LinkConditions} from './lane.ts';
import {Link} from './link.ts';
import {programLog} from './program-log.ts';
import type {Scheduler} from './scheduler.ts';
import {SimulatedNode, type NodeObserver} from './simulated-node.ts';

export interface FieldOptions {
	readonly scheduler: Scheduler;
	readonly log: EventLog;
	readonly devices: number;
	/** build/femto-sim.wasm. */
	readonly firmware: Uint8Array;
	readonly keys: {readonly rootPublicKey: Uint8Array; readonly fleetSecret: Uint8Array};
	readonly conditions: LinkConditions;
	readonly samplesPerSecond: number;
	/** 8 bytes that devices report as their build; default: from the hash of `firmware`. */
	readonly buildId?: Uint8Array;
	/** After each poll of a device's firmware: one follows whatever else it is called for. */
	readonly onCall?: (device: SimulatedDevice) => void;
}

const bridgeName = 'sim';
const brokerLatencyMs = 1;
/** Devices are switched on one after the other within this time. */
const bootWindowMs = 1000;
/** Used when the link has no limit of its own. */
const defaultMtuBytes = 255;

/** Everything below the controller: devices, link, bridge, broker. It comes to life as the scheduler runs. */
export class Field {
	readonly broker: SimulatedBroker;
	readonly link: Link;
	readonly #options: FieldOptions;
	readonly #firmware: Firmware;
	readonly #buildId: Uint8Array;
	/** By device id; a device is in it from its first boot on. */
	readonly #nodes = new Map<string, SimulatedNode>();
	/** The last life of the bridge. */
	#bridge: {readonly incarnation: Incarnation; readonly program: Bridge} | undefined;
	#bridgeLives = 0;

	constructor(options: FieldOptions) {
		const {scheduler, log, conditions} = options;
		this.#options = options;
		this.#firmware = new Firmware(options.firmware);
		this.#buildId = options.buildId ?? sha256(options.firmware).slice(0, 8);
		this.broker = new SimulatedBroker({clock: scheduler.clock, latencyMs: brokerLatencyMs, log});
		this.link = new Link({clock: scheduler.clock, random: (name) => scheduler.random(name), conditions, log});
		scheduler.clock.setTimer(0, () => this.startBridge());
		for (let index = 0; index < options.devices; index++) this.#scheduleBoot(deviceId(index));
	}

	/** Memory of all devices' firmware. */
	get memoryBytes(): number {
		return this.#firmware.memoryBytes;
	}

	get nodes(): ReadonlyMap<string, SimulatedNode> {
		return this.#nodes;
	}

	/** Undefined before the first event. */
	get bridge(): Bridge | undefined {
		return this.#bridge?.program;
	}

	/** Begins a life of the bridge, which knows nothing of the one before; without effect during one. */
	startBridge(): void {
		if (this.#bridge?.incarnation.isAlive === true) return;
		const {scheduler, log, conditions} = this.#options;
		const life = ++this.#bridgeLives;
		log.write('simulation', 'bridge', `start ${life}`);
		const incarnation = new Incarnation(scheduler.clock);
		const program = createBridge({
			name: bridgeName,
			datagrams: incarnation.datagrams(this.link.bridgePort),
			openChannel: incarnation.openChannel(this.broker.openChannel('bridge')),
			clock: incarnation.clock,
			random: scheduler.random(life === 1 ? 'bridge' : `bridge/${life}`),
			log: incarnation.log(programLog(log, 'bridge')),
			...(conditions.mtuBytes > 0 ? {config: {mtuBytes: conditions.mtuBytes}} : {}),
		});
		this.#bridge = {incarnation, program};
	}

	/** The bridge dies with all it knew. */
	killBridge(): void {
		this.#options.log.write('simulation', 'bridge', 'kill');
		this.#bridge?.incarnation.kill();
	}

	/** Nothing passes between the device and the bridge from now on, or everything again. */
	partition(id: string, partitioned: boolean): void {
		this.link.setConditions(id, {partitioned});
	}

	/** RangeError for a device that was never switched on. */
	cutPower(id: string): void {
		this.#options.log.write('simulation', id, 'power cut');
		this.#node(id).cutPower();
	}

	restorePower(id: string): void {
		this.#options.log.write('simulation', id, 'power back');
		this.#node(id).boot();
	}

	#node(id: string): SimulatedNode {
		const node = this.#nodes.get(id);
		if (node === undefined) throw new RangeError(`Cannot find device ${id}: it was never switched on`);
		return node;
	}

	#scheduleBoot(id: string): void {
		const {scheduler} = this.#options;
		const random = scheduler.random(`boot/${id}`);
		const send = this.link.attach(id, (datagram) => this.#nodes.get(id)?.receive(datagram));
		scheduler.clock.setTimer(below(random, bootWindowMs), () => this.#boot(id, send));
	}

	#boot(id: string, send: (datagram: Uint8Array) => void): void {
		const {scheduler, log, keys, conditions, samplesPerSecond, onCall} = this.#options;
		const node = new SimulatedNode({
			id,
			firmware: this.#firmware,
			buildId: this.#buildId,
			keys,
			mtuBytes: conditions.mtuBytes > 0 ? conditions.mtuBytes : defaultMtuBytes,
			clock: scheduler.clock,
			random: scheduler.random(`device/${id}`),
			send,
			samplesPerSecond,
			observer: nodeObserver(id, log, onCall),
		});
		this.#nodes.set(id, node);
	}
}

/** `sim-0001` and so on. */
export function deviceId(index: number): string {
	return `sim-${String(index + 1).padStart(4, '0')}`;
}

/** Writes each flash operation, and one line whenever what the device says of itself differs from before. */
function nodeObserver(id: string, log: EventLog, onCall?: (device: SimulatedDevice) => void): NodeObserver {
	let last = '';
	return {
		onCall: (device) => {
			const state = describeState(device);
			if (state !== last) log.write('device', id, state);
			last = state;
			onCall?.(device);
		},
		onFreeze: () => log.write('simulation', id, 'core frozen'),
		onFlash: (operation) =>
			log.write('flash', id, operation.kind === 'erase'
				? `erase ${operation.unit}`
				: `program ${operation.address} ${hex(operation.bytes)}`),
	};
}

function describeState(device: SimulatedDevice): string {
	const containers = device.containers().map(({localId, state, generation, faults, refusal}) =>
		[localId, state, generation, faults, refusal].join(':'));
	const session = `connected=${device.isConnected()} generation=${device.acceptedGeneration()}`;
	return `${session} containers=${containers.join(',')}`;
}
