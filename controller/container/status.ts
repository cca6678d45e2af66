import {nextConditions, type ConditionWish} from '../conditions.ts';
import {helperNames, hookName} from '../fit.ts';
import type {RolloutDecision} from '../rollout/decide.ts';
import type {DeviceView} from './gather.ts';
import type {Revision} from './revision.ts';
import {countDevices, rolloutConditions, sampleDevices} from './summary.ts';
import {bytesToHex} from '../../protocol/crypto.ts';
import type {
	FemtoContainer, FemtoContainerStatus, FemtoContainerStatusCounts, FemtoContainerStatusImage,
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

export interface Rollout {
	readonly revision: Revision;
	readonly views: readonly DeviceView[];
	readonly decision: RolloutDecision;
	/** Said instead of what the decision would say. */
	readonly conditions?: readonly ConditionWish[];
	readonly nowMs: number;
}

export interface RolloutStatus {
	readonly status: FemtoContainerStatus;
	/** When the progress deadline passes, milliseconds since the epoch. */
	readonly deadlineMs: number | undefined;
}

/** Status of a rollout under way or over. */
export function rolloutStatus(container: FemtoContainer, rollout: Rollout): RolloutStatus {
	const {revision, views, decision, nowMs} = rollout;
	const before = container.status ?? {};
	const counts = countDevices(views, revision.name);
	const lastProgressTime = progressTime(before, revision.name, counts, nowMs);
	const deadlineMs = Date.parse(lastProgressTime) + container.spec.rollout.progressDeadlineSeconds * 1000;
	const completed = before.currentRevision === revision.name;
	const counting = decision.outcome === 'Progressing' && !completed;
	const wishes = rollout.conditions ?? rolloutConditions(decision, views, counts, counting && nowMs >= deadlineMs);
	const observedGeneration = container.metadata.generation ?? 0;
	const current = decision.outcome === 'Complete' ? revision.name : before.currentRevision;
	const status: FemtoContainerStatus = {
		observedGeneration,
		conditions: nextConditions(before.conditions, wishes, observedGeneration, nowMs),
		image: describeStatement(revision.read.statement),
		...(current === undefined ? {} : {currentRevision: current}),
		updatedRevision: revision.name,
		wave: {
			index: Math.min(decision.wave + 1, decision.waves), of: decision.waves,
			...(decision.nextMs === undefined ? {} : {soakEndTime: formatTime(decision.nextMs)}),
		},
		lastProgressTime,
		counts,
		devices: sampleDevices(views),
	};
	return {status, deadlineMs: counting && nowMs < deadlineMs ? deadlineMs : undefined};
}

/** A rollout moves forward when it begins, when a device takes the revision, and when one comes to an end with it. */
function progressTime(
	before: FemtoContainerStatus, revision: string, counts: FemtoContainerStatusCounts, nowMs: number,
): string {
	const {updatedRevision, lastProgressTime, counts: old} = before;
	const moved = updatedRevision !== revision || old === undefined || counts.updated > old.updated
		|| counts.ready > old.ready || counts.failed > old.failed;
	return moved || lastProgressTime === undefined ? formatTime(nowMs) : lastProgressTime;
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
