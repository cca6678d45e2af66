import type {Clock} from '../runtime/clock.ts';
import {join} from 'node:path';
import {seededRandom, type Random} from '../runtime/random.ts';
import {sha256} from '../protocol/crypto.ts';
import {Firmware} from './firmware.ts';
import type {Flash} from './flash.ts';
import {openFlashFile, type FlashFile} from './flash-file.ts';
import {flashGeometry, SimulatedNode} from './simulated-node.ts';
import {openDeviceSocket, type BridgeAddress, type DeviceSocket} from './udp.ts';

export interface RealtimeFleetOptions {
	/** Device ids, `[a-z0-9-]{1,23}`, each once. */
	readonly devices: readonly string[];
	readonly bridgeAddress: BridgeAddress;
	/** build/femto-sim.wasm. */
	readonly firmware: Uint8Array;
	readonly keys: {readonly rootPublicKey: Uint8Array; readonly fleetSecret: Uint8Array};
	readonly clock: Clock;
	readonly random: Random;
	/** Largest datagram, 64 to 255; default 255. */
	readonly mtuBytes?: number;
	/** Folder that keeps each device's flash as `<id>.flash`; without it a device begins erased. */
	readonly flashFolder?: string;
	/** Calls of each device's sensor hook; default 100, 0 = none. */
	readonly samplesPerSecond?: number;
}

export interface RealtimeFleet {
	/** By id. */
	readonly nodes: ReadonlyMap<string, SimulatedNode>;
	/** Switches all devices off, as a power cut does, and closes their sockets. */
	stop(): Promise<void>;
}

const defaultMtuBytes = 255;
const defaultSamplesPerSecond = 100;

/**
 * Boots one shard of devices, each behind a UDP socket of its own, driven by the given clock until `stop`. A firmware
 * that breaks down throws a DeviceFailure out of a timer or socket callback: it is a bug, and ends the process.
 */
export async function startRealtimeFleet(options: RealtimeFleetOptions): Promise<RealtimeFleet> {
	const {flashFolder} = options;
	const firmware = new Firmware(options.firmware);
	const buildId = sha256(options.firmware).slice(0, 8);
	const nodes = new Map<string, SimulatedNode>();
	const sockets: DeviceSocket[] = [];
	const flashFiles: FlashFile[] = [];
	for (const id of options.devices) {
		const socket = await openDeviceSocket(options.bridgeAddress, (datagram) => nodes.get(id)?.receive(datagram));
		sockets.push(socket);
		const file = flashFolder === undefined ? undefined : openFlashFile(join(flashFolder, `${id}.flash`), flashGeometry);
		if (file !== undefined) flashFiles.push(file);
		nodes.set(id, createNode(options, {id, firmware, buildId, socket, ...(file && {flash: file.flash})}));
	}
	return {
		nodes,
		stop: async () => {
			for (const node of nodes.values()) node.cutPower();
			for (const file of flashFiles) file.close();
			await Promise.all(sockets.map((socket) => socket.close()));
		},
	};
}

interface NodeParts {
	readonly id: string;
	readonly firmware: Firmware;
	readonly buildId: Uint8Array;
	readonly socket: DeviceSocket;
	readonly flash?: Flash;
}

function createNode(options: RealtimeFleetOptions, parts: NodeParts): SimulatedNode {
	const {keys, clock, random, mtuBytes = defaultMtuBytes, samplesPerSecond = defaultSamplesPerSecond} = options;
	const {socket, ...own} = parts;
	return new SimulatedNode({
		...own,
		keys,
		mtuBytes,
		clock,
		// Jitter and message ids need no cryptographic source, and the system's costs a call each time.
		random: seededRandom(random.uint32()),
		send: (datagram) => socket.send(datagram),
		samplesPerSecond,
	});
}
