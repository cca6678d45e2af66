import {isAwake, type RolloutDevice, type RolloutStrategy} from './facts.ts';
import {unavailableBound} from './waves.ts';

/**
 * Those of `members` that move now, in their order, within the bound on devices out of service among `all`. One may
 * always move when no other is on its way: devices that are broken for good must not block the rest for ever.
 */
export function chooseDevices(
	members: readonly RolloutDevice[], all: readonly RolloutDevice[], strategy: RolloutStrategy,
): readonly string[] {
	const waiting = members.filter(({progress}) => progress.kind === 'notStarted');
	const quiet = !all.some(isOnItsWay) && !waiting.some(device => isAwake(device) && !takesOutOfService(device));
	let room = unavailableBound(strategy.maxUnavailable, all.length) - all.filter(isUnavailable).length;
	room = quiet ? Math.max(room, 1) : room;
	const chosen: string[] = [];
	for (const device of waiting) {
		const costs = takesOutOfService(device);
		if (costs && room <= 0) {
			continue;
		}
		room -= costs ? 1 : 0;
		chosen.push(device.uid);
	}
	return chosen;
}

/** A sleeper, a lost device, or one that does not serve anyway: moving it takes nothing out of service. */
export function takesOutOfService(device: RolloutDevice): boolean {
	return isAwake(device) && !isUnavailable(device);
}

/** Assigned to a revision of the container, awake, and not Ready. */
export function isUnavailable(device: RolloutDevice): boolean {
	if (!isAwake(device)) {
		return false;
	}
	const {progress} = device;
	return progress.kind === 'notStarted' ? progress.serving === 'notReady' : progress.kind !== 'ready';
}

function isOnItsWay(device: RolloutDevice): boolean {
	return isAwake(device) && device.progress.kind === 'updating';
}
