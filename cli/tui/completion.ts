import {containerRow, verdictOf} from './state/container-row.ts';
import type {State} from './state/state.ts';

/** What `--exit-on-complete` waits for: one FemtoContainer (`namespace/name`), or all that there are. */
export interface Completion {
	readonly container?: string;
}

export interface Outcome {
	/** 0: as declared; 1: failed for good, or not there. */
	readonly code: 0 | 1;
	/** One line a container. */
	readonly lines: readonly string[];
}

/** Undefined while waiting makes sense. Pure. */
export function outcomeOf({fleet, links}: State, {container}: Completion): Outcome | undefined {
	if (!links.containers.isListed) return undefined;
	const one = container === undefined ? undefined : fleet.containers.get(container);
	const chosen = container === undefined ? [...fleet.containers.values()] : one === undefined ? [] : [one];
	if (chosen.length === 0) {
		return container === undefined ? undefined : {code: 1, lines: [`there is no FemtoContainer ${container}`]};
	}
	const verdicts = chosen.map(verdictOf);
	const lines = chosen.map(containerRow).map(({key, word, reason}) => `${key} ${word}: ${reason}`);
	if (verdicts.includes('failed')) return {code: 1, lines};
	return verdicts.every((verdict) => verdict === 'ready') ? {code: 0, lines} : undefined;
}
