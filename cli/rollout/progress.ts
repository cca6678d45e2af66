import type {FemtoContainer} from '../../protocol/generated/resources.ts';
import {findCondition} from '../../runtime/kube/conditions.ts';
import {trueCondition} from '../output/status.ts';

/** How far a rollout is: what `rollout status` says and whether it waits on. */
export interface Progress {
	readonly phase: 'Waiting' | 'Complete' | 'Failed';
	/** One CamelCase word. */
	readonly reason: string;
	/** One phrase. */
	readonly message: string;
}

/** Pure. A rollout on its way back still waits: it fails when it is back, and says from what. */
export function progressOf({metadata, status}: FemtoContainer): Progress {
	const {conditions} = status ?? {};
	if (metadata.deletionTimestamp !== undefined) {
		return {phase: 'Failed', reason: 'Terminating', message: 'it is being deleted'};
	}
	if (status?.observedGeneration !== metadata.generation) {
		return {phase: 'Waiting', reason: 'NotObserved', message: 'spec update to be observed'};
	}
	const ready = findCondition(conditions, 'Ready');
	const stalled = trueCondition(conditions, 'Stalled');
	if (stalled !== undefined) {
		return {phase: 'Failed', reason: stalled.reason, message: stalled.message};
	}
	const degraded = trueCondition(conditions, 'Degraded');
	if (ready?.status === 'True') {
		return {phase: 'Complete', reason: degraded?.reason ?? ready.reason, message: degraded?.message ?? ready.message};
	}
	if (degraded !== undefined) {
		return {phase: 'Failed', reason: degraded.reason, message: degraded.message};
	}
	const {reason = 'NotObserved', message = 'the controller to look at it'} = ready ?? {};
	return {phase: 'Waiting', reason, message};
}

/** The line that kubectl would print of a Deployment in this state; a failure comes after `error:`. */
export function progressLine(name: string, {phase, reason, message}: Progress): string {
	const subject = `femtocontainer "${name}"`;
	switch (phase) {
		case 'Complete':
			return `${subject} successfully rolled out`;
		case 'Failed':
			return reason === 'ProgressDeadlineExceeded'
				? `${subject} exceeded its progress deadline: ${message}` : `${subject} failed: ${reason}: ${message}`;
		case 'Waiting':
			if (reason === 'NotObserved') {
				return `Waiting for femtocontainer ${message}...`;
			}
			return `Waiting for ${subject} rollout to finish: ${reason === 'Progressing' ? '' : `${reason}: `}${message}...`;
	}
}

/** The same for programs. */
export function progressRecord({metadata, status}: FemtoContainer, progress: Progress): object {
	const {name, namespace, generation} = metadata;
	return {name, namespace, generation, ...progress, wave: status?.wave ?? null, counts: status?.counts ?? null};
}
