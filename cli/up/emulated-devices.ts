import {mkdirSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {startRealtimeFleet, type RealtimeFleet} from '../../simulator/mod.ts';
import {UsageError} from '../fail.ts';
import {installFolder} from '../install-folder.ts';
import type {DevelopmentKeys} from './development-keys.ts';
import {host} from './programs.ts';

export interface DeviceOptions {
	readonly count: number;
	readonly bridgePort: number;
	readonly keys: DevelopmentKeys;
	readonly firmware: Uint8Array;
	/** Where their flash is kept, so that they go on where they were. */
	readonly folder: string;
}

/** `sim-01`, `sim-02`, …: the real firmware core, each behind a socket of its own. */
export function startDevices({count, bridgePort, keys, firmware, folder}: DeviceOptions): Promise<RealtimeFleet> {
	mkdirSync(folder, {recursive: true, mode: 0o700});
	return startRealtimeFleet({
		devices: Array.from({length: count}, (_, index) => deviceId(index)),
		bridgeAddress: {host, port: bridgePort},
		firmware,
		keys,
		flashFolder: folder,
		clock: systemClock,
		random: systemRandom,
	});
}

export function deviceId(index: number): string {
	return `sim-${String(index + 1).padStart(2, '0')}`;
}

/** The firmware core as WebAssembly. @throws UsageError that says how to build it. */
export async function readFirmware(): Promise<Uint8Array> {
	const file = join(installFolder(), 'build', 'femto-sim.wasm');
	try {
		return new Uint8Array(await readFile(file));
	} catch (cause) {
		throw new UsageError(`Cannot read ${file}: npm run firmware builds it`, {cause});
	}
}
