import {isTrue} from '../conditions.ts';
import {counterOfReason, type CountInput} from '../counts.ts';
import type {EventSink} from '../events.ts';
import type {DeviceView} from './gather.ts';
import {courseNews} from './say.ts';
import type {Course} from './steer.ts';
import {groupEnds, groupFailures, groupMisfits, type FailureGroup} from './summary.ts';
import type {FemtoContainer, FemtoContainerStatus} from '../../protocol/generated/resources.ts';
import {findCondition} from '../../runtime/kube/conditions.ts';
import type {Condition} from '../../runtime/kube/types.ts';

/**
 * One event per change: a revision, the end of its rollout, a stop; and one per class of devices that can't run a
 * revision or failed with it, never one per device.
 */
export class Teller {
	readonly #events: EventSink;
	readonly #count: CountInput;
	/** What was told of each container, by uid: revision, reason and class. */
	readonly #told = new Map<string, Set<string>>();

	constructor(events: EventSink, count: CountInput) {
		this.#events = events;
		this.#count = count;
	}

	/** Says once why a container can't be run as declared, and counts what was wrong. */
	tellBlocked(container: FemtoContainer, status: FemtoContainerStatus): void {
		const news = newlyStalled(container, status);
		if (news === undefined) {
			return;
		}
		this.#events.record(container, 'Warning', news.reason, news.message);
		const counter = counterOfReason(news.reason);
		if (counter !== undefined) {
			this.#count(counter);
		}
	}

	tellRollout(container: FemtoContainer, status: FemtoContainerStatus, course: Course): void {
		const {newest: {name: revision, read}, newestViews, views, goal, attempt} = course;
		const before = container.status;
		if (before?.updatedRevision !== revision) {
			const {container: name, sequence} = read.statement;
			this.#events.record(container, 'Normal', 'NewRevision', `${revision}: statement ${sequence} of container ${name}`);
		}
		const key = `${revision}/${attempt.number}`;
		const known = this.#isKnown(container, status);
		const groups = [
			...groupsOf(key, newestViews),
			...(goal.back ? [
				...failureGroups(key, groupEnds(newestViews, {revision, attempt: attempt.number})),
				...groupsOf(`${goal.revision.name}/${goal.attempt}`, views),
			] : []),
		];
		for (const {reason, message} of groups.filter(group => this.#note(container, group) && !known)) {
			this.#events.record(container, 'Warning', reason, message);
		}
		if (course.justFailed && goal.back) {
			this.#events.record(container, 'Warning', 'RollingBack', courseNews(course));
		}
		this.#tellStalled(container, status, course);
		if (status.currentRevision === revision && before?.currentRevision !== revision) {
			this.#events.record(container, 'Normal', 'RolloutComplete', `${revision}: every wave has passed`);
		}
	}

	forget(uid: string): void {
		this.#told.delete(uid);
	}

	/** A controller before this one has told what its status counts. */
	#isKnown({metadata, status: before}: FemtoContainer, after: FemtoContainerStatus): boolean {
		const {updatedRevision, attempt, counts, failure} = after;
		return !this.#told.has(metadata.uid ?? '') && before?.updatedRevision === updatedRevision
			&& before?.attempt === attempt && before?.counts?.failed === counts?.failed
			&& before?.counts?.notFit === counts?.notFit && before?.failure?.reason === failure?.reason;
	}

	/** Whether it is new. */
	#note({metadata: {uid = ''}}: FemtoContainer, {key}: Pick<Group, 'key'>): boolean {
		const told = this.#told.get(uid) ?? new Set();
		this.#told.set(uid, told);
		return !told.has(key) && told.add(key).has(key);
	}

	/** Of one failed try each reason once, be it that another pass in between found something else to say. */
	#tellStalled(container: FemtoContainer, status: FemtoContainerStatus, course: Course): void {
		const {attempt: {failure}, decision: {outcome}, newestViews} = course;
		const reason = stalledReason(status);
		if (reason === undefined) {
			return;
		}
		const first = failure === undefined || this.#note(container, {key: `${failure.time}/${outcome}/${reason}`});
		const news = newlyStalled(container, status);
		if (news !== undefined && first && !isSameFailure(container.status, status, reason)) {
			this.#events.record(container, 'Warning', reason, newestViews.length === 0 ? news.message : courseNews(course));
		}
	}
}

function stalledReason({conditions}: FemtoContainerStatus): string | undefined {
	return isTrue(conditions, 'Stalled') ? findCondition(conditions, 'Stalled')?.reason : undefined;
}

/** Stalled for another reason than before, or with another spec. */
function newlyStalled({status: before}: FemtoContainer, {conditions}: FemtoContainerStatus): Condition | undefined {
	const old = findCondition(before?.conditions, 'Stalled');
	const stalled = findCondition(conditions, 'Stalled');
	const same = old?.reason === stalled?.reason && old?.observedGeneration === stalled?.observedGeneration;
	return same ? undefined : stalled;
}

/** The spec may change in what has nothing to do with it. */
function isSameFailure(before: FemtoContainerStatus | undefined, after: FemtoContainerStatus, reason: string): boolean {
	return after.failure !== undefined && before?.failure?.time === after.failure.time && stalledReason(before) === reason;
}

interface Group {
	readonly key: string;
	readonly reason: string;
	readonly message: string;
}

function groupsOf(key: string, views: readonly DeviceView[]): readonly Group[] {
	const misfits = groupMisfits(views).map(({key: group, deviceClass, fit, example}) => ({
		key: `${key}/${group}`, reason: 'NotFit',
		message: `${fit.reason} on ${deviceClass}, such as ${example}: ${fit.message}`,
	}));
	return [...misfits, ...failureGroups(key, groupFailures(views))];
}

function failureGroups(key: string, groups: readonly FailureGroup[]): readonly Group[] {
	return groups.map(({key: group, deviceClass, reason, message, example}) => ({
		key: `${key}/${group}`, reason, message: `${message} on ${deviceClass}, such as ${example}`,
	}));
}
