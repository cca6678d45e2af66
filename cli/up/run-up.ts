import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {openStore} from '../../apiserver/mod.ts';
import {createBridge, createTcpChannelOpener, openUdpPort} from '../../bridge/mod.ts';
import {createController, createMqttLink} from '../../controller/mod.ts';
import {crds} from '../../protocol/generated/crds.ts';
import type {KubeApi} from '../../runtime/kube/api.ts';
import type {Log} from '../../runtime/log.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {startRealtimeFleet} from '../../simulator/mod.ts';
import {prepareApplyLoop} from '../apply/apply-loop.ts';
import {startBroker} from '../commands/broker.ts';
import {UsageError} from '../fail.ts';
import {installFolder} from '../install-folder.ts';
import {lineLog} from '../log.ts';
import {aborted} from '../signals.ts';
import {openDevelopmentKeys, type DevelopmentKeys} from './development-keys.ts';
import {waitForDevices} from './enrolment.ts';
import {reportProgress, type ProgressReporter} from './report-progress.ts';
import {openStateFolder} from './state-folder.ts';

export interface UpOptions {
	readonly devices: number;
	readonly apply: string;
	readonly state?: string;
	readonly bridgePort: number;
	readonly brokerPort: number;
	readonly exitWhenReady?: true;
	readonly timeout: number;
	readonly verbose?: true;
}

/** Closes what was opened, newest first, whatever happens. */
type Closers = (() => Promise<void> | void)[];

const host = '127.0.0.1';
const say = (line: string): void => console.log(line);

/** Runs everything until the signal aborts or the work is done. Resolves with the exit code. */
export async function runUp(options: UpOptions, interrupt: AbortSignal): Promise<number> {
	const closers: Closers = [];
	const stop = new AbortController();
	const signal = AbortSignal.any([interrupt, stop.signal]);
	try {
		return await run(options, signal, closers);
	} finally {
		stop.abort(new Error('femto up ends'));
		for (const close of closers.reverse()) {
			await close();
		}
	}
}

async function run(options: UpOptions, signal: AbortSignal, closers: Closers): Promise<number> {
	const log = lineLog(options.verbose === true ? 'debug' : 'warn', say);
	const state = await openStateFolder(options.state);
	closers.push(() => state.release());
	const keys = openDevelopmentKeys(state.keys, systemRandom);
	say(keys.isNew ? `up: throw-away keys made in ${state.keys}` : `up: keys of ${state.keys}`);
	const store = openStore({path: state.store, clock: systemClock, random: systemRandom, crds});
	closers.push(() => store.close());
	const loop = prepareApplyLoop({api: store, path: options.apply, keyOf: keys.keyOf, extra: keys.tenants, say, signal});
	// What goes wrong in it is told where it is awaited.
	loop.catch(() => {});
	await startPrograms({options, api: store, keys, log, closers});
	await waitForDevices({api: store, count: options.devices, log, signal});
	say(`up: ${options.devices} devices connected`);
	const progress = reportProgress({api: store, log, signal, say});
	await (await loop).start();
	return finish(options, progress, signal);
}

interface ProgramOptions {
	readonly options: UpOptions;
	readonly api: KubeApi;
	readonly keys: DevelopmentKeys;
	readonly log: Log;
	readonly closers: Closers;
}

/** Broker, bridge, controller and devices, each through its own sockets. */
async function startPrograms({options, api, keys, log, closers}: ProgramOptions): Promise<void> {
	const broker = await startBroker(host, options.brokerPort);
	closers.push(() => broker.close());
	const datagrams = await openUdpPort({host, port: options.bridgePort, log});
	const bridge = createBridge({
		name: 'main',
		datagrams,
		openChannel: createTcpChannelOpener({host, port: broker.port}),
		clock: systemClock,
		random: systemRandom,
		log: log.child({program: 'bridge'}),
	});
	closers.push(() => bridge.close());
	say(`up: broker on tcp ${host}:${broker.port}, bridge on udp ${host}:${datagrams.port}`);
	const controller = createController({
		api,
		link: createMqttLink({url: `mqtt://${host}:${broker.port}`, clientId: '_controller-main', log}),
		clock: systemClock,
		random: systemRandom,
		log: log.child({program: 'controller'}),
		fleetSecret: keys.fleetSecret,
		rootPublicKey: keys.rootPublicKey,
		options: {deviceLabels: {class: 'pump'}},
	});
	await controller.start();
	closers.push(() => controller.stop());
	const fleet = await startRealtimeFleet({
		devices: Array.from({length: options.devices}, (_, index) => `sim-${String(index + 1).padStart(2, '0')}`),
		bridgeAddress: {host, port: datagrams.port},
		firmware: await readFirmware(),
		keys,
		clock: systemClock,
		random: systemRandom,
	});
	closers.push(() => fleet.stop());
}

async function readFirmware(): Promise<Uint8Array> {
	const file = join(installFolder(), 'build', 'femto-sim.wasm');
	try {
		return new Uint8Array(await readFile(file));
	} catch (cause) {
		throw new UsageError(`Cannot read ${file}: npm run firmware builds it`, {cause});
	}
}

async function finish(options: UpOptions, progress: ProgressReporter, signal: AbortSignal): Promise<number> {
	if (options.exitWhenReady !== true) {
		say('up: ready; Ctrl-C ends it');
		await aborted(signal);
		return 0;
	}
	const deadline = new AbortController();
	const timer = systemClock.setTimer(options.timeout * 1000, () => deadline.abort());
	const isReady = await Promise.race([
		progress.allReady().then(() => true),
		aborted(AbortSignal.any([signal, deadline.signal])).then(() => false),
	]);
	timer.cancel();
	if (!isReady) {
		say(`up: not everything is Ready${signal.aborted ? '' : ` after ${options.timeout} s`}:`);
		progress.lines().forEach((line) => say(`  ${line}`));
	}
	return isReady ? 0 : 1;
}
