import type {Collection} from './fleet.ts';

/** What has been seen of one list and watch, in milliseconds since the epoch. */
export interface LinkFacts {
	/** The last request was sent. */
	readonly askedMs?: number;
	/** The last page, event or bookmark came. */
	readonly heardMs?: number;
	readonly failedMs?: number;
	/** Of the last failure. */
	readonly error?: string;
	/** The first list is complete. */
	readonly isListed: boolean;
}

export type Links = Readonly<Record<Collection, LinkFacts>>;

export type Link =
	| {readonly kind: 'connecting'}
	/** Nothing was ever heard. */
	| {readonly kind: 'unreachable'; readonly error: string}
	| {readonly kind: 'connected'}
	| {readonly kind: 'reconnecting'; readonly heardMs: number; readonly error: string};

export const noLinks: Links = {
	containers: {isListed: false}, devices: {isListed: false}, events: {isListed: false},
};

/** A watch that was opened and has not been refused for so long stands, though nothing has happened yet. */
const settledMs = 1_500;

/** The worst of the three. What never came while another one works is told by the view that misses it. */
export function linkOf(links: Links, nowMs: number): Link {
	const all = Object.values(links);
	const heard = all.flatMap(({heardMs}) => heardMs ?? []);
	const broken = all.find((facts) => isBroken(facts, nowMs) && (facts.heardMs !== undefined || heard.length === 0));
	if (broken !== undefined) {
		const error = broken.error ?? 'no answer';
		return heard.length === 0 ? {kind: 'unreachable', error} : {kind: 'reconnecting', heardMs: Math.max(...heard), error};
	}
	return heard.length === 0 ? {kind: 'connecting'} : {kind: 'connected'};
}

function isBroken({askedMs = 0, heardMs = 0, failedMs}: LinkFacts, nowMs: number): boolean {
	if (failedMs === undefined || heardMs > failedMs) return false;
	const standsAgain = askedMs >= failedMs && nowMs - askedMs > settledMs;
	return !standsAgain || heardMs === 0;
}
