import {toPlain} from '../../../../cli/tui/draw/ansi.ts';
import {drawScreen} from '../../../../cli/tui/draw/screen.ts';
import type {FleetChange} from '../../../../cli/tui/state/fleet.ts';
import {initialState, type Effect, type Input, type Options, type Size, type State} from '../../../../cli/tui/state/state.ts';
import {update} from '../../../../cli/tui/state/update.ts';
import {sampleFleet, sampleMs, type SampleFleet} from '../../../support/sample-fleet.ts';

export const narrow: Size = {columns: 80, rows: 24};
export const wide: Size = {columns: 200, rows: 50};
const heard = {askedMs: sampleMs, heardMs: sampleMs, isListed: true};

export function changesOf({containers, devices, events}: SampleFleet): readonly FleetChange[] {
	return [
		...containers.map((object) => ({collection: 'containers', key: `${object.metadata.namespace}/${object.metadata.name}`, object}) as const),
		...devices.map((object) => ({collection: 'devices', key: object.metadata.name, object}) as const),
		...events.map((object) => ({collection: 'events', key: `${object.metadata.namespace}/${object.metadata.name}`, object}) as const),
	];
}

/** A view that has listed the sample fleet. */
export function sampleState(deviceCount: number, size: Size = narrow, options: Partial<Options> = {}): State {
	const empty = initialState({title: 'https://127.0.0.1:6443', readonly: false, canFollowLogs: true, ...options}, size, sampleMs);
	return run(empty, [
		{type: 'link', collection: 'containers', facts: heard}, {type: 'link', collection: 'devices', facts: heard},
		{type: 'link', collection: 'events', facts: heard},
		{type: 'changes', changes: changesOf(sampleFleet(deviceCount)), nowMs: sampleMs},
	]).state;
}

/** The state after all inputs, and every effect on the way. */
export function run(state: State, inputs: readonly Input[]): {readonly state: State; readonly effects: readonly Effect[]} {
	const effects: Effect[] = [];
	let next = state;
	for (const input of inputs) {
		const step = update(next, input);
		next = step.state;
		effects.push(...step.effects);
	}
	return {state: next, effects};
}

/** Keys as typed: one word a key, `<up>` for named ones; a word of several letters is typed letter by letter. */
export function keys(text: string): readonly Input[] {
	const names = text.split(' ').flatMap((word) => (word.startsWith('<') && word.length > 1 ? [word] : Array.from(word)));
	return names.map((key) => ({type: 'key', key: key === '␣' ? ' ' : key}));
}

export function press(state: State, text: string): State {
	return run(state, keys(text)).state;
}

export function plainLines(state: State): readonly string[] {
	return drawScreen(state).map(toPlain);
}
