import {isTrue} from '../conditions.ts';
import type {EventSink} from '../events.ts';
import type {Rollout} from './status.ts';
import {groupFailures, groupMisfits} from './summary.ts';
import type {FemtoContainer, FemtoContainerStatus} from '../../protocol/generated/resources.ts';
import {findCondition} from '../../runtime/kube/conditions.ts';

/**
 * One event per change: a revision, the end of its rollout, a stop; and one per class of devices that can't run a
 * revision or failed with it, never one per device.
 */
export class Teller {
	readonly #events: EventSink;
	/** What was told of each container, by uid: revision, reason and class. */
	readonly #told = new Map<string, Set<string>>();

	constructor(events: EventSink) {
		this.#events = events;
	}

	tellBlocked(container: FemtoContainer, status: FemtoContainerStatus): void {
		this.#tellStalled(container, status);
	}

	tellRollout(container: FemtoContainer, status: FemtoContainerStatus, {revision, views}: Rollout): void {
		const before = container.status;
		if (before?.updatedRevision !== revision.name) {
			const {container: name, sequence} = revision.read.statement;
			const message = `${revision.name}: statement ${sequence} of container ${name}`;
			this.#events.record(container, 'Normal', 'NewRevision', message);
		}
		for (const {key, deviceClass, fit, example} of groupMisfits(views)) {
			const message = `${fit.reason} on ${deviceClass}, such as ${example}: ${fit.message}`;
			this.#once(container, `${revision.name}/${key}`, 'NotFit', message);
		}
		for (const {key, deviceClass, reason, message, example} of groupFailures(views)) {
			this.#once(container, `${revision.name}/${key}`, reason, `${message} on ${deviceClass}, such as ${example}`);
		}
		this.#tellStalled(container, status);
		if (status.currentRevision === revision.name && before?.currentRevision !== revision.name) {
			const message = findCondition(status.conditions, 'Ready')?.message ?? '';
			this.#events.record(container, 'Normal', 'RolloutComplete', `${revision.name}: ${message}`);
		}
	}

	forget(uid: string): void {
		this.#told.delete(uid);
	}

	#once(container: FemtoContainer, key: string, reason: string, message: string): void {
		const {uid = ''} = container.metadata;
		const told = this.#told.get(uid) ?? new Set();
		this.#told.set(uid, told);
		if (!told.has(key)) {
			told.add(key);
			this.#events.record(container, 'Warning', reason, message);
		}
	}

	#tellStalled(container: FemtoContainer, status: FemtoContainerStatus): void {
		const before = findCondition(container.status?.conditions, 'Stalled');
		const after = findCondition(status.conditions, 'Stalled');
		const same = before?.reason === after?.reason && before?.observedGeneration === after?.observedGeneration;
		if (after !== undefined && isTrue(status.conditions, 'Stalled') && !same) {
			this.#events.record(container, 'Warning', after.reason, after.message);
		}
	}
}
