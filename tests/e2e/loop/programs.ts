import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {readFleetKey} from '../../../cli/keys/key-file.ts';
import {bytesToHex, deviceKey} from '../../../protocol/crypto.ts';
import {repositoryRoot} from '../../../scripts/repository.ts';
import type {Victim} from './plan.ts';

export type BrokerKind = 'mosquitto' | 'femto';

/** Where everything of one run is. */
export interface Site {
	/** Keys, store, flash files, what is applied, and logs. */
	readonly folder: string;
	readonly broker: BrokerKind;
	readonly brokerPort: number;
	readonly bridgePort: number;
}

const femto = [process.execPath, '--enable-source-maps', join(repositoryRoot, 'dist', 'femto.js')];
const host = '127.0.0.1';

/**
 * A report that a device publishes before a controller has subscribed is lost with a broker that remembers nothing; the
 * next one comes after this time. A device is lost after three periods of silence, which no cut lasts.
 */
const reportPeriodSeconds = 10;

/** The line with which a program says that it runs. */
export const runsLine: Readonly<Record<Victim, RegExp>> = {
	controller: /"msg":"controller runs"/,
	bridge: /"msg":"bridge listens"/,
	broker: /"msg":"broker listens"|mosquitto version .* running/,
	device: /^start /,
};

export function deviceName(index: number): string {
	return `host-${index + 1}`;
}

export function controllerCommand({folder, brokerPort}: Site): readonly string[] {
	return [
		...femto, 'controller', '--keys', join(folder, 'keys'), '--broker', `mqtt://${host}:${brokerPort}`,
		'--state', join(folder, 'state'), '--apply', join(folder, 'apply'), '--device-labels', 'class=pump',
		'--report-period', String(reportPeriodSeconds),
	];
}

export function bridgeCommand({brokerPort, bridgePort}: Site): readonly string[] {
	return [...femto, 'bridge', '--host', host, '--port', String(bridgePort), '--broker', `mqtt://${host}:${brokerPort}`];
}

/** Either keeps everything in memory: what is killed has forgotten sessions and retained messages. */
export function brokerCommand({folder, broker, brokerPort}: Site): readonly string[] {
	if (broker === 'femto') return [...femto, 'broker', '--host', host, '--port', String(brokerPort)];
	const file = join(folder, 'mosquitto.conf');
	const lines = [`listener ${brokerPort} ${host}`, 'allow_anonymous true', 'persistence false', 'log_dest stderr'];
	writeFileSync(file, `${lines.join('\n')}\n`);
	return ['mosquitto', '-c', file];
}

/** The first device runs through `femto device`, the others without it: a Node process less for each. */
export function deviceCommand({folder, bridgePort}: Site, index: number): readonly string[] {
	const id = deviceName(index);
	const state = join(folder, 'devices', id);
	const common = ['--id', id, '--bridge', `${host}:${bridgePort}`, '--sensor-hz', '10'];
	if (index === 0) return [...femto, 'device', ...common, '--keys', join(folder, 'keys'), '--state', state];
	mkdirSync(state, {recursive: true});
	const files = {'key-file': join(state, 'device.key'), 'root-key-file': join(state, 'root.pub')};
	const keys = join(folder, 'keys');
	writeFileSync(files['key-file'], `${bytesToHex(deviceKey(readFleetKey(keys, 'fleet.secret'), id, 0))}\n`);
	writeFileSync(files['root-key-file'], `${bytesToHex(readFleetKey(keys, 'root.pub'))}\n`);
	return [
		join(repositoryRoot, 'build', 'femto-device'), ...common, '--flash', join(state, 'flash'),
		...Object.entries(files).flatMap(([name, file]) => [`--${name}`, file]), '--parent', String(process.pid),
	];
}
