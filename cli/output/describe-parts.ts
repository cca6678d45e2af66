import type {LabelSelector} from '../../protocol/generated/resources.ts';
import type {Conditions} from '../../runtime/kube/conditions.ts';
import type {CoreEvent} from '../../runtime/kube/event-recorder.ts';
import {formatSelector} from '../../runtime/kube/selectors.ts';
import type {ObjectMeta} from '../../runtime/kube/types.ts';
import {age} from './age.ts';
import type {Field} from './fields.ts';
import type {Summary} from './status.ts';
import {Table, type Column} from './table.ts';

/** What kubectl apply keeps for itself; it repeats the object. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** The head of every description. */
export function metadataFields(metadata: ObjectMeta, {word, why}: Summary, nowMs: number): readonly Field[] {
	const {name, namespace, labels, annotations, creationTimestamp, deletionTimestamp, generation} = metadata;
	const shown = Object.entries(annotations ?? {}).filter(([key]) => key !== lastApplied);
	return [
		['Name', name],
		...(namespace === undefined ? [] : [['Namespace', namespace] as const]),
		['Labels', pairs(labels)],
		['Annotations', pairs(Object.fromEntries(shown))],
		['Created', creationTimestamp && `${creationTimestamp} (${age(creationTimestamp, nowMs)} ago)`],
		...(deletionTimestamp === undefined ? [] : [['Deleting', `since ${age(deletionTimestamp, nowMs)}`] as const]),
		['Generation', generation],
		['Status', word],
		...(why === '' ? [] : [['Reason', why] as const]),
	];
}

/** Undefined for none. */
export function pairs(values: Readonly<Record<string, string | number>> | undefined): string | undefined {
	const texts = Object.entries(values ?? {}).map(([key, value]) => `${key}=${value}`);
	return texts.length === 0 ? undefined : texts.join(', ');
}

export function selectorText(selector: LabelSelector): string {
	const text = formatSelector(selector);
	return text === '' ? '<every device>' : text;
}

export function conditionsField(conditions: Conditions | undefined, nowMs: number): Field {
	return ['Conditions', tableField(conditions ?? [], [
		{title: 'TYPE', value: ({type}) => type},
		{title: 'STATUS', value: ({status}) => status},
		{title: 'SINCE', value: ({lastTransitionTime}) => age(lastTransitionTime, nowMs)},
		{title: 'REASON', value: ({reason}) => reason},
		{title: 'MESSAGE', value: ({message}) => message},
	])];
}

/** Oldest first, as kubectl has them. Undefined: they could not be read. */
export function eventsField(events: readonly CoreEvent[] | undefined, nowMs: number): Field {
	if (events === undefined) {
		return ['Events', '<not readable>'];
	}
	const ordered = events.toSorted((left, right) => (left.lastTimestamp < right.lastTimestamp ? -1 : 1));
	return ['Events', tableField(ordered, [
		{title: 'TYPE', value: ({type}) => type},
		{title: 'REASON', value: ({reason}) => reason},
		{title: 'AGE', value: (event) => eventAge(event, nowMs)},
		{title: 'FROM', value: ({source, reportingComponent}) => source?.component ?? reportingComponent},
		{title: 'MESSAGE', value: ({message}) => message},
	])];
}

function eventAge({firstTimestamp, lastTimestamp, count}: CoreEvent, nowMs: number): string {
	return count > 1
		? `${age(lastTimestamp, nowMs)} (x${count} over ${age(firstTimestamp, nowMs)})` : age(lastTimestamp, nowMs);
}

export function tableField<T>(rows: readonly T[], columns: readonly Column<T>[]): {readonly lines: readonly string[]} {
	return {lines: rows.length === 0 ? [] : new Table(columns).print(rows).trimEnd().split('\n')};
}
