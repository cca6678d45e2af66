/** How something fares; drawn as a sign and a colour, the sign alone says it. */
export type Mark = 'good' | 'bad' | 'busy' | 'waiting' | 'paused' | 'warning' | 'unknown';

export const signs: Readonly<Record<Mark, string>> = {
	good: '✔', bad: '✖', busy: '◌', waiting: '◷', paused: '॥', warning: '⚠', unknown: '?',
};
