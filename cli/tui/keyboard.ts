import {render, useInput, usePaste, type Key} from 'ink';
import {createElement as element} from 'react';
import type {ReadStream, WriteStream} from 'node:tty';
import type {Input} from './state/state.ts';

export interface KeyboardProps {
	readonly dispatch: (input: Input) => void;
}

/** Ink reads the terminal: keys by their names, and pasted text, which is no key. It draws nothing. */
export function Keyboard({dispatch}: KeyboardProps): null {
	useInput((input, key) => keyNames(input, key).forEach((name) => dispatch({type: 'key', key: name})));
	usePaste((text) => dispatch({type: 'paste', text}));
	return null;
}

/** Reads keys until the returned function is called. */
export function openKeyboard(stdin: ReadStream, stdout: WriteStream, dispatch: KeyboardProps['dispatch']): () => void {
	const options = {stdin, stdout, exitOnCtrlC: false, interactive: false, patchConsole: false};
	const instance = render(element(Keyboard, {dispatch}), options);
	return () => instance.unmount();
}

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
