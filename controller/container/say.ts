import type {ConditionWish} from '../conditions.ts';
import {toleratedFailures} from '../rollout/waves.ts';
import type {DeviceView} from './gather.ts';
import type {Course} from './steer.ts';
import {strategyOf} from './strategy.ts';
import {failureReason, failureText, firstFailureText} from './summary.ts';

/** The conditions of a rollout under way or over; never Reconciling and Stalled together. Words without times. */
export function courseConditions(course: Course, nowMs: number): readonly ConditionWish[] {
	const {attempt: {failure}, decision, views, deadlineMs} = course;
	const text = failure === undefined ? progressText(course) : returnText(course, failure.message);
	const overdue = deadlineMs !== undefined && nowMs >= deadlineMs;
	switch (decision.outcome) {
		case 'Complete':
			return completeConditions(course, text);
		case 'TooManyFailures':
		case 'NoneReady':
			return stalled(failureReason(decision.outcome, views), `${failureText(views)}; ${text}`);
		case 'ProgressDeadlineExceeded':
			return stalled(decision.outcome, text);
		case 'Stopped':
			return stalled(failure?.reason ?? 'TooManyFailures', text);
		case 'RolledBack':
			return stalled(decision.outcome, text);
		case 'RollbackFailed':
			return stalled(decision.outcome, `${text}; it fails, too: ${failureText(views)}`);
		case 'NoDevices':
			return noDevices(views, text);
		case 'Progressing':
		case 'RollingBack':
			return overdue ? stalled('ProgressDeadlineExceeded', text) : reconciling(decision.outcome, text);
		case 'Soaking':
		case 'Paused':
			return reconciling(decision.outcome, text);
	}
}

/**
 * The cause of Stalled, or of a way back, as an event tells it: words that stay while devices come and go. How many are
 * where stands in the condition.
 */
export function courseNews({attempt: {failure}, decision: {outcome}, goal, newest, views}: Course): string {
	if (failure !== undefined) {
		const failed = `${newest.name} failed: ${failure.message}`;
		const {name} = goal.revision;
		switch (outcome) {
			case 'RolledBack':
				return `${failed}; back at ${name}`;
			case 'RollingBack':
				return `${failed}; going back to ${name}`;
			case 'RollbackFailed':
				return `${failed}; ${name} fails, too: ${firstFailureText(views)}`;
			default:
				return failed;
		}
	}
	const {progressDeadlineSeconds} = goal.container.spec.rollout;
	return outcome === 'NoDevices' ? misfitText(views) : `${newest.name}: no progress for ${progressDeadlineSeconds} s`;
}

function ready(reason: string, message: string): readonly ConditionWish[] {
	return [{type: 'Ready', status: 'True', reason, message}];
}

export function reconciling(reason: string, message: string): readonly ConditionWish[] {
	return [
		{type: 'Ready', status: 'False', reason, message}, {type: 'Reconciling', status: 'True', reason, message},
	];
}

export function stalled(reason: string, message: string): readonly ConditionWish[] {
	return [{type: 'Ready', status: 'False', reason, message}, {type: 'Stalled', status: 'True', reason, message}];
}

/**
 * More failures than the rollout would have allowed, after it was complete: Degraded. Ready goes only when more devices
 * are out of service than the strategy allows, or all of them: single devices come and go.
 */
function completeConditions({goal: {container}, views, counts, newest}: Course, text: string): readonly ConditionWish[] {
	const strategy = strategyOf(container, views, newest.name, false);
	if (counts.failed <= strategy.maxFailures) {
		return ready('RolloutComplete', text);
	}
	const reason = failureReason('TooManyFailures', views);
	const message = `${failureText(views)}; ${text}`;
	const degraded: ConditionWish = {type: 'Degraded', status: 'True', reason, message};
	const serves = counts.ready > 0 && counts.failed <= toleratedFailures(strategy, counts.matched);
	return serves
		? [...ready('RolloutComplete', text), degraded]
		: [{type: 'Ready', status: 'False', reason: 'Degraded', message}, degraded];
}

function progressText({decision: {wave, waves, outcome}, counts}: Course): string {
	const {matched, ready: readyCount, failed, asleep, late, lost, notFit} = counts;
	const parts = [
		...(outcome === 'Complete' ? [] : [`wave ${Math.min(wave + 1, waves)} of ${waves}`]),
		`${readyCount} of ${matched} devices Ready`,
		...(failed > 0 ? [`${failed} failed`] : []),
		...(late > 0 ? [`${late} late`] : []),
		...(lost > 0 ? [`${lost} lost`] : []),
		...(notFit > 0 ? [`${notFit} not fit`] : []),
		...(asleep > 0 ? [`${asleep} asleep`] : []),
	];
	return parts.join(', ');
}

/** Names the revision that failed, the device and the cause, and where devices go. */
function returnText(course: Course, cause: string): string {
	const {decision: {outcome}, goal, newest, views} = course;
	const failed = `${newest.name} failed: ${cause}`;
	if (!goal.back) {
		return `${failed}; ${progressText(course)}`;
	}
	const there = views.filter(({facts}) => facts.progress.kind === 'ready').length;
	const verb = outcome === 'RolledBack' ? 'back at' : outcome === 'Paused' ? 'paused on the way back to' : 'going back to';
	return `${failed}; ${verb} ${goal.revision.name}, ${there} of ${views.length} devices Ready with it`;
}

/** Devices match, and none can take it: for good, unless they only have to report first. */
function noDevices(views: readonly DeviceView[], text: string): readonly ConditionWish[] {
	const lasting = misfitText(views);
	return lasting === ''
		? reconciling(views.some(({fit}) => !fit.fits) ? 'NoInventory' : 'Cordoned', text)
		: stalled('NotFit', `${lasting}; ${text}`);
}

/** The first device that can't run it; empty when all others only have to report. */
function misfitText(views: readonly DeviceView[]): string {
	const [first] = views.flatMap(({device: {metadata: {name}}, fit}) =>
		(fit.fits || fit.reason === 'NoInventory' ? [] : [`${fit.reason} on ${name}: ${fit.message}`]));
	return first ?? '';
}
