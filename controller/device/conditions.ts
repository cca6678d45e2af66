import type {ConditionWish} from '../conditions.ts';
import type {Assigned} from './assign.ts';
import {judgeAssigned} from './judge.ts';
import type {Liveness} from './liveness.ts';
import type {FemtoDeviceStatus} from '../../protocol/generated/resources.ts';

export interface DeviceFacts {
	readonly status: FemtoDeviceStatus;
	readonly assigned: readonly Assigned[];
	readonly liveness: Liveness['kind'];
	readonly wakeIntervalSeconds: number;
	/** Why what is assigned can't be put into a document; undefined when it can. */
	readonly blocked: string | undefined;
}

/** The conditions of a device: Ready, Asleep, Lost, always all of them, with words that change only with the facts. */
export function deviceConditions(facts: DeviceFacts): readonly ConditionWish[] {
	return [readyCondition(facts), asleepCondition(facts), lostCondition(facts)];
}

function readyCondition({status, assigned, liveness, blocked}: DeviceFacts): ConditionWish {
	const type = 'Ready';
	if (status.report === undefined) {
		return {type, status: 'Unknown', reason: 'NeverReported', message: 'no report of the device has come yet'};
	}
	if (liveness === 'lost') {
		return {type, status: 'Unknown', reason: 'Lost', message: 'the device missed three reports'};
	}
	if (blocked !== undefined) {
		return {type, status: 'False', reason: 'DocumentBlocked', message: blocked};
	}
	const fates = assigned.map(entry => ({entry, fate: judgeAssigned(entry, status)}));
	for (const {entry, fate} of fates) {
		if (fate.kind === 'failed') {
			const message = `${entry.container.namespace}/${entry.container.name}: ${fate.message}`;
			return {type, status: 'False', reason: fate.reason, message};
		}
	}
	if (assigned.length === 0) {
		return {type, status: 'True', reason: 'NothingAssigned', message: 'no container is assigned'};
	}
	return fates.every(({fate}) => fate.kind === 'ready')
		? {type, status: 'True', reason: 'ContainersReady', message: 'every assigned container is Ready'}
		: {type, status: 'False', reason: 'Updating', message: 'not every assigned container is Ready yet'};
}

function asleepCondition({liveness, wakeIntervalSeconds}: DeviceFacts): ConditionWish {
	const type = 'Asleep';
	if (wakeIntervalSeconds === 0) {
		return {type, status: 'False', reason: 'AlwaysAwake', message: 'spec.wakeIntervalSeconds is 0'};
	}
	return liveness === 'lost'
		? {type, status: 'False', reason: 'Lost', message: 'the device missed its reports'}
		: {type, status: 'True', reason: 'WakesByInterval', message: `sleeps ${wakeIntervalSeconds} s at a time`};
}

function lostCondition({status, liveness}: DeviceFacts): ConditionWish {
	const type = 'Lost';
	if (status.report === undefined) {
		return {type, status: 'False', reason: 'NeverReported', message: 'no report of the device has come yet'};
	}
	switch (liveness) {
		case 'onTime':
			return {type, status: 'False', reason: 'Reporting', message: 'reports come in time'};
		case 'late':
			return {type, status: 'Unknown', reason: 'ReportLate', message: 'the report is overdue by half its interval'};
		case 'lost':
			return {type, status: 'True', reason: 'NoReport', message: 'three reports in a row are missing'};
	}
}
