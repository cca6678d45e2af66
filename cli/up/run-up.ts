import {readFile} from 'node:fs/promises';
import {join, relative} from 'node:path';
import {createBridge, createTcpChannelOpener, openUdpPort} from '../../bridge/mod.ts';
import {createController, createMqttLink} from '../../controller/mod.ts';
import type {KubeApi} from '../../runtime/kube/api.ts';
import type {Log} from '../../runtime/log.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {startRealtimeFleet} from '../../simulator/mod.ts';
import {prepareApplyLoop} from '../apply/apply-loop.ts';
import {checkPath} from '../apply/desired.ts';
import {startBroker} from '../commands/broker.ts';
import {messageOf, UsageError} from '../fail.ts';
import {installFolder} from '../install-folder.ts';
import {lineLog} from '../log.ts';
import {aborted} from '../signals.ts';
import {openDevelopmentKeys, type DevelopmentKeys} from './development-keys.ts';
import {waitForDevices} from './enrolment.ts';
import {reportProgress, type ProgressReporter} from './report-progress.ts';
import {openStateFolder, openStateStore} from './state-folder.ts';

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
/** Exit code of a program that SIGINT has ended before its work was done. */
const interrupted = 130;
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
			// One that fails neither keeps the rest from closing nor hides why all of it ends.
			try {
				await close();
			} catch (error) {
				console.error(`femto: ${messageOf(error)}`);
			}
		}
	}
}

async function run(options: UpOptions, signal: AbortSignal, closers: Closers): Promise<number> {
	const log = lineLog(options.verbose === true ? 'debug' : 'warn', say);
	const sinceMs = Math.floor(systemClock.now() / 1000) * 1000;
	const firmware = await readFirmware();
	checkPath(options.apply);
	const state = await openStateFolder(options.state);
	closers.push(() => state.release());
	const store = openStateStore(state);
	closers.push(() => store.close());
	const keys = openDevelopmentKeys(state.keys, systemRandom);
	say(keys.isNew ? `up: throw-away keys made in ${state.keys}` : `up: keys of ${state.keys}`);
	const loop = prepareApplyLoop({api: store, path: options.apply, keyOf: keys.keyOf, extra: keys.tenants, say, signal});
	// What goes wrong in it is told where it is awaited. It writes keys, so the folder may not go before it ends.
	closers.push(async () => void await loop.catch(() => {}));
	await startPrograms({options, api: store, keys, log, closers, firmware});
	await waitForDevices({api: store, count: options.devices, log, signal, sinceMs});
	if (signal.aborted) {
		return interrupted;
	}
	say(`up: ${options.devices} devices connected`);
	const problems = await (await loop).start();
	const progress = reportProgress({api: store, log, signal, say});
	return options.exitWhenReady === true
		? judge({options, progress, problems, signal})
		: stay({options, progress, statePath: state.path, signal});
}

interface ProgramOptions {
	readonly options: UpOptions;
	readonly api: KubeApi;
	readonly keys: DevelopmentKeys;
	readonly log: Log;
	readonly closers: Closers;
	readonly firmware: Uint8Array;
}

/** Broker, bridge, controller and devices, each through its own sockets. */
async function startPrograms({options, api, keys, log, closers, firmware}: ProgramOptions): Promise<void> {
	const broker = await listen('tcp', options.brokerPort, (port) => startBroker(host, port));
	closers.push(() => broker.close());
	const datagrams = await listen('udp', options.bridgePort, (port) => openUdpPort({host, port, log}));
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
		devices: Array.from({length: options.devices}, (_, index) => deviceId(index)),
		bridgeAddress: {host, port: datagrams.port},
		firmware,
		keys,
		clock: systemClock,
		random: systemRandom,
	});
	closers.push(() => fleet.stop());
}

function deviceId(index: number): string {
	return `sim-${String(index + 1).padStart(2, '0')}`;
}

async function listen<T>(protocol: string, port: number, open: (port: number) => Promise<T>): Promise<T> {
	try {
		return await open(port);
	} catch (cause) {
		const found = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
		const phrase = (found as {readonly code?: unknown}).code === 'EADDRINUSE' ? 'the port is in use' : messageOf(cause);
		throw new UsageError(`Cannot listen on ${protocol} ${host}:${port}: ${phrase}`, {cause});
	}
}

async function readFirmware(): Promise<Uint8Array> {
	const file = join(installFolder(), 'build', 'femto-sim.wasm');
	try {
		return new Uint8Array(await readFile(file));
	} catch (cause) {
		throw new UsageError(`Cannot read ${file}: npm run firmware builds it`, {cause});
	}
}

interface JudgeOptions {
	readonly options: UpOptions;
	readonly progress: ProgressReporter;
	/** Sources that could not be applied as they stand. */
	readonly problems: number;
	readonly signal: AbortSignal;
}

/** `--exit-when-ready`: 0 when everything is Ready, 1 as soon as something can't become so, or after the timeout. */
async function judge({options, progress, problems, signal}: JudgeOptions): Promise<number> {
	if (problems > 0) {
		say(`up: not everything can become Ready: ${problems} of the sources in ${options.apply} could not be applied`);
		return 1;
	}
	const deadline = new AbortController();
	const timer = systemClock.setTimer(options.timeout * 1000, () => deadline.abort());
	const outcome = await Promise.race([
		progress.outcome(),
		aborted(AbortSignal.any([signal, deadline.signal])).then(() => 'Interrupted' as const),
	]);
	timer.cancel();
	if (outcome === 'Ready') {
		return 0;
	}
	if (signal.aborted) {
		return interrupted;
	}
	if (outcome === 'None') {
		say(`up: nothing to wait for: there is no FemtoContainer in ${options.apply}`);
	} else if (outcome === 'Stalled') {
		say(`up: not everything can become Ready: ${progress.open().map(({label}) => label).join(', ')}`);
	} else {
		say(`up: not everything is Ready after ${options.timeout} s:`);
		progress.open().forEach(({line}) => say(`  ${line}`));
	}
	return 1;
}

interface StayOptions extends Omit<JudgeOptions, 'problems'> {
	readonly statePath: string;
}

/** Stays until it is interrupted; says what to try once the first rollouts are over. */
async function stay({options, progress, statePath, signal}: StayOptions): Promise<number> {
	await Promise.race([progress.outcome(), aborted(signal)]);
	if (!signal.aborted) {
		const path = shorten(options.apply);
		const command = `node ${shorten(process.argv[1] ?? '')}`;
		say('up: what to try now:');
		say(`  save a container.yaml or a source in ${path}, or remove a folder there: every device follows`);
		say(`  ${command} why ${deviceId(0)} --state ${statePath}: what a device runs, and why not more`);
		say('  Ctrl-C ends everything');
		await aborted(signal);
	}
	return 0;
}

/** As seen from where the user stands, unless that is longer. */
function shorten(path: string): string {
	const short = relative('', path) || '.';
	return short.length < path.length ? short : path;
}
