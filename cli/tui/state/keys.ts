import type {Verb} from '../interfaces.ts';
import {containerName} from './equivalent.ts';
import {listLayout, pageHeight, scrollTo, textHeight} from './layout.ts';
import {chosenIndex, eventRows, listRows, logRows} from './select.ts';
import {
	isList, shown, type Effect, type ListScreen, type LogScreen, type Notice, type Screen, type State, type Subject,
} from './state.ts';
import {textLines} from './texts.ts';

export interface KeyStep {
	readonly state: State;
	readonly effects?: readonly Effect[];
	readonly note?: Omit<Notice, 'untilMs'>;
}

const verbs: Readonly<Record<string, Verb>> = {p: 'pause', r: 'resume', u: 'undo'};

/** Lines that a new log screen asks for. */
const logTail = 200;

/** A key while neither a question nor the input line is open. */
export function pressKey(state: State, key: string): KeyStep {
	const screen = shown(state);
	const verb = verbs[key];
	if (verb !== undefined) return ask(state, verb);
	switch (key) {
		case 'q':
			return {state, effects: [{type: 'quit', code: 0}]};
		case '?':
			return screen.kind === 'help' ? back(state) : push(state, {kind: 'help', top: 0});
		case '<escape>':
			return back(state);
		case ':':
			return {state: {...state, prompt: {kind: 'command', text: '', before: ''}}};
		case '/':
			return openFilter(state, screen);
		case '<enter>':
			return open(state, screen);
		case 'd':
			return openText(state, 'describe');
		case 'y':
			return openText(state, 'yaml');
		case 'l':
			return openLogs(state, screen);
		default:
			return {state: move(state, screen, key)};
	}
}

/** The object that a key acts on: the chosen row, or what the screen shows. */
export function subjectOf(state: State): Subject | undefined {
	const screen = shown(state);
	if (screen.kind === 'describe' || screen.kind === 'yaml') return screen.subject;
	if (!isList(screen)) return undefined;
	const rows = listRows(state, screen);
	const index = chosenIndex(rows, screen);
	if (screen.kind === 'events') return eventRows(state, screen)[index]?.subject;
	const key = rows[index]?.key;
	const kind = screen.kind === 'containers' ? 'FemtoContainer' : 'FemtoDevice';
	return key === undefined ? undefined : {kind, key};
}

/** The FemtoContainer that a key acts on: also the one whose devices are shown. */
export function chosenContainer(state: State): string | undefined {
	const subject = subjectOf(state);
	if (subject?.kind === 'FemtoContainer') return subject.key;
	return state.stack.flatMap((screen) => (isList(screen) ? screen.container ?? [] : [])).at(-1);
}

function ask(state: State, verb: Verb): KeyStep {
	const key = chosenContainer(state);
	if (key === undefined) return {state, note: {mark: 'warning', text: `${verb} needs a container: choose one first`}};
	if (state.options.readonly) return {state, note: {mark: 'warning', text: `no ${verb}: this view is read-only`}};
	const isPaused = state.fleet.containers.get(key)?.spec.paused;
	if (verb === 'pause' && isPaused) return {state, note: {mark: 'paused', text: `${key} is paused already`}};
	if (verb === 'resume' && isPaused === false) return {state, note: {mark: 'busy', text: `${key} is not paused`}};
	return {state: {...state, dialog: {verb, container: containerName(key)}}};
}

function push(state: State, screen: Screen): KeyStep {
	return {state: {...state, stack: [...state.stack, screen]}};
}

/** A filter goes first, then the screen. */
function back(state: State): KeyStep {
	const screen = shown(state);
	if ((isList(screen) || screen.kind === 'logs') && screen.filter !== '') {
		return {state: replaceTop(state, isList(screen) ? {...screen, filter: '', top: 0} : {...screen, filter: ''})};
	}
	return {state: state.stack.length > 1 ? {...state, stack: state.stack.slice(0, -1)} : state};
}

function openFilter(state: State, screen: Screen): KeyStep {
	if (!isList(screen) && screen.kind !== 'logs') return {state, note: {mark: 'warning', text: 'nothing to filter here'}};
	return {state: {...state, prompt: {kind: 'filter', text: screen.filter, before: screen.filter}}};
}

function open(state: State, screen: Screen): KeyStep {
	if (!isList(screen)) return {state};
	const subject = subjectOf(state);
	if (subject === undefined) return {state};
	if (screen.kind !== 'containers') return openText(state, 'describe');
	return push(state, {kind: 'devices', container: subject.key, filter: '', index: 0, top: 0});
}

function openText(state: State, kind: 'describe' | 'yaml'): KeyStep {
	const subject = subjectOf(state);
	const screen = shown(state);
	if (subject === undefined || screen.kind === kind) return {state};
	const next = push(state, {kind, subject, top: 0});
	return kind === 'yaml' ? {...next, effects: [{type: 'yaml', subject}]} : next;
}

function openLogs(state: State, screen: Screen): KeyStep {
	const subject = subjectOf(state);
	if (screen.kind === 'logs' || subject === undefined) return {state};
	if (!state.options.canFollowLogs) return {state, note: {mark: 'warning', text: 'no log service here'}};
	const container = chosenContainer(state);
	const query = {
		...(subject.kind === 'FemtoDevice' && {device: subject.key}),
		...(container !== undefined && {container}),
		tail: logTail,
		follow: true,
	};
	return push(state, {kind: 'logs', id: nextId(state), query, lines: [], filter: ''});
}

/** Another one than the last: a stream that ends late must not write into a new screen. */
function nextId({nowMs, stack}: State): number {
	return nowMs + stack.length;
}

function move(state: State, screen: Screen, key: string): State {
	const page = pageHeight(state, screen);
	const step = stepOf(key, page);
	if (step === undefined) return state;
	if (isList(screen)) return replaceTop(state, moveList(state, screen, step));
	if (screen.kind === 'logs') return replaceTop(state, moveLog(state, screen, step, page));
	const last = Math.max(0, textLines(state, screen).length - textHeight(state.size));
	return replaceTop(state, {...screen, top: Math.max(0, Math.min(screen.top + step, last))});
}

/** How many rows a key leads on; infinite: to the end. */
function stepOf(key: string, page: number): number | undefined {
	switch (key) {
		case '<up>':
		case 'k':
			return -1;
		case '<down>':
		case 'j':
			return 1;
		case '<pageup>':
		case '<ctrl-b>':
			return -page;
		case '<pagedown>':
		case '<ctrl-f>':
		case ' ':
			return page;
		case '<home>':
		case 'g':
			return -Infinity;
		case '<end>':
		case 'G':
			return Infinity;
		default:
			return undefined;
	}
}

function moveList(state: State, screen: ListScreen, step: number): ListScreen {
	const rows = listRows(state, screen);
	const {list} = listLayout(state.size, screen.kind, rows.length);
	const index = Math.max(0, Math.min(chosenIndex(rows, screen) + step, rows.length - 1));
	const cursor = rows[index]?.key;
	return cursor === undefined ? screen : {...screen, cursor, index, top: scrollTo(screen.top, index, rows.length, list)};
}

/** Back at the end it follows again. */
function moveLog(state: State, {top, ...screen}: LogScreen, step: number, page: number): LogScreen {
	const last = Math.max(0, logRows(screen).length - page - 1);
	const next = Math.max(0, (top ?? last) + step);
	return next >= last ? screen : {...screen, top: next};
}

function replaceTop(state: State, screen: Screen): State {
	return {...state, stack: [...state.stack.slice(0, -1), screen]};
}
