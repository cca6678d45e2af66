import {endOf, lostWithIt} from '../container/cause.ts';
import type {DeviceView} from '../container/gather.ts';
import type {Course} from '../container/steer.ts';
import {strategyOf} from '../container/strategy.ts';
import {everyDevice} from '../rollout/decide.ts';
import {rankDevices} from '../rollout/rank.ts';
import {firstWaveOf, unavailableBound} from '../rollout/waves.ts';

/** Why a container is not where its spec says on one device, or that it is. */
export interface Reason {
	readonly ready: boolean;
	/** One CamelCase word. */
	readonly reason: string;
	/** One phrase. */
	readonly message: string;
	/** The device failed with it, so nothing but a change helps. */
	readonly failed: boolean;
}

/** The reason that follows from what was decided about the whole container, for the device of `view`. Pure. */
export function reasonOf(course: Course, view: DeviceView): Reason {
	const {facts: {progress}} = view;
	switch (progress.kind) {
		case 'ready':
			return course.goal.back ? returned(course) : {ready: true, reason: 'Ready', message: 'Ready', failed: false};
		case 'failed':
			return failedReason(view);
		case 'updating':
			return updatingReason(course, view);
		case 'notStarted':
			return notStartedReason(course, view);
	}
}

function because(reason: string, message: string): Reason {
	return {ready: false, reason, message, failed: false};
}

/** It serves, but not what the spec says. */
function returned({attempt, decision, goal, newest}: Course): Reason {
	const message = `${newest.name} failed: ${attempt.failure?.message}; Ready with ${goal.revision.name}`;
	return because(decision.outcome === 'RolledBack' ? 'RolledBack' : 'RollingBack', message);
}

function failedReason({fate}: DeviceView): Reason {
	const {reason, message} = fate?.kind === 'failed' ? fate : lostWithIt;
	return {ready: false, reason, message, failed: true};
}

function updatingReason({attempt, newest}: Course, view: DeviceView): Reason {
	const {device, fate, facts, late, pending} = view;
	const {desiredGeneration = 0, acceptedGeneration = 0, nextReportTime} = device.status ?? {};
	if (facts.lost) {
		return because('Lost', 'lost before it took the revision');
	}
	if (pending || fate === undefined) {
		return because('Assigning', 'about to be assigned');
	}
	if (fate.kind === 'working') {
		return because(fate.reason, fate.message);
	}
	// A state on the way is written only when it lasts, so the device may be further than its status says.
	const accepted = `head ${desiredGeneration} is published, the last report in status has accepted ${acceptedGeneration}`;
	const end = endOf(view, {revision: newest.name, attempt: attempt.number});
	const heads = end === undefined ? accepted : `${accepted}, and says of ${newest.name}: ${end.message}`;
	if (late) {
		return because('ReportLate', `${heads}; its report was due at ${nextReportTime}`);
	}
	return facts.alwaysAwake
		? because('HeadNotAccepted', heads)
		: because('Asleep', `${heads}; its next report is due at ${nextReportTime ?? 'an unknown time'}`);
}

function notStartedReason(course: Course, {fit, facts}: DeviceView): Reason {
	const {attempt: {failure}, decision, goal} = course;
	if (!fit.fits) {
		return because(fit.reason, fit.message);
	}
	if (facts.cordoned && !decision.assign.includes(facts.uid)) {
		return because('Cordoned', 'spec.cordoned keeps new work away');
	}
	if (decision.assign.includes(facts.uid)) {
		return because('Assigning', 'about to be assigned');
	}
	switch (decision.outcome) {
		case 'Paused':
			return because('Paused', `spec.paused holds the device ${goal.back ? 'on its way back' : 'back'}`);
		case 'Stopped':
		case 'TooManyFailures':
		case 'NoneReady':
		case 'ProgressDeadlineExceeded':
			return because('RolloutStopped', `the rollout has failed on others: ${failure?.message ?? decision.outcome}`);
		case 'RollbackFailed':
			return because('RollbackFailed', `the way back to ${goal.revision.name} failed on others`);
		default:
			return waitingReason(course, facts.uid);
	}
}

/** It has not been its turn yet. */
function waitingReason({decision, goal, views, newest}: Course, uid: string): Reason {
	const strategy = strategyOf(goal.container, views, newest.name, false);
	const waves = strategy.waves.length > 0 ? strategy.waves : everyDevice;
	const facts = views.filter(({fit}) => fit.fits).map(view => view.facts);
	const ranked = rankDevices(facts.filter(device => !device.cordoned || device.progress.kind !== 'notStarted'));
	const own = goal.back ? -1 : firstWaveOf(waves, ranked, uid);
	if (own === undefined) {
		return because('NoWave', `none of the ${waves.length} waves includes the device`);
	}
	if (own <= decision.wave) {
		const bound = unavailableBound(strategy.maxUnavailable, facts.length);
		return because('MaxUnavailable', `as many devices are out of service as rollout.maxUnavailable allows, ${bound}`);
	}
	const open = `wave ${decision.wave + 1} of ${decision.waves} ${decision.outcome === 'Soaking' ? 'soaks' : 'is open'}`;
	return because('WaveNotOpen', `${open}, the device is in wave ${own + 1}`);
}
