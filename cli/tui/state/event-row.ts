import type {CoreEvent} from '../../../runtime/kube/event-recorder.ts';
import {parseTime} from '../../../runtime/clock.ts';
import {memoOf} from './memo.ts';
import type {Subject} from './state.ts';

export interface EventRow {
	/** `namespace/name` of the Event. */
	readonly key: string;
	readonly lastMs: number;
	readonly isWarning: boolean;
	readonly reason: string;
	/** `namespace/name` or `name` of what it is about. */
	readonly object: string;
	/** Undefined when it is about something without a view. */
	readonly subject: Subject | undefined;
	readonly message: string;
	readonly count: number;
	readonly labels: Readonly<Record<string, string>>;
	/** What a filter looks at. */
	readonly text: string;
}

export const eventRow: (event: CoreEvent) => EventRow = memoOf((event) => {
	const {metadata, involvedObject: {kind, namespace = '', name}, reason, message, type} = event;
	const object = namespace === '' || kind === 'FemtoDevice' ? name : `${namespace}/${name}`;
	return {
		key: `${metadata.namespace ?? ''}/${metadata.name}`,
		lastMs: parseTime(event.lastTimestamp ?? metadata.creationTimestamp) ?? 0,
		isWarning: type === 'Warning',
		reason,
		object,
		subject: kind === 'FemtoContainer' || kind === 'FemtoDevice' ? {kind, key: object} : undefined,
		message,
		count: event.count ?? 1,
		labels: metadata.labels ?? {},
		text: `${object} ${type} ${reason} ${message}`,
	};
});
