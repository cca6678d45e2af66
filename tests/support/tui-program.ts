// The view over a sample fleet, for tests in a real terminal and for measurements:
//   node tests/support/tui-program.ts --devices 200 --scenes ready,down,up,throw
// Each SIGUSR2 brings the next scene. `--start down`: the API is down at first. `--fake`: an API without rules, filled at once.
import {parseArgs} from 'node:util';
import {runTui} from '../../cli/tui/run.ts';
import type {LogLine} from '../../cli/tui/interfaces.ts';
import {shutdownSignal} from '../../cli/signals.ts';
import {femtoContainers} from '../../protocol/generated/resources.ts';
import type {KubeApi} from '../../runtime/kube/api.ts';
import {systemClock} from '../../runtime/system.ts';
import {BreakableApi} from './breakable-api.ts';
import {FakeKubeApi} from './fake_kube_api.ts';
import {sampleFleet} from './sample-fleet.ts';
import {storeOf} from './sample-store.ts';

const {values} = parseArgs({
	options: {
		'devices': {type: 'string', default: '200'},
		'scenes': {type: 'string', default: ''},
		'start': {type: 'string', default: ''},
		'fake': {type: 'boolean', default: false},
		'readonly': {type: 'boolean', default: false},
		'exit-on-complete': {type: 'string'},
	},
});

const fleet = sampleFleet(Number(values.devices), systemClock.now());
const api = new BreakableApi(values.fake ? filledFake() : await storeOf(fleet));

/** What each SIGUSR2 brings. */
const scenes: Readonly<Record<string, () => Promise<void> | void>> = {
	down: () => api.breakDown(),
	up: () => api.repair(),
	ready: () => finish('vibration', 'True', 'RolloutComplete'),
	failed: () => finish('vibration', 'False', 'RolledBack'),
	throw: () => {
		throw new Error('a bug in the program');
	},
};
const waiting = values.scenes.split(',');
process.on('SIGUSR2', () => void scenes[waiting.shift() ?? '']?.());
await scenes[values.start]?.();

const wanted = values['exit-on-complete'];
process.exitCode = await runTui({
	api,
	logs,
	actions: {
		pause: (container) => setPaused(container, true),
		resume: (container) => setPaused(container, false),
		undo: async ({name}) => `fc/${name} rolled back`,
	},
	title: 'sample fleet',
	readonly: values.readonly,
	signal: shutdownSignal(),
	stdin: process.stdin,
	stdout: process.stdout,
	...(wanted !== undefined && {completion: wanted === '' ? {} : {container: wanted}}),
});

async function setPaused({namespace, name}: {readonly namespace: string; readonly name: string}, paused: boolean): Promise<string> {
	await api.patch({...femtoContainers, namespace}, name, {spec: {paused}});
	return `fc/${name} ${paused ? 'paused' : 'resumed'}`;
}

async function finish(name: string, status: string, reason: string): Promise<void> {
	const ref = {...femtoContainers, namespace: 'plant-a'};
	const condition = {status, reason, message: 'the scene has changed', lastTransitionTime: '2026-11-25T12:00:00Z', observedGeneration: 1};
	const conditions = [{...condition, type: 'Ready'}, ...(status === 'True' ? [] : [{...condition, type: 'Stalled', status: 'True'}])];
	await api.patch(ref, name, {status: {conditions}}, {subresource: 'status'});
}

async function* logs(signal: AbortSignal): AsyncIterable<LogLine> {
	for (const number of [1, 2, 3]) {
		yield {time: '2026-11-25T12:00:00Z', device: 'sim-0001', container: 'plant-a/vibration', text: `line ${number}: rms=\u001b[31m0.4${number}\u001b[0m`};
	}
	await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), {once: true}));
}

function filledFake(): KubeApi {
	const fake = new FakeKubeApi();
	fleet.containers.forEach((each) => fake.put('femtocontainers', each));
	fleet.devices.forEach((each) => fake.put('femtodevices', each));
	fleet.events.forEach((each) => fake.put('events', each));
	return fake;
}
