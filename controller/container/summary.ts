import {endOf, lostWithIt, type End, type Tried} from './cause.ts';
import type {DeviceView} from './gather.ts';
import type {Misfit} from '../fit.ts';
import {isAwake} from '../rollout/facts.ts';
import {isUnavailable} from '../rollout/choose.ts';
import type {FemtoContainerStatusCounts, FemtoContainerStatusDevice} from '../../protocol/generated/resources.ts';

const sampleMax = 10;
const messageMax = 256;

export function countDevices(views: readonly DeviceView[], revision: string): FemtoContainerStatusCounts {
	const count = (test: (view: DeviceView) => boolean): number => views.filter(test).length;
	return {
		matched: views.length,
		updated: count(({entry}) => entry?.revision === revision),
		ready: count(({facts}) => facts.progress.kind === 'ready'),
		failed: count(({facts}) => facts.progress.kind === 'failed'),
		asleep: count(({facts, late}) => !facts.alwaysAwake && !facts.lost && !late),
		late: count(({late}) => late),
		lost: count(({facts}) => facts.lost),
		notFit: count(({fit}) => !fit.fits),
		unavailable: count(({facts}) => isUnavailable(facts)),
	};
}

/** Failed ones first, then those that can't run it, then those on their way; by name within each. */
export function sampleDevices(views: readonly DeviceView[]): readonly FemtoContainerStatusDevice[] {
	const ranked = views.flatMap(view => describe(view) ?? []);
	return ranked.toSorted((left, right) => left.rank - right.rank || (left.name < right.name ? -1 : 1))
		.slice(0, sampleMax)
		.map(({name, reason, message}) => ({name, reason, message: message.slice(0, messageMax)}));
}

interface Described {
	readonly rank: number;
	readonly name: string;
	readonly reason: string;
	readonly message: string;
}

function describe({device, fate, fit, facts}: DeviceView): Described | undefined {
	const {name} = device.metadata;
	if (facts.progress.kind === 'ready') {
		return undefined;
	}
	if (facts.progress.kind === 'failed') {
		const {reason, message} = fate?.kind === 'failed' ? fate : lostWithIt;
		return {rank: 0, name, reason, message};
	}
	if (!fit.fits) {
		return {rank: 1, name, reason: fit.reason, message: fit.message};
	}
	if (facts.lost) {
		return {rank: 2, name, reason: 'Lost', message: 'lost before it took the revision'};
	}
	if (facts.progress.kind === 'notStarted') {
		const reason = facts.cordoned ? 'Cordoned' : 'NotStarted';
		return {rank: 5, name, reason, message: facts.cordoned ? 'cordoned' : 'not assigned yet'};
	}
	if (!isAwake(facts)) {
		return {rank: 4, name, reason: 'Asleep', message: 'assigned, asleep'};
	}
	return fate?.kind === 'working'
		? {rank: 3, name, reason: fate.reason, message: fate.message}
		: {rank: 3, name, reason: 'Assigned', message: 'has not accepted the head yet'};
}

/** The reason that all failed devices give, those that are lost give none; the outcome when they differ. */
export function failureReason(outcome: string, views: readonly DeviceView[]): string {
	const failures = failuresOf(views);
	const own = failures.filter(isOwnCause);
	const reasons = new Set((own.length > 0 ? own : failures).map(({reason}) => reason));
	const [first] = reasons;
	return reasons.size === 1 && first !== undefined ? first : outcome;
}

/** The first failure without the others: words that stay. */
export function firstFailureText(views: readonly DeviceView[]): string {
	const [first] = failuresOf(views);
	return first === undefined ? 'no device is Ready' : `${first.name}: ${first.message}`;
}

export function failureText(views: readonly DeviceView[]): string {
	const [first, ...others] = failuresOf(views);
	if (first === undefined) {
		return 'no device is Ready';
	}
	return others.length === 0
		? `${first.name}: ${first.message}` : `${first.name}: ${first.message}, and ${others.length} more failed`;
}

/** The first awake device that is on its way, to be appended to a phrase. */
export function waitingText(views: readonly DeviceView[]): string {
	const [first, ...others] = views.filter(({facts}) => facts.progress.kind === 'updating' && isAwake(facts))
		.flatMap(view => describe(view) ?? []).toSorted((left, right) => (left.name < right.name ? -1 : 1));
	if (first === undefined) {
		return '';
	}
	return `; ${first.name}: ${first.message}${others.length === 0 ? '' : `, and ${others.length} more on their way`}`;
}

/** Those that know their cause first; by name within each. */
function failuresOf(views: readonly DeviceView[]): readonly Described[] {
	return views.filter(({facts}) => facts.progress.kind === 'failed').flatMap(view => describe(view) ?? []).toSorted(
		(left, right) => Number(isOwnCause(right)) - Number(isOwnCause(left)) || (left.name < right.name ? -1 : 1));
}

function isOwnCause({reason}: {readonly reason: string}): boolean {
	return reason !== lostWithIt.reason;
}


/** Devices that can't run it, by reason and class: one event tells of each. */
export function groupMisfits(views: readonly DeviceView[]): readonly MisfitGroup[] {
	const groups = new Map<string, MisfitGroup>();
	for (const {device, fit} of views) {
		if (fit.fits || fit.reason === 'NoInventory') {
			continue;
		}
		const deviceClass = classOf(device.status?.firmware);
		const key = `${fit.reason}/${deviceClass}`;
		groups.set(key, groups.get(key) ?? {key, deviceClass, fit, example: device.metadata.name});
	}
	return [...groups.values()];
}

export interface MisfitGroup {
	/** Reason and class. */
	readonly key: string;
	readonly deviceClass: string;
	readonly fit: Misfit;
	readonly example: string;
}

/** Devices with the same board and firmware fare alike. */
export function classOf(firmware: {readonly board: string; readonly version: string} | undefined): string {
	return firmware === undefined ? 'unknown board' : `board ${firmware.board}, firmware ${firmware.version}`;
}

/** Devices that failed, by reason and class: one event tells of each. */
export function groupFailures(views: readonly DeviceView[]): readonly FailureGroup[] {
	return groupByClass(views, view => (view.facts.progress.kind === 'failed' ? describe(view) : undefined));
}

/** The same of devices that only said it when they were led back already. */
export function groupEnds(views: readonly DeviceView[], tried: Tried): readonly FailureGroup[] {
	return groupByClass(views, view => endOf(view, tried));
}

function groupByClass(
	views: readonly DeviceView[], failureOf: (view: DeviceView) => End | undefined,
): readonly FailureGroup[] {
	const groups = new Map<string, FailureGroup>();
	for (const view of views) {
		const failure = failureOf(view);
		if (failure !== undefined) {
			const deviceClass = classOf(view.device.status?.firmware);
			const {reason, message, name} = failure;
			const key = `${reason}/${deviceClass}`;
			groups.set(key, groups.get(key) ?? {key, deviceClass, reason, message, example: name});
		}
	}
	return [...groups.values()];
}

export interface FailureGroup {
	readonly key: string;
	readonly deviceClass: string;
	readonly reason: string;
	readonly message: string;
	readonly example: string;
}
