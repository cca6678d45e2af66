import {applyChanges} from './fleet.ts';
import {pressKey} from './keys.ts';
import {promptKey, typed} from './prompt.ts';
import {chosenIndex, listRows} from './select.ts';
import {
	isList, shown, type Effect, type Input, type LogScreen, type Notice, type Screen, type State, type Step,
} from './state.ts';

const noticeMs = 6_000;
/** Lines of a log that are kept. */
const logLength = 5_000;

/** The state after an input, and what is to be done outside of it. Pure. */
export function update(state: State, input: Input): Step {
	const step = take(state, input);
	return {state: step.state, effects: [...step.effects, ...logEffects(state, step.state)]};
}

function take(state: State, input: Input): Step {
	switch (input.type) {
		case 'key':
			return takeKey(state, input.key);
		case 'paste':
			return done(state.prompt === undefined ? state : typed(state, state.prompt, state.prompt.text + oneLine(input.text)));
		case 'resize':
			return done({...state, size: input.size});
		case 'tick':
			return done(passed({...state, nowMs: input.nowMs}));
		case 'changes':
			return done(passed(tracked({...state, fleet: applyChanges(state.fleet, input.changes), nowMs: input.nowMs})));
		case 'link':
			return done({...state, links: {...state.links, [input.collection]: input.facts}});
		case 'acted':
			return done(noted(state, {mark: input.mark, text: input.text}));
		case 'yaml':
			return done(eachScreen(state, (screen) =>
				screen.kind === 'yaml' && screen.subject === input.subject ? {...screen, lines: input.lines} : screen));
		case 'logLines':
			return done(eachLog(state, input.id, (screen) => ({...screen, lines: [...screen.lines, ...input.lines].slice(-logLength)})));
		case 'logEnd':
			return done(eachLog(state, input.id, (screen) => ({...screen, end: input.reason})));
	}
}

function takeKey(state: State, key: string): Step {
	const {notice: _, ...quiet} = state;
	if (key === '<ctrl-c>') return {state: quiet, effects: [{type: 'quit', code: 130}]};
	if (state.dialog !== undefined) return answer(quiet, key);
	if (state.prompt !== undefined) return takePromptKey(quiet, key);
	const {state: next, effects = [], note} = pressKey(quiet, key);
	return {state: note === undefined ? next : noted(next, note), effects};
}

function takePromptKey(state: State, key: string): Step {
	if (state.prompt === undefined) return done(state);
	const {state: next, quit, unknown} = promptKey(state, state.prompt, key);
	if (quit) return {state: next, effects: [{type: 'quit', code: 0}]};
	return done(unknown === undefined ? next : noted(next, {mark: 'warning', text: `no view is called ${unknown}; ? shows all`}));
}

/** A key while a question is open: only a clear yes does it. */
function answer({dialog, ...state}: State, key: string): Step {
	if (dialog === undefined || key === '<escape>' || key === 'n' || key === 'q') return done(state);
	if (key !== 'y' && key !== '<enter>') return done({...state, dialog});
	const {verb, container} = dialog;
	const text = `${verb} ${container.namespace}/${container.name} …`;
	return {state: noted(state, {mark: 'busy', text}), effects: [{type: 'act', ...dialog}]};
}

function noted(state: State, note: Omit<Notice, 'untilMs'>): State {
	return {...state, notice: {...note, untilMs: state.nowMs + noticeMs}};
}

/** Remembers where the chosen row stands now: when it goes, its neighbour is chosen. */
function tracked(state: State): State {
	const screen = shown(state);
	if (!isList(screen) || screen.cursor === undefined) return state;
	const rows = listRows(state, screen);
	const index = Math.max(0, chosenIndex(rows, screen));
	const cursor = rows[index]?.key ?? screen.cursor;
	if (index === screen.index && cursor === screen.cursor) return state;
	return {...state, stack: [...state.stack.slice(0, -1), {...screen, index, cursor}]};
}

/** Without a notice whose time is over. */
function passed({notice, ...state}: State): State {
	return notice === undefined || notice.untilMs <= state.nowMs ? state : {...state, notice};
}

function eachLog(state: State, id: number, change: (screen: LogScreen) => LogScreen): State {
	return eachScreen(state, (screen) => (screen.kind === 'logs' && screen.id === id ? change(screen) : screen));
}

function eachScreen(state: State, change: (screen: Screen) => Screen): State {
	return {...state, stack: state.stack.map(change)};
}

/** A log is followed as long as its screen is there, however it is left. */
function logEffects(before: State, after: State): readonly Effect[] {
	if (before.stack === after.stack) return [];
	const [old, next] = [logOf(before), logOf(after)];
	if (old?.id === next?.id) return [];
	return [
		...(old === undefined ? [] : [{type: 'closeLogs', id: old.id} as const]),
		...(next === undefined ? [] : [{type: 'openLogs', id: next.id, query: next.query} as const]),
	];
}

function logOf({stack}: State): LogScreen | undefined {
	return stack.findLast((screen) => screen.kind === 'logs');
}

function oneLine(text: string): string {
	return text.replaceAll(/[\r\n\t]+/g, ' ');
}

function done(state: State): Step {
	return {state, effects: []};
}

