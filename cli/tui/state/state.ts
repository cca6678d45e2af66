import type {ContainerName, LogLine, LogQuery, Verb} from '../interfaces.ts';
import {emptyFleet, type Collection, type Fleet, type FleetChange} from './fleet.ts';
import {noLinks, type LinkFacts, type Links} from './link.ts';
import type {Mark} from './mark.ts';

/** All that is shown depends on this and nothing else. */
export interface State {
	readonly fleet: Fleet;
	readonly links: Links;
	/** Never empty; the last one is shown, escape leads to the one before. */
	readonly stack: readonly Screen[];
	/** The open input line; keys go to it. */
	readonly prompt?: Prompt;
	/** The open question; keys go to it. */
	readonly dialog?: Dialog;
	readonly notice?: Notice;
	readonly size: Size;
	readonly nowMs: number;
	readonly options: Options;
}

export interface Options {
	/** What is looked at: the address of the API server, or a name. */
	readonly title: string;
	readonly readonly: boolean;
	readonly canFollowLogs: boolean;
}

export interface Size {
	readonly columns: number;
	readonly rows: number;
}

export type Screen = ListScreen | TextScreen | LogScreen | HelpScreen;

export interface ListScreen {
	readonly kind: 'containers' | 'devices' | 'events';
	/** Only what belongs to this FemtoContainer (`namespace/name`). */
	readonly container?: string;
	/** As typed; empty for none. */
	readonly filter: string;
	/** Key of the chosen row; undefined: the first one, whichever it is. */
	readonly cursor?: string;
	/** Where the chosen row stood when it was chosen: it is looked for there first. */
	readonly index: number;
	/** First row in the window. */
	readonly top: number;
}

export interface Subject {
	readonly kind: 'FemtoContainer' | 'FemtoDevice';
	/** `namespace/name`, or `name`. */
	readonly key: string;
}

export interface TextScreen {
	readonly kind: 'describe' | 'yaml';
	readonly subject: Subject;
	readonly top: number;
	/** Of the YAML, as it was when it was opened; undefined until it comes. */
	readonly lines?: readonly string[];
}

export interface LogScreen {
	readonly kind: 'logs';
	/** Lines of another id are of a screen that is closed. */
	readonly id: number;
	readonly query: LogQuery;
	/** The newest ones, oldest first. */
	readonly lines: readonly LogLine[];
	readonly filter: string;
	/** First line in the window; undefined: the end is shown, and stays shown. */
	readonly top?: number;
	/** Why no more lines come. */
	readonly end?: string;
}

export interface HelpScreen {
	readonly kind: 'help';
	readonly top: number;
}

export interface Prompt {
	readonly kind: 'filter' | 'command';
	readonly text: string;
	/** What escape restores. */
	readonly before: string;
}

export interface Dialog {
	readonly verb: Verb;
	readonly container: ContainerName;
}

export interface Notice {
	readonly mark: Mark;
	readonly text: string;
	readonly untilMs: number;
}

export type Input =
	/** One character, or the name of another key in angle brackets: `<up>`, `<enter>`, `<ctrl-c>`. */
	| {readonly type: 'key'; readonly key: string}
	| {readonly type: 'paste'; readonly text: string}
	| {readonly type: 'resize'; readonly size: Size}
	| {readonly type: 'tick'; readonly nowMs: number}
	| {readonly type: 'changes'; readonly changes: readonly FleetChange[]; readonly nowMs: number}
	| {readonly type: 'link'; readonly collection: Collection; readonly facts: LinkFacts}
	| {readonly type: 'acted'; readonly mark: Mark; readonly text: string}
	| {readonly type: 'yaml'; readonly subject: Subject; readonly lines: readonly string[]}
	| {readonly type: 'logLines'; readonly id: number; readonly lines: readonly LogLine[]}
	| {readonly type: 'logEnd'; readonly id: number; readonly reason: string};

export type Effect =
	| {readonly type: 'quit'; readonly code: number}
	| {readonly type: 'act'; readonly verb: Verb; readonly container: ContainerName}
	| {readonly type: 'yaml'; readonly subject: Subject}
	| {readonly type: 'openLogs'; readonly id: number; readonly query: LogQuery}
	| {readonly type: 'closeLogs'; readonly id: number};

export interface Step {
	readonly state: State;
	readonly effects: readonly Effect[];
}

export const containersScreen: ListScreen = {kind: 'containers', filter: '', index: 0, top: 0};

export function initialState(options: Options, size: Size, nowMs: number): State {
	return {fleet: emptyFleet, links: noLinks, stack: [containersScreen], size, nowMs, options};
}

/** The screen that is shown. */
export function shown({stack}: State): Screen {
	return stack.at(-1) ?? containersScreen;
}

export function isList(screen: Screen): screen is ListScreen {
	return screen.kind === 'containers' || screen.kind === 'devices' || screen.kind === 'events';
}
