import {isAwake, type RolloutDevice, type RolloutStrategy, type Wave} from './facts.ts';
import {rankDevices} from './rank.ts';
import {hasEnded, judgeWave, unavailableBound, waveMembers} from './waves.ts';

/** What a rollout does now, and what to say of it. */
export interface RolloutDecision {
	readonly outcome: RolloutOutcome;
	/** Uids to assign to the target now, in the order of rank. */
	readonly assign: readonly string[];
	/** Wave that is open, from 0; the number of waves when all have passed. */
	readonly wave: number;
	readonly waves: number;
	/** When to decide again although nothing has changed, milliseconds since the epoch. */
	readonly nextMs?: number;
}

export type RolloutOutcome =
	/** Devices are moving, or are about to. */
	| 'Progressing'
	/** A wave proves itself. */
	| 'Soaking'
	| 'Paused'
	/** Every wave has passed. */
	| 'Complete'
	/** More devices failed than the strategy allows: nothing more is assigned. */
	| 'TooManyFailures'
	/** Every device of a wave failed: nothing more is assigned. */
	| 'NoneReady'
	/** There is no device to move. */
	| 'NoDevices';

const everyDevice: readonly Wave[] = [{percent: 100, soakSeconds: 0}];

/**
 * Decides the next step of moving `devices` (those that match and can run the target) to the target. What is
 * assigned already is never taken back here, and the same facts always give the same decision. A revision that has
 * been complete once needs no more proof: devices that come later move at once, and failures stop nothing.
 */
export function decideRollout(
	devices: readonly RolloutDevice[], strategy: RolloutStrategy, nowMs: number,
): RolloutDecision {
	const waves = strategy.waves.length > 0 ? strategy.waves : everyDevice;
	const ranked = rankDevices(devices.filter(device => !isKeptAway(device)));
	const decision = {assign: [], wave: 0, waves: waves.length};
	if (ranked.length === 0) {
		return {...decision, outcome: 'NoDevices'};
	}
	if (strategy.completed) {
		return maintain(ranked, strategy, waves);
	}
	const open = findOpenWave(waves, ranked, nowMs);
	const stopped = findStop(open, ranked, strategy);
	if (stopped !== undefined) {
		return {...decision, wave: open.index, outcome: stopped};
	}
	const assign = strategy.paused ? [] : chooseDevices(open.members, ranked, strategy);
	const step = {...decision, assign, wave: open.index};
	switch (open.kind) {
		case 'passed':
			return {...step, outcome: 'Complete'};
		case 'soaking':
			return {...step, outcome: strategy.paused ? 'Paused' : 'Soaking', nextMs: open.untilMs};
		case 'open':
		case 'noneReady':
			return {...step, outcome: strategy.paused ? 'Paused' : 'Progressing'};
	}
}

function isKeptAway(device: RolloutDevice): boolean {
	return device.cordoned && device.progress.kind === 'notStarted';
}

function findStop(
	open: OpenWave, ranked: readonly RolloutDevice[], strategy: RolloutStrategy,
): 'TooManyFailures' | 'NoneReady' | undefined {
	if (countFailed(ranked) > strategy.maxFailures) {
		return 'TooManyFailures';
	}
	return open.kind === 'noneReady' ? 'NoneReady' : undefined;
}

function maintain(
	ranked: readonly RolloutDevice[], strategy: RolloutStrategy, waves: readonly Wave[],
): RolloutDecision {
	const members = waveMembers(waves, ranked).at(-1) ?? [];
	const assign = strategy.paused ? [] : chooseDevices(members, ranked, strategy);
	const settled = members.every(device => !isAwake(device) || hasEnded(device));
	const outcome = settled ? 'Complete' : strategy.paused ? 'Paused' : 'Progressing';
	return {outcome, assign, wave: settled ? waves.length : waves.length - 1, waves: waves.length};
}

type OpenWave = ReturnType<typeof judgeWave> & {readonly index: number; readonly members: readonly RolloutDevice[]};

/** The first wave that has not passed; the last one when all have. A wave without members has nothing to prove. */
function findOpenWave(waves: readonly Wave[], ranked: readonly RolloutDevice[], nowMs: number): OpenWave {
	const membersOf = waveMembers(waves, ranked);
	for (const [index, wave] of waves.entries()) {
		const members = membersOf[index] ?? [];
		const verdict = judgeWave(wave, members, nowMs);
		if (verdict.kind !== 'passed' && members.length > 0) {
			return {...verdict, index, members};
		}
	}
	return {kind: 'passed', index: waves.length, members: membersOf.at(-1) ?? []};
}

export function countFailed(devices: readonly RolloutDevice[]): number {
	return devices.filter(device => device.progress.kind === 'failed').length;
}

/** Those of a wave that move now, within the bound on devices out of service. */
function chooseDevices(
	members: readonly RolloutDevice[], all: readonly RolloutDevice[], strategy: RolloutStrategy,
): readonly string[] {
	let room = unavailableBound(strategy.maxUnavailable, all.length) - all.filter(isUnavailable).length;
	const chosen: string[] = [];
	for (const device of members) {
		if (device.progress.kind !== 'notStarted') {
			continue;
		}
		// A sleeper, a lost device, or one that does not serve anyway: moving it takes nothing out of service.
		const costs = isAwake(device) && !isUnavailable(device);
		if (costs && room <= 0) {
			continue;
		}
		room -= costs ? 1 : 0;
		chosen.push(device.uid);
	}
	return chosen;
}

/** Assigned to a revision of the container, awake, and not Ready. */
export function isUnavailable(device: RolloutDevice): boolean {
	if (!isAwake(device)) {
		return false;
	}
	const {progress} = device;
	return progress.kind === 'notStarted' ? progress.serving === 'notReady' : progress.kind !== 'ready';
}
