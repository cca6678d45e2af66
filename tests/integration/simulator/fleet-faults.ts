import assert from 'node:assert/strict';
import {below, type Random} from '../../../runtime/random.ts';
import type {SimulatedFleet} from '../../../simulator/fleet.ts';
import {swizzleClog} from '../../../simulator/swizzle-clog.ts';
import {badLink, goodLink} from './fleet-scene.ts';
import {runDisturbed, runScenario, type Scenario} from './recovery-scene.ts';

export type FleetFault = (fleet: SimulatedFleet, random: Random) => void;

/** Each begins at once and is over after a minute at most. */
export const fleetFaults: Readonly<Record<string, FleetFault>> = {
	'the controller is killed': (fleet) => fleet.controller.kill(),
	'the bridge loses its state': ({field, scheduler}, random) => {
		field.killBridge();
		scheduler.clock.setTimer(below(random, 10_000), () => field.startBridge());
	},
	'the broker restarts and keeps its state': (fleet, random) => restartBroker(fleet, random, 'state kept'),
	'the broker restarts and has lost its state': (fleet, random) => restartBroker(fleet, random, 'state lost'),
	'a device is cut off': (fleet, random) => {
		const id = anyDevice(fleet, random);
		fleet.field.partition(id, true);
		fleet.scheduler.clock.setTimer(below(random, 60_000), () => fleet.field.partition(id, false));
	},
	'a device loses power': (fleet, random) => {
		const id = anyDevice(fleet, random);
		if (fleet.field.nodes.get(id)?.device.isOn !== true) return;
		fleet.field.cutPower(id);
		fleet.scheduler.clock.setTimer(below(random, 10_000), () => fleet.field.restorePower(id));
	},
	'links stop one by one and heal in another order': ({field, scheduler}, random) => {
		const devices = [...field.link.devices];
		swizzleClog({field, clock: scheduler.clock, random, devices, stepMs: 2000, holdMs: 10_000});
	},
};

const faultWindowMs = 12_000;
/** The longest fault, a broken link's back-off, a report period, and a rollout. */
const restMs = 240_000;

/** One fault at a random moment of a scenario, or just after it, per seed; all must lead to the same end. */
export async function testFleetFault(name: string, scenario: Scenario, seeds: readonly number[]): Promise<void> {
	const {state} = await runScenario(scenario);
	for (const seed of seeds) {
		await expectState(state, scenario, `${name}, seed ${seed}`, (fleet) => {
			const random = fleet.scheduler.random(`fault/${seed}`);
			fleet.scheduler.clock.setTimer(below(random, faultWindowMs), () => fleetFaults[name]?.(fleet, random));
		});
	}
}

/** Several faults on top of each other, on a bad link. */
export async function testChaos(scenario: Scenario, seeds: readonly number[]): Promise<void> {
	const {state} = await runScenario(scenario);
	const names = Object.keys(fleetFaults);
	for (const seed of seeds) {
		await expectState(state, scenario, `chaos, seed ${seed}`, (fleet) => {
			const random = fleet.scheduler.random(`fault/${seed}`);
			for (let count = 0; count < 6; count++) {
				const fault = fleetFaults[names[below(random, names.length)] ?? ''];
				fleet.scheduler.clock.setTimer(below(random, faultWindowMs), () => fault?.(fleet, random));
			}
		}, badLink);
	}
}

async function expectState(
	state: unknown, scenario: Scenario, where: string, disturb: (fleet: SimulatedFleet) => void, conditions = goodLink,
): Promise<void> {
	const outcome = await runDisturbed(scenario, {disturb, conditions, runMs: faultWindowMs + restMs})
		.catch((cause: unknown) => {
			throw new Error(`${scenario}, ${where}: ${String(cause)}`, {cause});
		});
	assert.deepEqual(outcome.state, state, `${scenario}, ${where}`);
}

function restartBroker({field, scheduler}: SimulatedFleet, random: Random, kept: 'state kept' | 'state lost'): void {
	field.broker.stop(kept);
	scheduler.clock.setTimer(below(random, 5000), () => field.broker.start());
}

function anyDevice({field}: SimulatedFleet, random: Random): string {
	const devices = [...field.link.devices];
	return devices[below(random, devices.length)] ?? '';
}
