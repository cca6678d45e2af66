/**
 * What a rollout decision looks at. Everything here is gathered by the caller; the functions of this folder are pure
 * and know neither Kubernetes nor time.
 */
export interface RolloutDevice {
	readonly uid: string;
	/** `rankKey` of container and device. */
	readonly rankKey: string;
	/** Its wakeIntervalSeconds is 0. */
	readonly alwaysAwake: boolean;
	/** It missed its reports for so long that it counts as gone. */
	readonly lost: boolean;
	/** Users keep new work away from it. */
	readonly cordoned: boolean;
	readonly progress: DeviceProgress;
}

/** Where one device stands with regard to the revision that the rollout leads to, the target. */
export type DeviceProgress =
	/** Not assigned to the target, or failed with it in an earlier try. `serving`: whether it runs a revision, and how well. */
	| {readonly kind: 'notStarted'; readonly serving: 'none' | 'ready' | 'notReady'}
	/** Assigned to the target, outcome open. */
	| {readonly kind: 'updating'}
	/** Confirmed by the device since `sinceMs`, milliseconds since the epoch. */
	| {readonly kind: 'ready'; readonly sinceMs: number}
	/** Refused, given up, quarantined, or lost after it had taken the target. */
	| {readonly kind: 'failed'};

/** Who belongs to a wave, cumulative: a wave includes the devices of the earlier ones. */
export type Wave =
	| {readonly count: number; readonly soakSeconds: number}
	| {readonly percent: number; readonly soakSeconds: number}
	/** The devices that a selector names. */
	| {readonly uids: ReadonlySet<string>; readonly soakSeconds: number};

export interface RolloutStrategy {
	/** In order; none stands for one wave with every device. */
	readonly waves: readonly Wave[];
	readonly maxUnavailable: CountOrPercent;
	/** Devices that may fail in the whole rollout before it stops. */
	readonly maxFailures: number;
	readonly paused: boolean;
	/** The target has been complete before. */
	readonly completed: boolean;
	/** The target has failed, and nothing has asked for another try. */
	readonly failed: boolean;
}

export type CountOrPercent = {readonly count: number} | {readonly percent: number};

/** A device that answers now: neither asleep as expected nor lost. */
export function isAwake(device: RolloutDevice): boolean {
	return device.alwaysAwake && !device.lost;
}
