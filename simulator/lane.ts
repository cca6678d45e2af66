import {below, fraction, type Random} from '../runtime/random.ts';

/** What one direction of one device's link does to datagrams. */
export interface LinkConditions {
	/** 0 to 100, of each datagram. */
	readonly lossPercent: number;
	/** One way. */
	readonly delayMs: number;
	/** Added to the delay, uniform from 0; alone it never lets one datagram overtake another. */
	readonly jitterMs: number;
	/** 0 to 100: how many datagrams arrive twice. */
	readonly duplicatePercent: number;
	/** How many later datagrams may overtake one that is held back; 0 keeps the order. */
	readonly reorderDepth: number;
	/** 0 to 100: how many datagrams are held back when `reorderDepth` allows it. */
	readonly reorderPercent: number;
	/** Longer datagrams are dropped in silence; 0 means no limit. */
	readonly mtuBytes: number;
	readonly partitioned: boolean;
}

export const perfectLink: LinkConditions = {
	lossPercent: 0,
	delayMs: 0,
	jitterMs: 0,
	duplicatePercent: 0,
	reorderDepth: 0,
	reorderPercent: 10,
	mtuBytes: 0,
	partitioned: false,
};

/** State of one direction: what the next datagram's fate depends on besides chance. */
export interface LaneState {
	/** No datagram that keeps its place arrives before this. */
	readonly lastArrivalMs: number;
	/**
	 * How many more datagrams will overtake the one held back; 0 while none is. One is held at a time:
	 * else those held together would overtake each other beyond `reorderDepth`.
	 */
	readonly heldForMore: number;
}

export const emptyLane: LaneState = {lastArrivalMs: 0, heldForMore: 0};

export type DropCause = 'partition' | 'mtu' | 'loss';

export type Fate =
	| {readonly kind: 'drop'; readonly cause: DropCause}
	/** Arrives at each of `arrivalsMs`, two for a duplicate; the held one, when `releases`, right behind the first. */
	| {readonly kind: 'pass'; readonly arrivalsMs: readonly number[]; readonly releases: boolean}
	/** Arrives behind a later datagram that releases it, at `latestMs` at the latest. */
	| {readonly kind: 'hold'; readonly latestMs: number};

/** A held datagram waits this much longer than the delay when nothing comes to overtake it. */
const holdMs = 200;

/** Decides the fate of one datagram. Nothing but lane, datagram, conditions and the random stream goes in. */
export function decideFate(
	lane: LaneState,
	datagram: {readonly sizeBytes: number; readonly nowMs: number},
	conditions: LinkConditions,
	random: Random,
): {readonly lane: LaneState; readonly fate: Fate} {
	const lost = percentage(random, conditions.lossPercent);
	const doubled = percentage(random, conditions.duplicatePercent);
	const heldBack = conditions.reorderDepth > 0 && percentage(random, conditions.reorderPercent);
	const jitterMs = conditions.jitterMs > 0 ? below(random, conditions.jitterMs + 1) : 0;
	const cause = dropCause(datagram.sizeBytes, conditions, lost);
	if (cause !== undefined) return {lane, fate: {kind: 'drop', cause}};
	const arrivalMs = Math.max(datagram.nowMs + conditions.delayMs + jitterMs, lane.lastArrivalMs);
	if (heldBack && lane.heldForMore === 0) {
		const heldForMore = 1 + below(random, conditions.reorderDepth);
		return {lane: {...lane, heldForMore}, fate: {kind: 'hold', latestMs: arrivalMs + holdMs}};
	}
	return {
		lane: {lastArrivalMs: arrivalMs, heldForMore: Math.max(0, lane.heldForMore - 1)},
		fate: {
			kind: 'pass',
			arrivalsMs: doubled ? [arrivalMs, arrivalMs + 1 + jitterMs] : [arrivalMs],
			releases: lane.heldForMore === 1,
		},
	};
}

function dropCause(sizeBytes: number, conditions: LinkConditions, lost: boolean): DropCause | undefined {
	if (conditions.partitioned) return 'partition';
	if (conditions.mtuBytes > 0 && sizeBytes > conditions.mtuBytes) return 'mtu';
	return lost ? 'loss' : undefined;
}

function percentage(random: Random, percent: number): boolean {
	return percent > 0 && fraction(random) * 100 < percent;
}
