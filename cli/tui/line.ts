import type {Mark} from './state/mark.ts';

/** What a part of a line means; the palette says how it looks. */
export type Tone = 'plain' | 'dim' | 'strong' | 'accent' | 'key' | Mark;

export interface Span {
	readonly text: string;
	readonly tone?: Tone;
}

/** One line of the screen: exactly as wide as the screen after `toAnsi`. */
export interface Line {
	readonly spans: readonly Span[];
	/** Marked as the chosen one over its whole width. */
	readonly chosen?: boolean;
}

export function line(...spans: readonly (Span | string)[]): Line {
	return {spans: spans.map((span) => (typeof span === 'string' ? {text: span} : span))};
}

export function span(text: string, tone: Tone): Span {
	return {text, tone};
}

export const emptyLine: Line = {spans: []};
