import type {
	FemtoContainer, FemtoContainerSpecRolloutWave, FemtoContainerStatusImage,
} from '../../protocol/generated/resources.ts';
import type {CoreEvent} from '../../runtime/kube/event-recorder.ts';
import {age, untilTime} from './age.ts';
import {conditionsField, eventsField, metadataFields, pairs, selectorText, tableField} from './describe-parts.ts';
import type {Field} from './fields.ts';
import {containerSummary} from './status.ts';

/** All there is to say of a FemtoContainer: what is wanted, what the author signed, how far it is, what happened. */
export function describeContainer(
	container: FemtoContainer, events: readonly CoreEvent[] | undefined, nowMs: number,
): readonly Field[] {
	const {metadata, status} = container;
	return [
		...metadataFields(metadata, containerSummary(container), nowMs),
		['Spec', specFields(container)],
		['Image (signed by the author)', status?.image === undefined ? [] : imageFields(status.image)],
		['Rollout', progressFields(container, nowMs)],
		conditionsField(status?.conditions, nowMs),
		['Devices not Ready (worst first, at most 10)', tableField(status?.devices ?? [], [
			{title: 'NAME', value: ({name}) => name},
			{title: 'REASON', value: ({reason}) => reason},
			{title: 'MESSAGE', value: ({message}) => message},
		])],
		eventsField(events, nowMs),
	];
}

function specFields({spec}: FemtoContainer): readonly Field[] {
	const {deviceSelector, image, hooks, parameters, limits, faultPolicy, readiness, minReadySeconds, rollout, paused} = spec;
	const hookTexts = hooks?.map(({name, order, parameters: values}) =>
		[name, `order ${order}`, pairs(values)].filter((text) => text !== undefined).join(' '));
	return [
		['Devices', selectorText(deviceSelector)],
		['Digest', image.digest],
		['ConfigMap', image.configMap.name],
		['Hooks', hookTexts?.join(', ') ?? '<every one of the statement>'],
		['Parameters', pairs(parameters)],
		['Instructions', limits?.instructionsPerRun === undefined ? '<as the statement says>' : `${limits.instructionsPerRun} a run`],
		['Faults', `${faultPolicy.action} after more than ${faultPolicy.maxFaults}`],
		['Readiness', `${readiness.minRuns ?? '<by hook>'} runs and ${minReadySeconds} s without a fault`],
		['Waves', rollout.waves.length === 0 ? 'all at once' : rollout.waves.map(waveText).join(', then ')],
		['Max Unavailable', rollout.maxUnavailable],
		['Max Failures', `${rollout.maxFailures}, then ${rollout.onFailure}`],
		['Deadline', `${rollout.progressDeadlineSeconds} s without progress`],
		['Paused', String(paused)],
	];
}

function waveText({count, percent, selector, soakSeconds}: FemtoContainerSpecRolloutWave): string {
	const who = count !== undefined ? String(count) : percent !== undefined ? `${percent} %` : selectorText(selector ?? {});
	return soakSeconds === 0 ? who : `${who} (soak ${soakSeconds} s)`;
}

function imageFields(image: FemtoContainerStatusImage): readonly Field[] {
	const {tenant, container, sequence, floor, imageDigest, imageSizeBytes, hooks, permissions, resources} = image;
	return [
		['Container', container],
		['Tenant', tenant],
		['Sequence', floor === undefined ? sequence : `${sequence}, nothing below ${floor} runs after it`],
		['Image', `${imageDigest}, ${imageSizeBytes} bytes`],
		['Hooks', hooks.join(', ')],
		['Permissions', permissions.length === 0 ? undefined : permissions.join(', ')],
		['Needs', `stack ${resources.stackBytes} bytes, data ${resources.dataBytes} bytes, `
			+ `at most ${resources.instructionsPerRun} instructions a run`],
	];
}

function progressFields({status}: FemtoContainer, nowMs: number): readonly Field[] {
	const {currentRevision, updatedRevision, attempt, failure, wave, lastProgressTime, counts} = status ?? {};
	const soaks = wave?.soakEndTime === undefined ? '' : `, soaks for ${untilTime(wave.soakEndTime, nowMs)}`;
	return [
		['Current', currentRevision],
		['Newest', updatedRevision],
		...(attempt === undefined ? [] : [['Attempt', attempt] as const]),
		...(failure === undefined ? [] : [['Failure', `${failure.revision}: ${failure.reason}: ${failure.message}`] as const]),
		['Wave', wave && `${wave.index} of ${wave.of}${soaks}`],
		['Progress', lastProgressTime && `${age(lastProgressTime, nowMs)} ago`],
		['Devices', counts && Object.entries(counts).map(([name, count]) => `${count} ${words[name] ?? name}`).join(', ')],
	];
}

const words: Readonly<Record<string, string>> = {matched: 'match', notFit: 'not fit'};
