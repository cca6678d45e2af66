import {shortTopicName} from '../../protocol/mqttsn/packet.ts';
import type {TopicIdType} from '../../protocol/mqttsn/packet.ts';
import {matches, predefinedId, predefinedName} from '../topics.ts';
import type {Session, TopicTable} from './state.ts';

export const emptyTopicTable: TopicTable = {
	byName: new Map(), byId: new Map(), known: new Set(), refused: new Set(),
};

export interface TopicRef {
	readonly topicIdType: TopicIdType;
	readonly topicId: number;
}

/** The table with an id for the name, known to the device if `known`; undefined when `max` names are given out. */
export function withTopic(
	table: TopicTable,
	name: string,
	{known, max}: {readonly known: boolean; readonly max: number},
): {readonly table: TopicTable; readonly id: number} | undefined {
	const id = table.byName.get(name) ?? table.byName.size + 1;
	if (id > max) {
		return undefined;
	}
	const isNew = !table.byName.has(name);
	return {
		id,
		table: {
			byName: isNew ? new Map(table.byName).set(name, id) : table.byName,
			byId: isNew ? new Map(table.byId).set(id, name) : table.byId,
			known: known && !table.known.has(id) ? new Set(table.known).add(id) : table.known,
			refused: table.refused,
		},
	};
}

export function withoutKnown(table: TopicTable, id: number): TopicTable {
	const known = new Set(table.known);
	known.delete(id);
	return {...table, known};
}

/** A device that connects has forgotten what it was told, but may still use what it was given. */
export function afterConnect(table: TopicTable): TopicTable {
	return {...table, known: new Set(), refused: new Set()};
}

/** The name a device means by an id; undefined when there is none. */
export function topicName(session: Session, type: TopicIdType, id: number): string | undefined {
	switch (type) {
		case 'normal':
			return session.topics.byId.get(id);
		case 'predefined':
			return predefinedName(session.config, session.clientId, id);
		case 'short':
			return shortTopicName(id);
	}
}

/**
 * How to tell the device of a message on this topic: as it subscribed to it, by an id it knows, or by a predefined one
 * when the filter is unknown here because the broker kept it. Undefined: it must be registered first.
 */
export function topicRef(session: Session, name: string): TopicRef | undefined {
	const filter = session.filters.get(name);
	if (filter !== undefined && filter.topicIdType !== 'normal') {
		return {topicIdType: filter.topicIdType, topicId: filter.topicId};
	}
	const id = session.topics.byName.get(name);
	if (id !== undefined && session.topics.known.has(id)) {
		return {topicIdType: 'normal', topicId: id};
	}
	const isNamed = [...session.filters].some(([text, {topicIdType}]) => topicIdType === 'normal' && matches(text, name));
	const predefined = isNamed ? undefined : predefinedId(session.config, session.clientId, name);
	return predefined === undefined ? undefined : {topicIdType: 'predefined', topicId: predefined};
}
