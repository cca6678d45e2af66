import {Box, Text, useInput, usePaste, type Key} from 'ink';
import {createElement as element, memo, useSyncExternalStore, type ReactElement} from 'react';
import {toAnsi} from './draw/ansi.ts';
import {drawScreen} from './draw/screen.ts';
import type {Loop} from './loop.ts';

export interface AppProps {
	readonly loop: Loop;
	readonly hasColour: boolean;
}

/** The whole view: one Text a line, drawn anew only where its text changed. */
export function App({loop, hasColour}: AppProps): ReactElement {
	const state = useSyncExternalStore(loop.subscribe, loop.state);
	useInput((input, key) => keyNames(input, key).forEach((name) => loop.dispatch({type: 'key', key: name})));
	usePaste((text) => loop.dispatch({type: 'paste', text}));
	const {columns} = state.size;
	const rows = drawScreen(state).map((drawn, index) => element(Row, {key: index, text: toAnsi(drawn, columns, hasColour)}));
	return element(Box, {flexDirection: 'column', width: columns, height: state.size.rows}, rows);
}

const Row = memo(({text}: {readonly text: string}): ReactElement => element(Text, {wrap: 'truncate'}, text));

const flags = [
	['upArrow', '<up>'], ['downArrow', '<down>'], ['leftArrow', '<left>'], ['rightArrow', '<right>'], ['pageUp', '<pageup>'],
	['pageDown', '<pagedown>'], ['home', '<home>'], ['end', '<end>'], ['return', '<enter>'], ['escape', '<escape>'],
	['tab', '<tab>'], ['backspace', '<backspace>'], ['delete', '<backspace>'],
] as const satisfies readonly (readonly [keyof Key, string])[];

/** Ink's key as the names of `Input`; keys that come in one piece are several. */
export function keyNames(input: string, key: Key): readonly string[] {
	const named = flags.find(([flag]) => key[flag]);
	if (named !== undefined) return [named[1]];
	if (key.ctrl) return [`<ctrl-${input}>`];
	const characters = Array.from(input, (character) => (character === '\r' || character === '\n' ? '<enter>' : character));
	// A terminal sends escape and a key after it, typed fast, as that key with alt.
	return key.meta ? ['<escape>', ...characters] : characters;
}
