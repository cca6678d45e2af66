import {isTrue} from '../conditions.ts';
import {counterOfReason, type CountInput} from '../counts.ts';
import type {EventSink} from '../events.ts';
import type {DeviceView} from './gather.ts';
import type {Course} from './steer.ts';
import {groupFailures, groupMisfits} from './summary.ts';
import type {FemtoContainer, FemtoContainerStatus} from '../../protocol/generated/resources.ts';
import {findCondition} from '../../runtime/kube/conditions.ts';

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
		const reason = this.#tellStalled(container, status);
		const counter = reason === undefined ? undefined : counterOfReason(reason);
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
		const known = this.#isKnown(container, status);
		const groups = [
			...groupsOf(`${revision}/${attempt.number}`, newestViews),
			...(goal.back ? groupsOf(`${goal.revision.name}/${goal.attempt}`, views) : []),
		];
		for (const {reason, message} of groups.filter(group => this.#note(container, group) && !known)) {
			this.#events.record(container, 'Warning', reason, message);
		}
		if (course.justFailed && goal.back) {
			this.#events.record(container, 'Warning', 'RollingBack', findCondition(status.conditions, 'Ready')?.message ?? '');
		}
		this.#tellStalled(container, status);
		if (status.currentRevision === revision && before?.currentRevision !== revision) {
			const message = findCondition(status.conditions, 'Ready')?.message ?? '';
			this.#events.record(container, 'Normal', 'RolloutComplete', `${revision}: ${message}`);
		}
	}

	forget(uid: string): void {
		this.#told.delete(uid);
	}

	/** A controller before this one has told what its status counts. */
	#isKnown({metadata, status: before}: FemtoContainer, {updatedRevision, attempt, counts}: FemtoContainerStatus): boolean {
		return !this.#told.has(metadata.uid ?? '') && before?.updatedRevision === updatedRevision
			&& before?.attempt === attempt && before?.counts?.failed === counts?.failed
			&& before?.counts?.notFit === counts?.notFit;
	}

	/** Whether it is new. */
	#note({metadata: {uid = ''}}: FemtoContainer, {key}: Group): boolean {
		const told = this.#told.get(uid) ?? new Set();
		this.#told.set(uid, told);
		return !told.has(key) && told.add(key).has(key);
	}

	/** The reason, when it is a new one. */
	#tellStalled(container: FemtoContainer, status: FemtoContainerStatus): string | undefined {
		const before = findCondition(container.status?.conditions, 'Stalled');
		const after = findCondition(status.conditions, 'Stalled');
		const same = before?.reason === after?.reason && before?.observedGeneration === after?.observedGeneration;
		if (after === undefined || !isTrue(status.conditions, 'Stalled') || same) {
			return undefined;
		}
		this.#events.record(container, 'Warning', after.reason, after.message);
		return after.reason;
	}
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
	const failures = groupFailures(views).map(({key: group, deviceClass, reason, message, example}) => ({
		key: `${key}/${group}`, reason, message: `${message} on ${deviceClass}, such as ${example}`,
	}));
	return [...misfits, ...failures];
}
