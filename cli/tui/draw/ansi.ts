import type {Line, Span, Tone} from '../line.ts';
import {cutTo, widthOf} from '../text.ts';

/** Select Graphic Rendition of each tone. Signs and words carry the meaning; this only helps the eye. */
const colours: Readonly<Record<Tone, string>> = {
	plain: '', dim: '2', strong: '1', accent: '1;36', key: '36',
	good: '32', bad: '31', busy: '94', waiting: '33', paused: '35', warning: '33', unknown: '33',
};
const colourless: Readonly<Partial<Record<Tone, string>>> = {dim: '2', strong: '1', accent: '1'};
const inverse = '7';

/** The line with its looks, cut or padded to `columns`. The chosen one is inverted as a whole: good on any background. */
export function toAnsi({spans, chosen = false}: Line, columns: number, hasColour: boolean): string {
	if (chosen) return paint(padded(spans.map(({text}) => text).join(''), columns), inverse);
	let left = columns;
	let text = '';
	for (const part of spans) {
		if (left <= 0) break;
		const cut = cutTo(part.text, left);
		left -= widthOf(cut);
		text += paint(cut, codeOf(part, hasColour));
	}
	return text + ' '.repeat(Math.max(0, left));
}

/** The line as plain text, without what only fills it up. */
export function toPlain({spans}: Line): string {
	return spans.map(({text}) => text).join('').trimEnd();
}

function codeOf({tone = 'plain'}: Span, hasColour: boolean): string {
	return (hasColour ? colours[tone] : colourless[tone]) ?? '';
}

function paint(text: string, code: string): string {
	return code === '' || text === '' ? text : `\u001b[${code}m${text}\u001b[0m`;
}

function padded(text: string, columns: number): string {
	const cut = cutTo(text, columns);
	return cut + ' '.repeat(Math.max(0, columns - widthOf(cut)));
}
