import type {FemtoContainer, FemtoDevice} from '../../../protocol/generated/resources.ts';
import {matchesRequirements, requirementsOf} from '../../../runtime/kube/selectors.ts';
import {containerRow, type ContainerRow} from './container-row.ts';
import {deviceRow, type DeviceRow} from './device-row.ts';
import {eventRow, type EventRow} from './event-row.ts';
import {parseFilter, type Filter} from './filter.ts';
import type {Fleet} from './fleet.ts';
import {memo} from './memo.ts';
import type {ListScreen, LogScreen, State} from './state.ts';
import type {LogLine} from '../interfaces.ts';

export type Row = ContainerRow | DeviceRow | EventRow;

/** The parsed filter of a screen. */
export const filterOf: (text: string) => Filter = memo(parseFilter);

/** FemtoContainers by namespace and name. */
export function containerRows({fleet}: State, {filter}: ListScreen): readonly ContainerRow[] {
	return filteredContainers(sortedContainers(fleet.containers), filterOf(filter));
}

/** Devices, the worst first, those alike by name: of one FemtoContainer, or all. */
export function deviceRows({fleet}: State, {container, filter}: ListScreen): readonly DeviceRow[] {
	const object = container === undefined ? undefined : fleet.containers.get(container);
	return filteredDevices(sortedDevices(fleet.devices, container, object), filterOf(filter));
}

/** Events, the newest first. */
export function eventRows({fleet}: State, {filter, container}: ListScreen): readonly EventRow[] {
	return filteredEvents(sortedEvents(fleet.events), filterOf(filter), container);
}

/** Those of a pane below a list. */
export function paneEvents({events}: Pick<Fleet, 'events'>, container: string | undefined): readonly EventRow[] {
	return eventsInPane(sortedEvents(events), everyEvent, container);
}

export function logRows({lines, filter}: LogScreen): readonly LogLine[] {
	return filter === '' ? lines : filteredLogs(lines, filterOf(filter));
}

export function listRows(state: State, screen: ListScreen): readonly Row[] {
	switch (screen.kind) {
		case 'containers':
			return containerRows(state, screen);
		case 'devices':
			return deviceRows(state, screen);
		case 'events':
			return eventRows(state, screen);
	}
}

/** Where the chosen row stands; -1 in an empty list. A row that went away leaves its place to the next. */
export function chosenIndex(rows: readonly {readonly key: string}[], {cursor, index}: ListScreen): number {
	if (cursor === undefined) return rows.length > 0 ? 0 : -1;
	if (rows[index]?.key === cursor) return index;
	const found = rows.findIndex(({key}) => key === cursor);
	return found >= 0 ? found : Math.min(index, rows.length - 1);
}

const sortedContainers = memo((containers: Fleet['containers']): readonly ContainerRow[] =>
	Array.from(containers.values(), containerRow).toSorted((left, right) => compare(left.key, right.key)));

const filteredContainers = memo((rows: readonly ContainerRow[], filter: Filter) => rows.filter(filter.matches));

const sortedDevices = memo((
	devices: Fleet['devices'], key: string | undefined, container: FemtoContainer | undefined,
): readonly DeviceRow[] => {
	const concerns = key === undefined ? () => true : concernedBy(key, container);
	const rows: DeviceRow[] = [];
	for (const device of devices.values()) {
		if (concerns(device)) rows.push(deviceRow(device, key));
	}
	return rows.sort((left, right) => left.rank - right.rank || compare(left.key, right.key));
});

/** Whether a device has the container assigned, or is selected by it. */
function concernedBy(key: string, container: FemtoContainer | undefined): (device: FemtoDevice) => boolean {
	const requirements = container === undefined ? undefined : requirementsOf(container.spec.deviceSelector);
	return ({metadata, status}) =>
		status?.assigned?.some(({container: {namespace, name}}) => `${namespace}/${name}` === key) === true
		|| (requirements !== undefined && matchesRequirements(requirements, metadata.labels));
}

const filteredDevices = memo((rows: readonly DeviceRow[], filter: Filter) => rows.filter(filter.matches));

const sortedEvents = memo((events: Fleet['events']): readonly EventRow[] =>
	Array.from(events.values(), eventRow).toSorted((left, right) => right.lastMs - left.lastMs || compare(left.key, right.key)));

const everyEvent = parseFilter('');
const filteredEvents = memo(selectEvents);
const eventsInPane = memo(selectEvents);

function selectEvents(rows: readonly EventRow[], filter: Filter, container: string | undefined): readonly EventRow[] {
	return rows.filter((row) => filter.matches(row) && (container === undefined || row.object === container));
}

const filteredLogs = memo((lines: readonly LogLine[], filter: Filter) =>
	lines.filter(({device, container, text}) => filter.matches({text: `${device} ${container} ${text}`, labels: {}})));

function compare(left: string, right: string): number {
	return left < right ? -1 : left > right ? 1 : 0;
}
