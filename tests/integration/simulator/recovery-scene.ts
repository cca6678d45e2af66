import assert from 'node:assert/strict';
import {femtoContainers} from '../../../protocol/generated/resources.ts';
import type {KubeObject} from '../../../runtime/kube/types.ts';
import type {SimulatedFleet} from '../../../simulator/fleet.ts';
import type {LinkConditions} from '../../../simulator/lane.ts';
import {containerObjects, sampleNamespace, sampleObjects, type FleetKeys} from '../../../simulator/sample.ts';
import type {WriteFault} from '../../../simulator/write-faults.ts';
import {canonicalState, checkRest, GenerationWatch} from './canonical.ts';
import {createFleet, goodLink, secondsToReady} from './fleet-scene.ts';

/** What happens while the controller is killed; two containers run on four devices. */
export const scenarios = ['an enrolment', 'a rollout', 'a deletion'] as const;
export type Scenario = (typeof scenarios)[number];

export const mortalFaults = ['killed before', 'killed after', 'timed out'] as const;

export interface PlannedFault {
	/** Of the controller's writes, from 1. */
	readonly write: number;
	readonly fault: WriteFault;
}

export interface Outcome {
	readonly state: unknown;
	/** Writes of the controller, from where faults may befall them. */
	readonly writes: number;
	/** Of the event log. */
	readonly digest: string;
	/** Lines of the event log that tell what befell the controller. */
	readonly lives: readonly string[];
}

const devices = 4;
const restartMs = 2000;
/** Long enough for everything to come to rest: a report period, and a rollout after it. */
const defaultRunMs = 85_000;
const settleMs = 5000;
const names = ['checksum', 'second'] as const;

/** Runs a scenario to rest, and checks what must hold on the way and in the end. */
export function runScenario(scenario: Scenario, planned?: PlannedFault): Promise<Outcome> {
	return runDisturbed(scenario, planned === undefined ? {} : {planned});
}

export interface Disturbance {
	readonly planned?: PlannedFault;
	/** Called where the scenario begins; does what it does by timers. */
	readonly disturb?: (fleet: SimulatedFleet) => void;
	readonly conditions?: LinkConditions;
	/** Until everything must have come to rest. */
	readonly runMs?: number;
}

/** The same for any disturbance; the controller is started anew whenever it is dead. */
export async function runDisturbed(scenario: Scenario, disturbance: Disturbance): Promise<Outcome> {
	const {planned, disturb, conditions = goodLink, runMs = defaultRunMs} = disturbance;
	const generations = new GenerationWatch();
	const onStored = (object: KubeObject): void => generations.onStored(object);
	const lives: string[] = [];
	const logSink = (line: string): void => {
		if (line.includes(' simulation controller ')) lives.push(line);
	};
	const fleet = createFleet({devices, objects: twoContainers, conditions, onStored, logSink});
	if (scenario !== 'an enrolment') {
		assert.ok((await secondsToReady(fleet)) < Infinity);
		await fleet.run({withinMs: settleMs});
	}
	const {faults} = fleet.controller;
	const first = faults.count;
	if (planned !== undefined) faults.arm(planned.write, planned.fault);
	disturb?.(fleet);
	const acted = act(fleet, scenario);
	let restarting = true;
	await fleet.run({
		withinMs: runMs,
		until: () => {
			generations.check(fleet);
			if (fleet.controller.isAlive) restarting = false;
			else if (!restarting) fleet.scheduler.clock.setTimer(restartMs, () => fleet.controller.start());
			restarting ||= !fleet.controller.isAlive;
			return false;
		},
	});
	await acted;
	assert.ok(!faults.isArmed, 'the fault has befallen no write');
	await checkRest(fleet);
	const outcome = {state: await canonicalState(fleet), writes: faults.count - first, digest: fleet.log.digest(), lives};
	fleet.close();
	return outcome;
}

/** Every fault at every write. */
export async function allFaults(scenario: Scenario): Promise<readonly PlannedFault[]> {
	const {writes} = await runScenario(scenario);
	return Array.from({length: writes}, (_, index) => index + 1)
		.flatMap((write) => mortalFaults.map((fault) => ({write, fault})));
}

/** Each of the `faults` must lead to the state of the run without one. */
export async function testFaults(scenario: Scenario, faults: readonly PlannedFault[]): Promise<void> {
	const {state} = await runScenario(scenario);
	for (const planned of faults) {
		const where = `${scenario}, write ${planned.write} ${planned.fault}`;
		const outcome = await runScenario(scenario, planned).catch((cause: unknown) => {
			throw new Error(`${where}: ${String(cause)}`, {cause});
		});
		assert.deepEqual(outcome.state, state, where);
	}
}

/** Signed once: all fleets here have the keys of one seed. */
let signed: readonly KubeObject[] | undefined;

function twoContainers(keys: FleetKeys): readonly KubeObject[] {
	const [first, second] = names;
	signed ??= [
		...sampleObjects(keys, {imageBytes: 300, version: 1, name: first}),
		...containerObjects(keys, {imageBytes: 200, version: 1, name: second}),
	];
	return signed;
}

/** Begins as the next event of the simulation. */
async function act(fleet: SimulatedFleet, scenario: Scenario): Promise<void> {
	const {promise, resolve} = Promise.withResolvers<void>();
	fleet.scheduler.clock.setTimer(0, resolve);
	await promise;
	if (scenario === 'a deletion') {
		await fleet.api.delete({...femtoContainers, namespace: sampleNamespace}, names[0]);
	}
	if (scenario === 'a rollout') await patchVersion(fleet, 2);
}

/** Applies another version of the first container, and waits until the API has it. */
export async function applyVersion(fleet: SimulatedFleet, version: number): Promise<void> {
	let applied: Promise<void> | undefined;
	fleet.scheduler.clock.setTimer(0, () => {
		applied = patchVersion(fleet, version);
	});
	await fleet.run({withinMs: 1});
	await applied;
}

async function patchVersion(fleet: SimulatedFleet, version: number): Promise<void> {
	const [name] = names;
	const [configMap, container] = containerObjects(fleet.keys, {imageBytes: 400, version, name});
	assert.ok(configMap && container);
	await fleet.api.create({group: '', version: 'v1', plural: 'configmaps', namespace: sampleNamespace}, configMap);
	const {spec} = container as KubeObject & {readonly spec: Readonly<Record<string, unknown>>};
	await fleet.api.patch({...femtoContainers, namespace: sampleNamespace}, name, {spec: {image: spec['image']}});
}
