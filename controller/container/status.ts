import {nextConditions, type ConditionWish} from '../conditions.ts';
import {helperNames, hookName} from '../fit.ts';
import {courseConditions} from './say.ts';
import type {Course} from './steer.ts';
import {sampleDevices} from './summary.ts';
import {bytesToHex} from '../../protocol/crypto.ts';
import type {
	FemtoContainer, FemtoContainerStatus, FemtoContainerStatusImage,
} from '../../protocol/generated/resources.ts';
import type {Statement} from '../../protocol/statement.ts';
import {formatTime} from '../../runtime/clock.ts';

/** Status of a container that can't be run as declared: what was known of an earlier revision stays. */
export function blockedStatus(
	{metadata, status}: FemtoContainer, conditions: readonly ConditionWish[], nowMs: number,
): FemtoContainerStatus {
	const observedGeneration = metadata.generation ?? 0;
	return {
		...status, observedGeneration,
		conditions: nextConditions(status?.conditions, conditions, observedGeneration, nowMs),
	};
}

/** Status of a rollout under way or over. `conditions`: said instead of what the course would say. */
export function rolloutStatus(
	container: FemtoContainer, course: Course, nowMs: number, conditions?: readonly ConditionWish[],
): FemtoContainerStatus {
	const {attempt, decision, newest, counts, lastProgressMs, views} = course;
	const before = container.status ?? {};
	const observedGeneration = container.metadata.generation ?? 0;
	const current = decision.outcome === 'Complete' ? newest.name : before.currentRevision;
	const previous = current === before.currentRevision ? before.previousRevision : before.currentRevision;
	return {
		observedGeneration,
		conditions: nextConditions(before.conditions, conditions ?? courseConditions(course, nowMs), observedGeneration, nowMs),
		image: describeStatement(newest.read.statement),
		...(current === undefined ? {} : {currentRevision: current}),
		...(previous === undefined ? {} : {previousRevision: previous}),
		updatedRevision: newest.name,
		...(attempt.number === 0 ? {} : {attempt: attempt.number}),
		...(attempt.retry === undefined ? {} : {retry: attempt.retry}),
		...(attempt.failure === undefined ? {} : {failure: attempt.failure}),
		wave: {
			index: Math.min(decision.wave + 1, decision.waves), of: decision.waves,
			...(decision.nextMs === undefined ? {} : {soakEndTime: formatTime(decision.nextMs)}),
		},
		lastProgressTime: formatTime(lastProgressMs),
		counts,
		devices: sampleDevices(views),
	};
}

function describeStatement(statement: Statement): FemtoContainerStatusImage {
	const {tenant, container, sequence, floor, imageDigest, imageBytes, hooks, permissions, resources} = statement;
	const {stackBytes, dataBytes, instructionsPerRun} = resources;
	return {
		tenant, container, sequence,
		...(floor === undefined ? {} : {floor}),
		imageDigest: `sha256:${bytesToHex(imageDigest)}`,
		imageSizeBytes: imageBytes,
		hooks: hooks.map(hookName),
		permissions: helperNames(permissions),
		resources: {stackBytes, dataBytes, instructionsPerRun},
	};
}
