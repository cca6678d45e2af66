import {emptyLine, line, span, type Line} from '../line.ts';
import {listLayout, scrollTo} from '../state/layout.ts';
import {linkOf} from '../state/link.ts';
import {chosenIndex, containerRows, deviceRows, eventRows, paneEvents} from '../state/select.ts';
import type {ListScreen, State} from '../state/state.ts';
import {wrap} from '../text.ts';
import {arrange, headLine, rowLine, type Column} from './columns.ts';
import {containerDetail, deviceDetail} from './detail.ts';
import {containerColumns, deviceColumns, eventColumns, gapOf} from './lists.ts';
import {rule} from './rule.ts';

/** What stands between title and footer of a list. */
export function drawList(state: State, screen: ListScreen): readonly Line[] {
	switch (screen.kind) {
		case 'containers':
			return drawContainers(state, screen);
		case 'devices':
			return drawDevices(state, screen);
		case 'events':
			return drawEvents(state, screen);
	}
}

function drawContainers(state: State, screen: ListScreen): readonly Line[] {
	const rows = containerRows(state, screen);
	const columns = containerColumns(rows, state.size.columns);
	const list = listLines(state, screen, rows, columns);
	const {detail, events} = listLayout(state.size, screen.kind, rows.length);
	const chosen = rows[chosenIndex(rows, screen)];
	return [...list, ...containerDetail(chosen, detail, state.size.columns), ...eventLines(state, undefined, events)];
}

function drawDevices(state: State, screen: ListScreen): readonly Line[] {
	const rows = deviceRows(state, screen);
	const columns = deviceColumns(rows, state.size.columns, state.nowMs, screen.container !== undefined);
	const {detail, events} = listLayout(state.size, screen.kind, rows.length);
	const chosen = rows[chosenIndex(rows, screen)];
	const told = chosen === undefined || screen.container === undefined ? undefined
		: state.fleet.containers.get(screen.container)?.status?.devices?.find(({name}) => name === chosen.key);
	return [
		...listLines(state, screen, rows, columns),
		...deviceDetail(chosen, told, detail, state),
		...eventLines(state, screen.container, events),
	];
}

function drawEvents(state: State, screen: ListScreen): readonly Line[] {
	const rows = eventRows(state, screen);
	return listLines(state, screen, rows, eventColumns(rows.slice(0, 200), state.size.columns, state.nowMs));
}

/** Column heads and the rows in the window. Nothing is made for rows outside of it. */
function listLines<Row extends {readonly key: string}>(
	state: State, screen: ListScreen, rows: readonly Row[], wanted: readonly Column<Row>[],
): readonly Line[] {
	const {columns} = state.size;
	const gap = gapOf(columns);
	const arranged = arrange(wanted, columns, gap);
	const {list} = listLayout(state.size, screen.kind, rows.length);
	const index = chosenIndex(rows, screen);
	const top = scrollTo(screen.top, Math.max(0, index), rows.length, list);
	const window = rows.slice(top, top + list).map((row, offset) => rowLine(arranged, row, gap, top + offset === index));
	const body = rows.length === 0 ? emptyLines(state, screen, list) : window;
	return [headLine(arranged, gap), ...body, ...Array.from({length: Math.max(0, list - body.length)}, () => emptyLine)];
}

/** Why there is nothing to see. */
function emptyLines(state: State, {kind, filter}: ListScreen, height: number): readonly Line[] {
	const {links, nowMs, options: {title}} = state;
	const link = linkOf(links, nowMs);
	const own = links[kind];
	const say = (text: string, tone: 'dim' | 'bad'): readonly Line[] =>
		[emptyLine, ...wrap(text, state.size.columns - 4).map((part) => line('  ', span(part, tone)))].slice(0, height);
	if (own.isListed) return say(filter === '' ? nothing[kind] : 'nothing matches the filter; esc drops it', 'dim');
	if (link.kind === 'unreachable') {
		const who = link.error.startsWith('Cannot reach') ? '' : `Cannot reach ${title}: `;
		return say(`${who}${link.error}; trying again`, 'bad');
	}
	if (own.error !== undefined && own.heardMs === undefined) return say(`Cannot list ${kind}: ${own.error}; trying again`, 'bad');
	return say(link.kind === 'connecting' ? `connecting to ${title} …` : `loading ${kind} …`, 'dim');
}

const nothing: Readonly<Record<ListScreen['kind'], string>> = {
	containers: 'no FemtoContainer here yet: femto build --sign DIR | kubectl apply -f - brings one',
	devices: 'no device: the first report of one brings it here',
	events: 'no event in the last hour',
};

/** The pane below a list: what happened, the newest first. */
function eventLines(state: State, container: string | undefined, height: number): readonly Line[] {
	if (height === 0) return [];
	const rows = paneEvents(state.fleet, container).slice(0, height - 1);
	const gap = gapOf(state.size.columns);
	const arranged = arrange(eventColumns(rows, state.size.columns, state.nowMs), state.size.columns, gap);
	const lines = rows.map((row) => rowLine(arranged, row, gap, false));
	const rest = Array.from({length: Math.max(0, height - 1 - rows.length)}, () => emptyLine);
	return [rule('Events', state.size.columns), ...lines, ...rest];
}
