import {line, span, type Line} from '../line.ts';
import {cutTo} from '../text.ts';

/** A line across the screen with a title in it. */
export function rule(title: string, columns: number): Line {
	const text = cutTo(title, columns - 6);
	return title === ''
		? line(span('─'.repeat(columns), 'dim'))
		: line(span('── ', 'dim'), span(text, 'strong'), span(` ${'─'.repeat(Math.max(0, columns - 4 - text.length))}`, 'dim'));
}
