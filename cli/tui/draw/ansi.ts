import type {Line, Span, Tone} from '../line.ts';
import {cutTo, widthOf} from '../text.ts';

/**
 * Parameters of Select Graphic Rendition for each tone: the ones that begin it and the ones that end it, in the form in
 * which ink writes them, so that it has to read a line once only. Signs and words carry the meaning; this helps the eye.
 */
type Looks = readonly [begin: readonly string[], end: readonly string[]];
const colour = (code: string): Looks => [[code], ['39']];
const colours: Readonly<Record<Tone, Looks>> = {
	plain: [[], []], dim: [['2'], ['22']], strong: [['1'], ['22']], accent: [['1', '36'], ['39', '22']], key: colour('36'),
	good: colour('32'), bad: colour('31'), busy: colour('94'), waiting: colour('33'), paused: colour('35'), warning: colour('33'),
	unknown: colour('33'),
};
const colourless: Readonly<Partial<Record<Tone, Looks>>> = {dim: colours.dim, strong: colours.strong, accent: colours.strong};
const inverse: Looks = [['7'], ['27']];

/** The line with its looks, cut to `columns`. The chosen one is inverted over its whole width: good on any background. */
export function toAnsi({spans, chosen = false}: Line, columns: number, hasColour: boolean): string {
	if (chosen) return paint(padded(spans.map(({text}) => text).join(''), columns), inverse);
	let left = columns;
	let text = '';
	for (const part of spans) {
		if (left <= 0) break;
		const cut = cutTo(part.text, left);
		left -= widthOf(cut);
		text += paint(cut, looksOf(part, hasColour));
	}
	// A Text without anything in it has no height.
	return text.trimEnd() || ' ';
}

/** The line as plain text, without what only fills it up. */
export function toPlain({spans}: Line): string {
	return spans.map(({text}) => text).join('').trimEnd();
}

function looksOf({tone = 'plain'}: Span, hasColour: boolean): Looks {
	return (hasColour ? colours[tone] : colourless[tone]) ?? colours.plain;
}

function paint(text: string, [begin, end]: Looks): string {
	if (begin.length === 0 || text === '') return text;
	return `${begin.map(sequence).join('')}${text}${end.map(sequence).join('')}`;
}

function sequence(code: string): string {
	return `\u001b[${code}m`;
}

function padded(text: string, columns: number): string {
	const cut = cutTo(text, columns);
	return cut + ' '.repeat(Math.max(0, columns - widthOf(cut)));
}
