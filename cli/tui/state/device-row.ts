import type {FemtoDevice, FemtoDeviceAssignment, FemtoDeviceStatus} from '../../../protocol/generated/resources.ts';
import {findCondition} from '../../../runtime/kube/conditions.ts';
import {parseTime} from '../../../runtime/clock.ts';
import {fateOf, type Fate} from './fate.ts';
import type {Mark} from './mark.ts';

/** A FemtoDevice as a list shows it, seen from one FemtoContainer or as a whole. */
export interface DeviceRow {
	/** Name of the FemtoDevice. */
	readonly key: string;
	/** Worst first: the lower, the more it needs a look. */
	readonly rank: number;
	readonly mark: Mark;
	/** Of the device. */
	readonly word: 'Awake' | 'Asleep' | 'Late' | 'Lost' | 'New';
	/** Of the container on it; `2/3` of all when seen as a whole. */
	readonly container: string;
	/** `12`, or `11→12` while the newest head is not accepted. */
	readonly generation: string;
	/** Last part of its name. */
	readonly revision: string;
	readonly faults: number;
	readonly bridge: string;
	readonly lastReportMs: number | undefined;
	/** One phrase; empty when all is as it should be. */
	readonly reason: string;
	readonly labels: Readonly<Record<string, string>>;
	/** What a filter looks at. */
	readonly text: string;
}

interface Verdict {
	readonly rank: number;
	readonly mark: Mark;
	readonly reason: string;
}

const known = new WeakMap<FemtoDevice, Map<string, DeviceRow>>();

/** The row of a device for the container `key`, or for all of its containers; computed once per version of the object. */
export function deviceRow(device: FemtoDevice, key: string | undefined): DeviceRow {
	let rows = known.get(device);
	if (rows === undefined) known.set(device, rows = new Map());
	const old = rows.get(key ?? '');
	if (old !== undefined) return old;
	const row = makeRow(device, key);
	rows.set(key ?? '', row);
	return row;
}

function makeRow(device: FemtoDevice, key: string | undefined): DeviceRow {
	const {metadata: {name, labels = {}}, status = {}} = device;
	const assigned = (status.assigned ?? []).filter((entry) => key === undefined || keyOf(entry) === key);
	const fates = assigned.map((entry) => fateOf(entry, status));
	const word = wordOf(status);
	const verdict = judge(device, word, fates, key === undefined ? 'nothing assigned' : 'not assigned');
	const ids = new Set(assigned.map(({localId}) => localId));
	const found = (status.containers ?? []).filter(({localId}) => ids.has(localId));
	const container = key === undefined ? countText(fates) : fates[0]?.word ?? '–';
	return {
		key: name,
		...verdict,
		word,
		container,
		generation: generationText(status),
		revision: assigned.length === 1 ? assigned[0]?.revision.split('-').at(-1) ?? '' : '',
		faults: found.reduce((sum, {faults}) => sum + faults, 0),
		bridge: status.bridge ?? '',
		lastReportMs: parseTime(status.lastReportTime),
		labels,
		text: `${name} ${word} ${container} ${verdict.reason} ${status.bridge ?? ''}`,
	};
}

/** Failed, lost, late, on its way, not started, asleep, good. */
function judge(device: FemtoDevice, word: DeviceRow['word'], fates: readonly Fate[], idle: string): Verdict {
	const {status, spec} = device;
	const failed = fates.find(({kind}) => kind === 'failed');
	if (failed !== undefined) return {rank: 0, mark: 'bad', reason: failed.reason};
	if (word === 'Lost') return {rank: 1, mark: 'bad', reason: `missed three reports${dueText(status)}`};
	const ready = findCondition(status?.conditions, 'Ready');
	if (ready?.reason === 'DocumentBlocked') return {rank: 1, mark: 'bad', reason: ready.message};
	if (word === 'Late') return {rank: 2, mark: 'warning', reason: `its report is late${dueText(status)}`};
	const working = fates.find(({kind}) => kind === 'working');
	if (working !== undefined) return {rank: 3, mark: 'busy', reason: working.reason};
	if (word === 'New') return {rank: 4, mark: 'unknown', reason: 'no report of it has come yet'};
	if (fates.length === 0) return {rank: 5, mark: 'waiting', reason: spec.cordoned ? 'cordoned' : idle};
	return {rank: word === 'Asleep' ? 6 : 7, mark: 'good', reason: ''};
}

function wordOf(status: FemtoDeviceStatus): DeviceRow['word'] {
	if (status.report === undefined && status.lastReportTime === undefined) return 'New';
	const lost = findCondition(status.conditions, 'Lost')?.status;
	if (lost === 'True') return 'Lost';
	if (lost === 'Unknown') return 'Late';
	return findCondition(status.conditions, 'Asleep')?.status === 'True' ? 'Asleep' : 'Awake';
}

function countText(fates: readonly Fate[]): string {
	return fates.length === 0 ? '–' : `${fates.filter(({kind}) => kind === 'ready').length}/${fates.length}`;
}

function generationText({desiredGeneration = 0, acceptedGeneration = 0}: FemtoDeviceStatus): string {
	return desiredGeneration === acceptedGeneration ? `${desiredGeneration}` : `${acceptedGeneration}→${desiredGeneration}`;
}

function dueText(status: FemtoDeviceStatus | undefined): string {
	const due = status?.nextReportTime;
	return due === undefined ? '' : `, the next was due ${due.slice(11, 19)} UTC`;
}

function keyOf({container: {namespace, name}}: FemtoDeviceAssignment): string {
	return `${namespace}/${name}`;
}
