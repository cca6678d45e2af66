import {containersScreen, isList, shown, type ListScreen, type Prompt, type Screen, type State} from './state.ts';

/** What a command opens, by its names. */
const views: Readonly<Record<string, readonly Screen[] | 'quit'>> = {
	containers: [containersScreen],
	devices: [containersScreen, {...containersScreen, kind: 'devices'}],
	events: [containersScreen, {...containersScreen, kind: 'events'}],
	help: [containersScreen, {kind: 'help', top: 0}],
	quit: 'quit',
};
const aliases: Readonly<Record<string, string>> = {
	'fc': 'containers', 'femtocontainers': 'containers', 'fd': 'devices', 'femtodevices': 'devices', 'ev': 'events',
	'q': 'quit', 'q!': 'quit', 'h': 'help', '?': 'help',
};

export const commandNames: readonly string[] = Object.keys(views);

export type PromptStep = {readonly state: State; readonly quit?: true; readonly unknown?: string};

/** A key while the input line is open. */
export function promptKey(state: State, prompt: Prompt, key: string): PromptStep {
	switch (key) {
		case '<enter>':
			return prompt.kind === 'command' ? runCommand(closed(state), prompt.text.trim()) : {state: closed(state)};
		case '<escape>':
			return {state: cancelled(state, prompt)};
		case '<backspace>':
			return {state: prompt.text === '' ? cancelled(state, prompt) : typed(state, prompt, prompt.text.replace(/.$/su, ''))};
		case '<ctrl-u>':
			return {state: typed(state, prompt, '')};
		case '<ctrl-w>':
			return {state: typed(state, prompt, prompt.text.trimEnd().replace(/\S+$/, ''))};
		case '<tab>':
			return {state: prompt.kind === 'command' ? typed(state, prompt, completed(prompt.text)) : state};
		default:
			return {state: key.startsWith('<') && key.length > 1 ? state : typed(state, prompt, prompt.text + key)};
	}
}

/** The input line with this text; a filter works while it is typed. */
export function typed(state: State, prompt: Prompt, text: string): State {
	return withFilter({...state, prompt: {...prompt, text}}, prompt, text);
}

/** The name that begins so; the text itself when none or several do. */
export function completed(text: string): string {
	const [first, ...others] = commandNames.filter((name) => text !== '' && name.startsWith(text));
	return first !== undefined && others.length === 0 ? first : text;
}

function cancelled(state: State, prompt: Prompt): State {
	return closed(withFilter(state, prompt, prompt.before));
}

function closed(state: State): State {
	const {prompt: _, ...rest} = state;
	return rest;
}

function withFilter(state: State, prompt: Prompt, filter: string): State {
	const screen = shown(state);
	if (prompt.kind !== 'filter' || (screen.kind !== 'logs' && !isList(screen)) || screen.filter === filter) return state;
	return {...state, stack: [...state.stack.slice(0, -1), refiltered(screen, filter)]};
}

function refiltered(screen: Extract<Screen, {readonly filter: string}>, filter: string): Screen {
	if (screen.kind === 'logs') {
		const {top: _, ...rest} = screen;
		return {...rest, filter};
	}
	const {cursor: _, ...rest}: ListScreen = screen;
	return {...rest, filter, index: 0, top: 0};
}

function runCommand(state: State, text: string): PromptStep {
	if (text === '') return {state};
	const name = aliases[text] ?? completed(text);
	const view = Object.hasOwn(views, name) ? views[name] : undefined;
	if (view === undefined) return {state, unknown: text};
	return view === 'quit' ? {state, quit: true} : {state: {...state, stack: view}};
}
