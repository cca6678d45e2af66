import {listRows} from './select.ts';
import {isList, type ListScreen, type Screen, type Size, type State} from './state.ts';

/** Below this nothing useful can be drawn. */
export const smallest: Size = {columns: 60, rows: 10};

/** Height of the parts of a list screen; headings count to their part. All together with the chrome fill the screen. */
export interface ListLayout {
	readonly list: number;
	/** What is said of the chosen row; 0: no room. */
	readonly detail: number;
	readonly events: number;
}

/** Header, title and footer. */
const chrome = 3;
const columnHeads = 1;
const listMin = 5;

/** A short list leaves its room to the events. */
export function listLayout({rows}: Size, kind: ListScreen['kind'], rowCount: number): ListLayout {
	const room = rows - chrome - columnHeads;
	const detail = kind === 'events' || rows < 16 ? 0 : rows < 24 ? 4 : 5;
	const eventsMin = kind !== 'events' && rows >= 20 ? 5 : 0;
	if (eventsMin === 0) return {list: room - detail, detail, events: 0};
	const share = kind === 'containers' ? eventsMin : Math.max(eventsMin, Math.floor(rows / 5));
	const list = Math.min(Math.max(rowCount, listMin), room - detail - share);
	return {list, detail, events: room - detail - list};
}

/** Lines of a text, a log or the help that are in the window. */
export function textHeight({rows}: Size): number {
	return rows - chrome;
}

/** How far a page leads. */
export function pageHeight(state: State, screen: Screen): number {
	if (!isList(screen)) return Math.max(1, textHeight(state.size) - 1);
	return Math.max(1, listLayout(state.size, screen.kind, listRows(state, screen).length).list - 1);
}

/** The first row of a window of `height` rows that shows row `index`, moved as little as can be from `top`. */
export function scrollTo(top: number, index: number, count: number, height: number): number {
	const last = Math.max(0, count - height);
	const visible = index < top ? index : index >= top + height ? index - height + 1 : top;
	return Math.max(0, Math.min(visible, last));
}
