import {isAwake, type CountOrPercent, type RolloutDevice, type RolloutStrategy, type Wave} from './facts.ts';

/**
 * The members of each wave, cumulative: `count` and `percent` take from the top of the ranking, rounded up, a selector
 * names its own; each wave includes the earlier ones. In the order of rank.
 */
export function waveMembers(
	waves: readonly Wave[], ranked: readonly RolloutDevice[],
): readonly (readonly RolloutDevice[])[] {
	const taken = new Set<string>();
	return waves.map(wave => {
		for (const device of ownMembers(wave, ranked)) {
			taken.add(device.uid);
		}
		return ranked.filter(({uid}) => taken.has(uid));
	});
}

/** The first wave that `uid` is in, from 0; undefined when it is in none. */
export function firstWaveOf(
	waves: readonly Wave[], ranked: readonly RolloutDevice[], uid: string,
): number | undefined {
	const index = waveMembers(waves, ranked).findIndex(members => members.some(device => device.uid === uid));
	return index < 0 ? undefined : index;
}

function ownMembers(wave: Wave, ranked: readonly RolloutDevice[]): readonly RolloutDevice[] {
	if ('uids' in wave) {
		return ranked.filter(({uid}) => wave.uids.has(uid));
	}
	return ranked.slice(0, 'count' in wave ? wave.count : Math.ceil((wave.percent * ranked.length) / 100));
}

/** A bound on devices out of service: a percentage rounds down, and one device may always be. */
export function unavailableBound(bound: CountOrPercent, total: number): number {
	const devices = 'count' in bound ? bound.count : Math.floor((bound.percent * total) / 100);
	return Math.max(1, devices);
}

/** Devices that may be out of service for good without the whole counting as out of service. */
export function toleratedFailures({maxFailures, maxUnavailable}: RolloutStrategy, total: number): number {
	return Math.max(maxFailures, unavailableBound(maxUnavailable, total));
}

export type WaveVerdict =
	/** Devices of the wave that always answer have not all come to an end. */
	| {readonly kind: 'open'}
	/** All of them came to an end, and none is Ready: time alone does not help. */
	| {readonly kind: 'noneReady'}
	/** Proven from `untilMs` on, unless something changes. */
	| {readonly kind: 'soaking'; readonly untilMs: number}
	| {readonly kind: 'passed'};

/**
 * A wave passes when each awake device of it is Ready or failed, and at least one has been Ready through the soak,
 * which starts when the last of them became Ready. Sleepers and lost devices are not waited for.
 */
export function judgeWave(wave: Wave, members: readonly RolloutDevice[], nowMs: number): WaveVerdict {
	if (members.some(device => isAwake(device) && !hasEnded(device))) {
		return {kind: 'open'};
	}
	const since = members.flatMap(device => (device.progress.kind === 'ready' ? [device.progress.sinceMs] : []));
	if (since.length === 0) {
		return members.every(hasEnded) && members.length > 0 ? {kind: 'noneReady'} : {kind: 'open'};
	}
	const untilMs = soakStart(members) + wave.soakSeconds * 1000;
	return nowMs < untilMs ? {kind: 'soaking', untilMs} : {kind: 'passed'};
}

/** Its outcome stands: nothing more is waited for. */
export function hasEnded(device: RolloutDevice): boolean {
	return device.progress.kind === 'ready' || device.progress.kind === 'failed';
}

/** A wave of sleepers soaks from its first Ready device on: waiting for the last could take weeks. */
function soakStart(members: readonly RolloutDevice[]): number {
	const awake = members.filter(isAwake).flatMap(readySince);
	return awake.length > 0 ? Math.max(...awake) : Math.min(...members.flatMap(readySince));
}

function readySince(device: RolloutDevice): readonly number[] {
	return device.progress.kind === 'ready' ? [device.progress.sinceMs] : [];
}
