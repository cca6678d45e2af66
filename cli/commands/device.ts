import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {constants} from 'node:os';
import {join} from 'node:path';
import type {Command} from 'commander';
import {bytesToHex, deviceKey} from '../../protocol/crypto.ts';
import {UsageError} from '../fail.ts';
import {installFolder} from '../install-folder.ts';
import {readFleetKey} from '../keys/key-file.ts';
import {integerOption} from '../options.ts';

interface DeviceOptions {
	readonly id: string;
	readonly keys: string;
	readonly keyNumber: number;
	readonly state?: string;
	readonly bridge: string;
	readonly board: string;
	readonly mtu: number;
	readonly sensorHz: number;
	readonly sensorFile?: string;
	readonly hangChannel?: number;
	readonly watchdog: number;
	readonly program?: string;
}

/** `femto device`: one device as a Linux process of its own. */
export function addDeviceCommand(program: Command): void {
	program
		.command('device')
		.description('Runs the firmware as a Linux process: real UDP, and flash in a file that outlives it.')
		.requiredOption('--id <id>', 'device id, [a-z0-9-]{1,23}')
		.option('--keys <folder>', 'where fleet.secret and root.pub are', '.femto/keys')
		.option('--key-number <n>', 'as spec.keyNumber of the FemtoDevice', integerOption('--key-number', 0, 0xffff_ffff), 0)
		.option('--state <folder>', 'its flash and its keys (default: .femto/devices/<id>)')
		.option('--bridge <host:port>', 'MQTT-SN gateway', '127.0.0.1:10000')
		.option('--board <name>', 'board as it reports it', 'linux')
		.option('--mtu <bytes>', 'largest datagram', integerOption('--mtu', 64, 255), 255)
		.option('--sensor-hz <n>', 'calls of the sensor hook a second', integerOption('--sensor-hz', 0, 1000), 0)
		.option('--sensor-file <file>', 'samples, a line each (default: a waveform)')
		.option('--hang-channel <n>', 'reading this sensor channel never returns', integerOption('--hang-channel', 0, 0xffff_fffe))
		.option('--watchdog <seconds>', 'reset when a turn takes longer, 0 = never', integerOption('--watchdog', 0, 3600), 5)
		.option('--program <file>', 'the firmware (default: build/femto-device of this installation)')
		.addHelpText('after', `
Examples:
  femto device --id pump-1 --bridge 127.0.0.1:10000 --sensor-hz 10
  femto get fd pump-1                      what the fleet knows of it`)
		.action(runDevice);
}

async function runDevice(options: DeviceOptions): Promise<void> {
	if (!/^[a-z0-9-]{1,23}$/.test(options.id)) {
		throw new UsageError(`Cannot run device ${options.id}: an id of the form [a-z0-9-]{1,23} required`);
	}
	const program = options.program ?? join(installFolder(), 'build', 'femto-device');
	if (!existsSync(program)) {
		throw new UsageError(`Cannot find ${program}: npm run firmware builds it`);
	}
	const child = spawn(program, deviceArguments(options), {stdio: ['ignore', 'inherit', 'inherit']});
	const forward = (signal: NodeJS.Signals): void => {
		child.kill(signal);
	};
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGUSR1'] as const) {
		process.on(signal, forward);
	}
	const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
	// As a shell tells of a program that a signal has ended.
	process.exitCode = code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
}

function deviceArguments(options: DeviceOptions): string[] {
	const {id, bridge, board, mtu, sensorHz, sensorFile, hangChannel, watchdog} = options;
	const folder = options.state ?? join('.femto', 'devices', id);
	const given = {
		id, bridge, board, mtu, 'sensor-hz': sensorHz, 'sensor-file': sensorFile, 'hang-channel': hangChannel, watchdog,
		flash: join(folder, 'flash'),
		...writeKeys(folder, options),
		parent: process.pid,
	};
	return Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]));
}

/** The device gets its own key, never the secret of the fleet. */
function writeKeys(folder: string, {id, keys, keyNumber}: DeviceOptions): Readonly<Record<string, string>> {
	const key = deviceKey(readFleetKey(keys, 'fleet.secret'), id, keyNumber);
	const rootKey = readFleetKey(keys, 'root.pub');
	mkdirSync(folder, {recursive: true, mode: 0o700});
	const files = {'key-file': join(folder, 'device.key'), 'root-key-file': join(folder, 'root.pub')};
	writeKey(files['key-file'], key);
	writeKey(files['root-key-file'], rootKey);
	return files;
}

function writeKey(file: string, key: Uint8Array): void {
	writeFileSync(file, `${bytesToHex(key)}\n`, {mode: 0o600});
	// A file that was there has kept its mode.
	chmodSync(file, 0o600);
}
