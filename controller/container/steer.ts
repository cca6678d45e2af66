import {checkGrant} from '../fit.ts';
import type {Fleet} from '../fleet.ts';
import {decideRollout, type RolloutDecision, type RolloutFailure, type RolloutOutcome} from '../rollout/decide.ts';
import {decideRollback} from '../rollout/rollback.ts';
import {findAttempt, hashSpec, numberOfReturn, type Attempt} from './attempt.ts';
import {failureMessageMax, nameCause} from './cause.ts';
import {gatherDevices, type DeviceView, type Goal} from './gather.ts';
import {needOf, type Revision} from './revision.ts';
import {checkAuthor} from './source.ts';
import {strategyOf} from './strategy.ts';
import {countDevices, failureReason, failureText, waitingText} from './summary.ts';
import type {ValidTenant} from '../tenant/registry.ts';
import type {
	FemtoContainer, FemtoContainerStatus, FemtoContainerStatusCounts, FemtoContainerStatusFailure,
} from '../../protocol/generated/resources.ts';
import {formatTime} from '../../runtime/clock.ts';
import {findCondition} from '../../runtime/kube/conditions.ts';

/** What the newest spec leads to, as soon as its revision stands. */
export interface Newest {
	readonly container: FemtoContainer;
	readonly revision: Revision;
	readonly tenant: ValidTenant;
}

/** Where devices are led now, and why: all that is done and said of a container follows from it. */
export interface Course {
	readonly attempt: Attempt;
	/** The revision that devices are led to: the newest one, or back to the one that last was complete. */
	readonly goal: Goal;
	readonly views: readonly DeviceView[];
	readonly decision: RolloutDecision;
	/** Of the newest revision, also on the way back. */
	readonly newest: Revision;
	readonly newestViews: readonly DeviceView[];
	readonly counts: FemtoContainerStatusCounts;
	readonly lastProgressMs: number;
	/** When the progress deadline passes, if it counts now; milliseconds since the epoch. */
	readonly deadlineMs: number | undefined;
	/** It has failed in this pass: to be written before anything is done about it. */
	readonly justFailed: boolean;
}

/** The one decision about a container. Pure: looks at the fleet, and changes nothing. */
export function steer(fleet: Fleet, newest: Newest, nowMs: number): Course {
	const {container, revision, tenant} = newest;
	const found = findAttempt(container, revision.name);
	const goal: Goal = {container, revision, tenant, attempt: found.number, back: false};
	const views = gatherDevices(fleet, goal);
	const failed = found.failure && nameCause(found.failure, found.number, views);
	const attempt = {...found, failure: failed};
	const stable = findStable(fleet, newest);
	const decision = decide(container, views, revision.name, failed !== undefined, nowMs);
	const counts = countDevices(views, revision.name);
	const lastProgressMs = progressMs(container.status ?? {}, {attempt, decision, counts, revision: revision.name}, nowMs);
	const deadline = lastProgressMs + container.spec.rollout.progressDeadlineSeconds * 1000;
	const course = {
		attempt, goal, views, decision, newest: revision, newestViews: views, counts, lastProgressMs, justFailed: false,
		deadlineMs: isTimed(container, decision, revision.name) ? deadline : undefined,
	};
	if (failed !== undefined) {
		return stable === undefined ? course : goBack(fleet, course, stable, deadline);
	}
	const failure = findFailure(course, stable !== undefined, nowMs);
	return failure === undefined ? course : fail(fleet, course, failure, {stable, nowMs});
}

function decide(
	container: FemtoContainer, views: readonly DeviceView[], revision: string, failed: boolean, nowMs: number,
): RolloutDecision {
	return decideRollout(factsOf(views), strategyOf(container, views, revision, failed), nowMs);
}

function factsOf(views: readonly DeviceView[]): readonly DeviceView['facts'][] {
	return views.filter(({fit}) => fit.fits).map(({facts}) => facts);
}

/** The revision to go back to: complete once, another one than the newest, wanted, and still permitted. */
function findStable(fleet: Fleet, {container, revision, tenant}: Newest): Revision | undefined {
	const {metadata: {namespace = ''}, spec, status} = container;
	const {currentRevision} = status ?? {};
	if (spec.rollout.onFailure !== 'Rollback' || currentRevision === undefined || currentRevision === revision.name) {
		return undefined;
	}
	const stable = fleet.revision(namespace, currentRevision);
	const permitted = stable !== undefined && checkAuthor(stable, tenant, namespace) === undefined
		&& checkGrant(needOf(stable), tenant.grant).fits;
	return permitted ? stable : undefined;
}

const failures: ReadonlySet<RolloutOutcome> = new Set(['TooManyFailures', 'NoneReady', 'ProgressDeadlineExceeded']);

function isFailure(outcome: RolloutOutcome): outcome is RolloutFailure {
	return failures.has(outcome);
}

/**
 * How the rollout has failed now, if it has. Time alone fails it only when something can be done about that: a first
 * revision may still get there.
 */
function findFailure({decision, goal, deadlineMs}: Course, canReturn: boolean, nowMs: number): RolloutFailure | undefined {
	if (isFailure(decision.outcome)) {
		return decision.outcome;
	}
	const overdue = deadlineMs !== undefined && nowMs >= deadlineMs && decision.waiting;
	return overdue && (canReturn || goal.container.spec.rollout.onFailure === 'Pause')
		? 'ProgressDeadlineExceeded' : undefined;
}

interface Circumstances {
	readonly stable: Revision | undefined;
	readonly nowMs: number;
}

function fail(fleet: Fleet, course: Course, outcome: RolloutFailure, {stable, nowMs}: Circumstances): Course {
	const {goal: {container, revision}, newestViews} = course;
	const failure: FemtoContainerStatusFailure = {
		revision: revision.name, generation: container.metadata.generation ?? 0, spec: hashSpec(container.spec),
		reason: outcome === 'ProgressDeadlineExceeded' ? outcome : failureReason(outcome, newestViews),
		message: describeFailure(outcome, course).slice(0, failureMessageMax), time: formatTime(nowMs),
	};
	const attempt = {...course.attempt, failure};
	const failed: Course = {
		...course, attempt, lastProgressMs: nowMs, deadlineMs: undefined, justFailed: true,
		decision: {...course.decision, outcome: 'Stopped', assign: []},
	};
	const deadlineMs = nowMs + container.spec.rollout.progressDeadlineSeconds * 1000;
	return stable === undefined ? failed : goBack(fleet, failed, stable, deadlineMs);
}

function describeFailure(outcome: RolloutFailure, {goal: {container}, newestViews}: Course): string {
	const {progressDeadlineSeconds} = container.spec.rollout;
	return outcome === 'ProgressDeadlineExceeded'
		? `no progress for ${progressDeadlineSeconds} s${waitingText(newestViews)}` : failureText(newestViews);
}

function goBack(fleet: Fleet, course: Course, stable: Revision, deadline: number): Course {
	const {container, tenant} = course.goal;
	const goal: Goal = {container, revision: stable, tenant, attempt: numberOfReturn(course.attempt), back: true};
	const views = gatherDevices(fleet, goal);
	const decided = decideRollback(factsOf(views), strategyOf(container, views, stable.name, false));
	const ended = !course.justFailed && findCondition(container.status?.conditions, 'Stalled')?.reason === 'RolledBack';
	// The way back ends once: devices that come back later follow it as single ones, without another end.
	const decision: RolloutDecision =
		ended && decided.outcome === 'RollingBack' ? {...decided, outcome: 'RolledBack'} : decided;
	return {...course, goal, views, decision, deadlineMs: decision.outcome === 'RollingBack' ? deadline : undefined};
}

/** The deadline counts while devices move to a revision that has not proven itself. */
function isTimed({status}: FemtoContainer, {outcome}: RolloutDecision, revision: string): boolean {
	return outcome === 'Progressing' && status?.currentRevision !== revision;
}

interface Progress {
	readonly attempt: Attempt;
	readonly decision: RolloutDecision;
	readonly counts: FemtoContainerStatusCounts;
	readonly revision: string;
}

/**
 * When the rollout last moved: it began, or began again; a device took the revision, came to an end with it, or left it
 * on the way back; a wave passed; a pause ended. Milliseconds since the epoch.
 */
function progressMs(before: FemtoContainerStatus, {attempt, decision, counts, revision}: Progress, nowMs: number): number {
	const {updatedRevision, lastProgressTime, counts: old, wave, conditions} = before;
	const knownMs = Date.parse(lastProgressTime ?? '');
	const begun = updatedRevision !== revision || old === undefined || attempt.number !== (before.attempt ?? 0);
	const returned = attempt.failure !== undefined && old !== undefined && counts.updated < old.updated;
	const resumed = findCondition(conditions, 'Ready')?.reason === 'Paused' && decision.outcome !== 'Paused';
	const passed = decision.outcome === 'Progressing' && decision.wave + 1 > (wave?.index ?? 0);
	const moved = begun || returned || resumed || passed
		|| counts.updated > old.updated || counts.ready > old.ready || counts.failed > old.failed;
	return moved || Number.isNaN(knownMs) ? nowMs : knownMs;
}
