import {chooseDevices, takesOutOfService} from './choose.ts';
import {everyDevice, type RolloutDecision} from './decide.ts';
import {isAwake, type RolloutDevice, type RolloutStrategy, type Wave} from './facts.ts';
import {rankDevices} from './rank.ts';
import {hasEnded, waveMembers} from './waves.ts';

/**
 * Decides the next step of taking `devices` back to the revision that last was complete; their progress is with regard
 * to that one. There are no waves: it has proven itself. Devices that serve badly go first, because that disturbs
 * nothing; those that serve well follow within the bound, the one that moved last first. When the way back fails, those
 * that still serve well stay.
 */
export function decideRollback(devices: readonly RolloutDevice[], strategy: RolloutStrategy): RolloutDecision {
	const waves = strategy.waves.length > 0 ? strategy.waves : everyDevice;
	const members = membersOf(devices, waves);
	const decision = {assign: [], wave: -1, waves: waves.length, waiting: false};
	if (isBroken(members, strategy)) {
		return {...decision, outcome: 'RollbackFailed'};
	}
	const assign = chooseDevices(orderReturn(members), devices, strategy);
	const waiting = members.some(device => isAwake(device) && !hasEnded(device));
	if (!waiting && assign.length === 0) {
		return {...decision, outcome: 'RolledBack'};
	}
	return strategy.paused
		? {...decision, waiting, outcome: 'Paused'} : {...decision, waiting, assign, outcome: 'RollingBack'};
}

/** All that run any revision, and the members of the last wave; a cordoned device gets nothing that it never had. */
function membersOf(devices: readonly RolloutDevice[], waves: readonly Wave[]): readonly RolloutDevice[] {
	const able = rankDevices(devices.filter(device => !device.cordoned || hasRevision(device)));
	const last = new Set(waveMembers(waves, able).at(-1));
	return able.filter(device => last.has(device) || hasRevision(device));
}

function hasRevision({progress}: RolloutDevice): boolean {
	return progress.kind !== 'notStarted' || progress.serving !== 'none';
}

/** A lost device says nothing about the revision. */
function isBroken(members: readonly RolloutDevice[], strategy: RolloutStrategy): boolean {
	const failed = members.filter(({progress, lost}) => progress.kind === 'failed' && !lost).length;
	return failed > strategy.maxFailures || (failed > 0 && members.every(({progress}) => progress.kind === 'failed'));
}

function orderReturn(members: readonly RolloutDevice[]): readonly RolloutDevice[] {
	return [...members.filter(device => !takesOutOfService(device)), ...members.filter(takesOutOfService).toReversed()];
}
