import {chooseDevices} from './choose.ts';
import {isAwake, type RolloutDevice, type RolloutStrategy, type Wave} from './facts.ts';
import {rankDevices} from './rank.ts';
import {hasEnded, judgeWave, waveMembers} from './waves.ts';

/** What a rollout does now, and what to say of it. */
export interface RolloutDecision {
	readonly outcome: RolloutOutcome;
	/** Uids to assign to the target now, in the order of rank. */
	readonly assign: readonly string[];
	/** Wave that is open, from 0; the number of waves when all have passed; -1 on the way back. */
	readonly wave: number;
	readonly waves: number;
	/** An awake device of the open wave has not come to an end: it is the rollout that takes long, not somebody's sleep. */
	readonly waiting: boolean;
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
	/** No progress for too long, though awake devices are waited for: nothing more is assigned. */
	| 'ProgressDeadlineExceeded'
	/** It failed in one of these three ways before: nothing more is assigned. */
	| 'Stopped'
	/** Devices go back to the revision that last was complete, or are about to. */
	| 'RollingBack'
	/** All that can have gone back. */
	| 'RolledBack'
	/** The revision to go back to fails, too: nothing more is assigned. */
	| 'RollbackFailed'
	/** There is no device to move. */
	| 'NoDevices';

/** The ways in which a rollout fails. */
export type RolloutFailure = 'TooManyFailures' | 'NoneReady' | 'ProgressDeadlineExceeded';

export const everyDevice: readonly Wave[] = [{percent: 100, soakSeconds: 0}];

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
	const decision = {assign: [], wave: 0, waves: waves.length, waiting: false};
	if (ranked.length === 0) {
		return {...decision, outcome: 'NoDevices'};
	}
	if (strategy.completed) {
		return maintain(ranked, strategy, waves);
	}
	const open = findOpenWave(waves, ranked, nowMs);
	const waiting = open.members.some(device => isAwake(device) && !hasEnded(device));
	const stopped = findStop(open, ranked, strategy);
	if (stopped !== undefined) {
		return {...decision, wave: open.index, waiting, outcome: stopped};
	}
	const assign = strategy.paused ? [] : chooseDevices(open.members, ranked, strategy);
	const step = {...decision, assign, wave: open.index, waiting};
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
): RolloutFailure | 'Stopped' | undefined {
	if (strategy.failed) {
		return 'Stopped';
	}
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
	return {outcome, assign, wave: settled ? waves.length : waves.length - 1, waves: waves.length, waiting: !settled};
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
