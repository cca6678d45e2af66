import {join} from 'node:path';
import type {KubeApi} from '../../runtime/kube/api.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {Applier} from '../apply/applier.ts';
import {applyTenants} from '../apply/apply-loop.ts';
import {checkPath, readDesired, type DesiredSource} from '../apply/desired.ts';
import {lineLog} from '../log.ts';
import {aborted} from '../signals.ts';
import {closeAll, type Closers} from './closers.ts';
import {openDevelopmentKeys, type DevelopmentKeys} from './development-keys.ts';
import {deviceId, readFirmware, startDevices} from './emulated-devices.ts';
import {waitForDevices} from './enrolment.ts';
import {interrupted, judge} from './judge.ts';
import {nextSteps} from './next-steps.ts';
import {reportProgress, type ProgressReporter} from './report-progress.ts';
import {startEmbedded, startOnCluster, startProcesses, type ServerOptions, type Servers} from './servers.ts';
import {openStateFolder, type StateFolder} from './state-folder.ts';
import {hasScreen, showFleet} from './view.ts';
import {Voice} from './voice.ts';

export interface UpOptions {
	readonly devices: number;
	readonly samples: string;
	readonly state: string;
	readonly fresh?: true;
	readonly apiPort: number;
	readonly bridgePort: number;
	readonly brokerPort: number;
	/** Another API than the embedded one. */
	readonly kubeconfig?: string;
	readonly processes?: true;
	readonly plain?: true;
	readonly exitWhenReady?: true;
	readonly timeout: number;
	readonly verbose?: true;
}

const voice = new Voice();
const {say} = voice;

/** Runs everything until the signal aborts or the work is done. Resolves with the exit code. */
export async function runUp(options: UpOptions, interrupt: AbortSignal): Promise<number> {
	const closers: Closers = [];
	const stop = new AbortController();
	try {
		return await run(options, AbortSignal.any([interrupt, stop.signal]), closers);
	} finally {
		stop.abort(new Error('femto up ends'));
		await closeAll(closers);
	}
}

async function run(options: UpOptions, signal: AbortSignal, closers: Closers): Promise<number> {
	const log = lineLog(options.verbose === true ? 'debug' : 'warn', say);
	const firmware = await readFirmware();
	checkPath(options.samples);
	const state = await openStateFolder(options.state, {fresh: options.fresh === true});
	closers.push(() => state.release());
	const keys = openKeys(state);
	const {api, bridgePort, kubeconfig} = await startServers({state, keys, ports: options, log, closers, say}, options);
	const fleet = await startDevices({count: options.devices, bridgePort, keys, firmware, folder: state.devices});
	closers.push(() => fleet.stop());
	const samples = prepareSamples({api, options, keys, state});
	// What goes wrong in it is told where it is awaited. It writes keys, so the folder may not go before it ends.
	closers.push(async () => void await samples.catch(() => {}));
	await waitForDevices({api, nodes: fleet.nodes, log, signal});
	if (signal.aborted) {
		return interrupted;
	}
	say(state.isNew
		? `up: ${options.devices} devices connected`
		: `up: resumed, ${options.devices}/${options.devices} devices connected`);
	const problems = await applySamples({api, options, keys, state}, await samples);
	const progress = reportProgress({api, log, signal, say});
	if (options.exitWhenReady === true) {
		return judge({progress, problems, timeoutSeconds: options.timeout, clock: systemClock, signal, say});
	}
	const steps = nextSteps({kubeconfig, device: deviceId(0), cwd: process.cwd()});
	return options.plain !== true && hasScreen()
		? stayWithView({kubeconfig, state, steps, signal})
		: stay({progress, steps, signal});
}

interface StayOptions {
	readonly progress: ProgressReporter;
	readonly steps: readonly string[];
	readonly signal: AbortSignal;
}

/** Stays until it is interrupted; says what to try once the first rollouts are over. */
async function stay({progress, steps, signal}: StayOptions): Promise<number> {
	await Promise.race([progress.outcome(), aborted(signal)]);
	if (!signal.aborted) {
		say('up: ready');
		tellSteps(steps);
		say('  Ctrl-C ends everything; the next start goes on from here');
		await aborted(signal);
	}
	return 0;
}

interface ViewOptions extends Omit<StayOptions, 'progress'> {
	readonly kubeconfig: string;
	readonly state: StateFolder;
}

/** Shows the view until the user leaves it; what is said meanwhile goes to a file. */
async function stayWithView({kubeconfig, state, steps, signal}: ViewOptions): Promise<number> {
	tellSteps(steps);
	const file = join(state.path, 'up.log');
	voice.redirect(file);
	try {
		await showFleet(kubeconfig, `femto up, ${state.path}`, signal);
	} finally {
		voice.redirect(undefined);
	}
	say(`up: ended; the next start goes on from ${state.path}. What was said meanwhile stands in ${file}`);
	return 0;
}

function tellSteps(steps: readonly string[]): void {
	say('up: what to try now, in another terminal:');
	steps.forEach((line) => say(`  ${line}`));
}

function openKeys(state: StateFolder): DevelopmentKeys {
	const keys = openDevelopmentKeys(state.keys, systemRandom);
	// A first container of one's own stands in the namespace default.
	keys.keyOf('default');
	say(keys.isNew ? `up: throw-away keys made in ${state.keys}` : `up: keys of ${state.keys}`);
	return keys;
}

function startServers(options: ServerOptions, {processes, kubeconfig}: UpOptions): Promise<Servers> {
	if (kubeconfig !== undefined) {
		return startOnCluster(options, kubeconfig);
	}
	return processes === true ? startProcesses(options) : startEmbedded(options);
}

interface SampleOptions {
	readonly api: KubeApi;
	readonly options: UpOptions;
	readonly keys: DevelopmentKeys;
	readonly state: StateFolder;
}

/** Samples go into a new state only: in a kept one they are the user's, who may have changed or deleted them. */
async function prepareSamples({options, keys, state}: SampleOptions): Promise<readonly DesiredSource[]> {
	return state.isNew ? readDesired(options.samples, keys.keyOf) : [];
}

/** Resolves with the number of samples that could not be applied. */
async function applySamples({api, keys, state}: SampleOptions, samples: readonly DesiredSource[]): Promise<number> {
	await applyTenants(api, keys.tenants(), say);
	return state.isNew ? new Applier({api, owner: 'femto-up', say}).apply(samples) : 0;
}
