import {update} from './state/update.ts';
import type {Effect, Input, State} from './state/state.ts';

/** Holds the state, applies inputs in order, and tells who draws. */
export class Loop {
	#state: State;
	readonly #run: (effect: Effect) => void;
	readonly #listeners = new Set<() => void>();

	/** @param run carries an effect out; it may dispatch later, not at once. */
	constructor(state: State, run: (effect: Effect) => void) {
		this.#state = state;
		this.#run = run;
	}

	readonly state = (): State => this.#state;

	readonly dispatch = (input: Input): void => {
		const {state, effects} = update(this.#state, input);
		const changed = state !== this.#state;
		this.#state = state;
		effects.forEach((effect) => this.#run(effect));
		if (changed) this.#listeners.forEach((listener) => listener());
	};

	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};
}
