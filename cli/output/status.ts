import type {FemtoContainer, FemtoDevice, FemtoTenant} from '../../protocol/generated/resources.ts';
import {findCondition, type Conditions} from '../../runtime/kube/conditions.ts';

/** State of an object in one word, and why in one phrase: empty while there is nothing to say. */
export interface Summary {
	readonly word: string;
	readonly why: string;
}

/** Where a FemtoContainer stands: Pending until the controller has looked at its newest spec. */
export function containerSummary({metadata, status}: FemtoContainer): Summary {
	const {conditions} = status ?? {};
	if (metadata.deletionTimestamp !== undefined) {
		return {word: 'Terminating', why: ''};
	}
	if (status?.observedGeneration !== metadata.generation) {
		return {word: 'Pending', why: 'the controller has not looked at the newest spec yet'};
	}
	const stalled = trueCondition(conditions, 'Stalled');
	if (stalled !== undefined) {
		return {word: 'Stalled', why: `${stalled.reason}: ${stalled.message}`};
	}
	const degraded = trueCondition(conditions, 'Degraded');
	if (degraded !== undefined) {
		return {word: 'Degraded', why: `${degraded.reason}: ${degraded.message}`};
	}
	const reconciling = trueCondition(conditions, 'Reconciling');
	if (reconciling !== undefined) {
		// Progressing and Soaking only repeat the columns.
		const {reason, message} = reconciling;
		return {word: reason, why: reason === 'Progressing' || reason === 'Soaking' ? '' : message};
	}
	return readiness(conditions);
}

/** Where a FemtoDevice stands. One that sleeps as expected and has what it should is Ready, and said to sleep. */
export function deviceSummary({metadata, spec, status}: FemtoDevice): Summary {
	const {conditions} = status ?? {};
	const {word, why} = metadata.deletionTimestamp === undefined
		? trueCondition(conditions, 'Lost') === undefined
			? readiness(conditions)
			: {word: 'Lost', why: 'three reports in a row are missing'}
		: {word: 'Terminating', why: ''};
	const late = findCondition(conditions, 'Lost')?.reason === 'ReportLate' ? ['Late'] : [];
	const asleep = trueCondition(conditions, 'Asleep') === undefined ? [] : ['Asleep'];
	return {word: [word, ...late, ...asleep, ...(spec.cordoned ? ['Cordoned'] : [])].join(','), why};
}

export function tenantSummary({metadata, status}: FemtoTenant): Summary {
	return metadata.deletionTimestamp === undefined ? readiness(status?.conditions) : {word: 'Terminating', why: ''};
}

function readiness(conditions: Conditions | undefined): Summary {
	const ready = findCondition(conditions, 'Ready');
	switch (ready?.status) {
		case 'True':
			return {word: 'Ready', why: ''};
		case 'False':
			return {word: 'NotReady', why: `${ready.reason}: ${ready.message}`};
		case 'Unknown':
			return {word: 'Unknown', why: `${ready.reason}: ${ready.message}`};
		case undefined:
			return {word: 'Pending', why: 'the controller has not looked at it yet'};
	}
}

export function trueCondition(conditions: Conditions | undefined, type: string): Conditions[number] | undefined {
	const condition = findCondition(conditions, type);
	return condition?.status === 'True' ? condition : undefined;
}
