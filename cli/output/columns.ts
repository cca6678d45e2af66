import type {FemtoContainer, FemtoDevice, FemtoTenant} from '../../protocol/generated/resources.ts';
import type {KubeObject} from '../../runtime/kube/types.ts';
import {age, untilTime} from './age.ts';
import type {ShownKind} from './kinds.ts';
import {containerSummary, deviceSummary, tenantSummary} from './status.ts';
import type {Column} from './table.ts';

/** Columns of FemtoContainers: how far the rollout is, in numbers of devices; the reason last, since it has spaces. */
function containerColumns(nowMs: () => number): readonly Column<FemtoContainer>[] {
	return [
		{title: 'STATUS', value: (container) => containerSummary(container).word},
		{title: 'WAVE', value: ({status}) => status?.wave && `${status.wave.index}/${status.wave.of}`},
		{title: 'UPDATED', value: ({status}) => status?.counts?.updated},
		{title: 'READY', value: ({status}) => status?.counts?.ready},
		{title: 'FAILED', value: ({status}) => status?.counts?.failed},
		{title: 'ASLEEP', value: ({status}) => status?.counts?.asleep},
		{title: 'TOTAL', value: ({status}) => status?.counts?.matched},
		{title: 'LATE', wide: true, value: ({status}) => status?.counts?.late},
		{title: 'LOST', wide: true, value: ({status}) => status?.counts?.lost},
		{title: 'NOT-FIT', wide: true, value: ({status}) => status?.counts?.notFit},
		{title: 'CONTAINER', wide: true, value: ({status}) => status?.image?.container},
		{title: 'REVISION', wide: true, value: ({status}) => status?.updatedRevision},
		{title: 'DIGEST', wide: true, value: ({spec}) => shortDigest(spec.image.digest)},
		{title: 'AGE', value: ({metadata}) => age(metadata.creationTimestamp, nowMs())},
		{title: 'REASON', value: (container) => containerSummary(container).why},
	];
}

function deviceColumns(nowMs: () => number): readonly Column<FemtoDevice>[] {
	return [
		{title: 'CLASS', value: ({metadata}) => metadata.labels?.['class']},
		{title: 'STATUS', value: (device) => deviceSummary(device).word},
		{title: 'CONTAINERS', value: ({status}) => `${confirmed(status)}/${status?.assigned?.length ?? 0}`},
		{title: 'LAST-REPORT', value: ({status}) => status?.lastReportTime && age(status.lastReportTime, nowMs())},
		{title: 'BOARD', wide: true, value: ({status}) => status?.firmware?.board},
		{title: 'FIRMWARE', wide: true, value: ({status}) => status?.firmware?.version},
		{title: 'BRIDGE', wide: true, value: ({status}) => status?.bridge},
		{title: 'FREE-RAM', wide: true, value: ({status}) => status?.freeRamBytes},
		{title: 'FREE-FLASH', wide: true, value: ({status}) => status?.freeFlashBytes},
		{title: 'NEXT-REPORT', wide: true, value: ({status}) => status?.nextReportTime && untilTime(status.nextReportTime, nowMs())},
		{title: 'GENERATION', wide: true, value: ({status}) => `${status?.acceptedGeneration ?? 0}/${status?.desiredGeneration ?? 0}`},
		{title: 'AGE', value: ({metadata}) => age(metadata.creationTimestamp, nowMs())},
		{title: 'REASON', value: (device) => deviceSummary(device).why},
	];
}

function tenantColumns(nowMs: () => number): readonly Column<FemtoTenant>[] {
	return [
		{title: 'FOR-NAMESPACE', value: ({spec}) => spec.namespace},
		{title: 'STATUS', value: (tenant) => tenantSummary(tenant).word},
		{title: 'TENANT', wide: true, value: ({status}) => status?.grant?.tenant},
		{title: 'SEQUENCE', wide: true, value: ({status}) => status?.grant?.sequence},
		{title: 'KEYS', wide: true, value: ({status}) => status?.grant?.keys.length},
		{title: 'HOOKS', wide: true, value: ({status}) => status?.grant?.hooks.join(',')},
		{title: 'AGE', value: ({metadata}) => age(metadata.creationTimestamp, nowMs())},
		{title: 'REASON', value: (tenant) => tenantSummary(tenant).why},
	];
}

/** Confirmed ones, of those that are assigned. */
function confirmed(status: FemtoDevice['status']): number {
	const {assigned = [], containers = []} = status ?? {};
	return assigned.filter(({localId}) => containers.find((one) => one.localId === localId)?.state === 'Confirmed').length;
}

/** The first 12 hexadecimal digits: enough to tell two apart. */
export function shortDigest(digest: string): string {
	return digest.replace(/^sha256:/, '').slice(0, 12);
}

/** The columns of a kind after its name. `nowMs` is asked for each row. */
export function columnsOf(kind: ShownKind['kind'], nowMs: () => number): readonly Column<KubeObject>[] {
	// The kind says what the objects are: the API has checked them against its schema.
	switch (kind) {
		case 'FemtoContainer':
			return containerColumns(nowMs) as readonly Column<KubeObject>[];
		case 'FemtoDevice':
			return deviceColumns(nowMs) as readonly Column<KubeObject>[];
		case 'FemtoTenant':
			return tenantColumns(nowMs) as readonly Column<KubeObject>[];
	}
}
