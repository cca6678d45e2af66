import {emptyLine, line, span, type Line} from '../line.ts';
import {smallest, textHeight} from '../state/layout.ts';
import {logRows} from '../state/select.ts';
import {isList, shown, type LogScreen, type Screen, type State} from '../state/state.ts';
import {textLines} from '../state/texts.ts';
import {clean, fit, wrap} from '../text.ts';
import {dialogLines, footer, header, titleLine} from './chrome.ts';
import {drawList} from './list-screen.ts';

/** Every line of the screen, as many as it has rows. Pure. */
export function drawScreen(state: State): readonly Line[] {
	const {size: {columns, rows}} = state;
	if (columns < smallest.columns || rows < smallest.rows) return tooSmall(state);
	const screen = shown(state);
	const body = exactly(drawBody(state, screen), textHeight(state.size));
	return [header(state), titleLine(state, screen), ...withDialog(state, body), footer(state, screen)];
}

function drawBody(state: State, screen: Screen): readonly Line[] {
	if (isList(screen)) return drawList(state, screen);
	const height = textHeight(state.size);
	if (screen.kind === 'logs') return drawLog(screen, height, state.size.columns);
	const lines = textLines(state, screen);
	const top = Math.max(0, Math.min(screen.top, lines.length - height));
	return lines.slice(top, top + height).map(cleaned);
}

function drawLog(screen: LogScreen, height: number, columns: number): readonly Line[] {
	const rows = logRows(screen);
	const last = Math.max(0, rows.length - height);
	const top = Math.min(screen.top ?? last, last);
	if (rows.length === 0) {
		return [emptyLine, line('  ', span(screen.end === undefined ? 'waiting for the first line …' : 'no line', 'dim'))];
	}
	const isOfOne = screen.query.device !== undefined;
	return rows.slice(top, top + height).map(({time, device, container, text}) => line(
		' ', span(fit(time.slice(11, 19), 8), 'dim'), ' ',
		...(isOfOne ? [] : [span(fit(device, 16), 'accent'), ' ']),
		...(screen.query.container === undefined && columns >= 100 ? [span(fit(container, 24), 'dim'), ' '] : []),
		clean(text),
	));
}

/** Lines of a text hold what came from outside. */
function cleaned({spans}: Line): Line {
	return {spans: spans.map((part) => ({...part, text: clean(part.text)}))};
}

/** The question covers the end of the body. */
function withDialog({dialog, size}: State, body: readonly Line[]): readonly Line[] {
	if (dialog === undefined) return body;
	const question = dialogLines(dialog, size.columns).slice(0, body.length);
	return [...body.slice(0, body.length - question.length), ...question];
}

function exactly(lines: readonly Line[], height: number): readonly Line[] {
	return [...lines, ...Array.from({length: Math.max(0, height - lines.length)}, () => emptyLine)].slice(0, height);
}

function tooSmall({size: {columns, rows}}: State): readonly Line[] {
	const text = `terminal too small: ${columns}×${rows}, at least ${smallest.columns}×${smallest.rows} needed; q quits`;
	return exactly(wrap(text, Math.max(1, columns)).map((part) => line(part)), rows);
}
