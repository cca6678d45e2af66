import type {FemtoDevice, FemtoDeviceStatus, FemtoTenant} from '../../protocol/generated/resources.ts';
import type {CoreEvent} from '../../runtime/kube/event-recorder.ts';
import {age, untilTime} from './age.ts';
import {conditionsField, eventsField, metadataFields, selectorText, tableField} from './describe-parts.ts';
import type {Field} from './fields.ts';
import {deviceSummary, tenantSummary} from './status.ts';

/** All there is to say of a FemtoDevice: what it is, what it shall run, what it runs, what happened. */
export function describeDevice(device: FemtoDevice, events: readonly CoreEvent[] | undefined, nowMs: number): readonly Field[] {
	const {metadata, spec, status = {}} = device;
	return [
		...metadataFields(metadata, deviceSummary(device), nowMs),
		['Spec', [
			['Cordoned', String(spec.cordoned)],
			['Key Number', spec.keyNumber],
			['Wakes', spec.wakeIntervalSeconds === 0 ? 'always awake' : `each ${spec.wakeIntervalSeconds} s`],
		]],
		['Firmware', firmwareFields(status)],
		['Reports', reportFields(status, nowMs)],
		['Containers', tableField(containersOf(status), [
			{title: 'ID', value: ({id}) => id},
			{title: 'CONTAINER', value: ({name}) => name},
			{title: 'REVISION', value: ({revision}) => revision},
			{title: 'STATE', value: ({reported}) => reported?.state},
			{title: 'RUNS', value: ({reported}) => reported?.runs},
			{title: 'FAULTS', value: ({reported}) => reported?.faults},
			{title: 'LAST-FAULT', value: ({reported}) => reported?.lastFault && `${reported.lastFault.cause}@${reported.lastFault.pc}`},
			{title: 'REFUSED', value: ({refusal}) => refusal && refusalText(refusal)},
		])],
		['Counters', (status.counters ?? []).length === 0
			? undefined : status.counters?.map(({name, value}) => `${name}=${value}`).join(', ')],
		conditionsField(status.conditions, nowMs),
		eventsField(events, nowMs),
	];
}

function firmwareFields({firmware, hooks, helpers, ...status}: FemtoDeviceStatus): readonly Field[] {
	return firmware === undefined ? [] : [
		['Board', firmware.board],
		['Version', `${firmware.version}, build ${firmware.buildId}`],
		['Hooks', hooks?.join(', ')],
		['Helpers', helpers?.join(', ')],
		['Free', `${status.freeRamBytes ?? '?'} bytes of RAM, ${status.freeFlashBytes ?? '?'} bytes of flash`],
		['Limits', `${status.containersLimit ?? '?'} containers, datagrams of ${status.mtuBytes ?? '?'} bytes, `
			+ `documents of ${status.documentLimitBytes ?? '?'} bytes`],
	];
}

function reportFields(status: FemtoDeviceStatus, nowMs: number): readonly Field[] {
	const {report, bridge, lastReportTime, nextReportTime, desiredGeneration = 0, acceptedGeneration = 0} = status;
	return report === undefined ? [] : [
		['Last', lastReportTime && `${age(lastReportTime, nowMs)} ago, number ${report.sequence} of boot ${report.boot}`],
		['Next', nextReportTime && `${untilTime(nextReportTime, nowMs)}`],
		['Bridge', bridge],
		['Head', `${desiredGeneration} is published, ${acceptedGeneration} is accepted`],
	];
}

interface OnDevice {
	readonly id: number;
	readonly name: string | undefined;
	readonly revision: string | undefined;
	readonly reported: NonNullable<FemtoDeviceStatus['containers']>[number] | undefined;
	readonly refusal: Refusal | undefined;
}

type Refusal = NonNullable<FemtoDeviceStatus['refusals']>[number];

/** What is assigned, what is there, and what is refused, joined by local id. */
function containersOf({assigned = [], containers = [], refusals = []}: FemtoDeviceStatus): readonly OnDevice[] {
	const ids = new Set([...assigned, ...containers, ...refusals].map(({localId}) => localId));
	return [...ids].toSorted((left, right) => left - right).map((id) => {
		const entry = assigned.find(({localId}) => localId === id);
		return {
			id, revision: entry?.revision,
			name: id === 0 ? 'the document itself' : entry && `${entry.container.namespace}/${entry.container.name}`,
			reported: containers.find(({localId}) => localId === id), refusal: refusals.find(({localId}) => localId === id),
		};
	});
}

function refusalText({reason, instruction}: Refusal): string {
	return instruction === undefined ? reason : `${reason}@${instruction}`;
}

/** All there is to say of a FemtoTenant: which namespace, which devices, and what the fleet root signed. */
export function describeTenant(tenant: FemtoTenant, events: readonly CoreEvent[] | undefined, nowMs: number): readonly Field[] {
	const {metadata, spec, status} = tenant;
	const {grant} = status ?? {};
	return [
		...metadataFields(metadata, tenantSummary(tenant), nowMs),
		['Spec', [['Namespace', spec.namespace], ['Devices', selectorText(spec.deviceSelector)]]],
		['Grant (signed by the fleet root)', grant === undefined ? [] : [
			['Tenant', grant.tenant],
			['Namespace', grant.namespace],
			['Sequence', grant.sequence],
			['Keys', grant.keys.length === 0 ? '<none: revoked>' : grant.keys.join(', ')],
			['Hooks', grant.hooks.join(', ')],
			['Permissions', grant.permissions.join(', ')],
			['Quotas', `${grant.quotas.containers} containers, ${grant.quotas.ramBytes} bytes of RAM, `
				+ `${grant.quotas.instructionsPerRun} instructions a run, ${grant.quotas.keys} keys, on each device`],
		]],
		conditionsField(status?.conditions, nowMs),
		eventsField(events, nowMs),
	];
}
