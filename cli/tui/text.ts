/**
 * Text as a terminal shows it. What comes from outside is cleaned here: no control character, no direction mark and no
 * escape sequence of a name, message or log line reaches the terminal, and every cell has the width it was given.
 */
const printable = /^[\x20-\x7e]*$/;
// Control sequences (colours, cursor), and strings that end with BEL or ST (titles, links).
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const escapes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
const blanks = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
/** Joiners, direction marks, selectors of variants, skin tones: they change their neighbours' shape and width. */
const shapers = /\p{Cf}|\p{Variation_Selector}|\p{Emoji_Modifier}/gu;
const unprintable = /[\p{Cc}\p{Cs}\p{Co}]/gu;

export function clean(text: string): string {
	if (printable.test(text)) return text;
	return text.replace(escapes, '').replace(blanks, ' ').replace(shapers, '').replace(unprintable, '·');
}

/** Columns of a cleaned text. */
export function widthOf(text: string): number {
	if (printable.test(text)) return text.length;
	let width = 0;
	for (const character of text) width += characterWidth(character);
	return width;
}

/** First and last code points of what takes two columns: East Asian Wide and Fullwidth, and emoji. */
const wide: readonly (readonly [number, number])[] = [
	[0x1100, 0x115f], [0x231a, 0x231b], [0x23e9, 0x23ec], [0x2614, 0x2615], [0x2648, 0x2653], [0x267f, 0x267f], [0x2693, 0x2693],
	[0x26a1, 0x26a1], [0x26aa, 0x26ab], [0x26bd, 0x26be], [0x26c4, 0x26c5], [0x26ce, 0x26ce], [0x26d4, 0x26d4], [0x26ea, 0x26ea],
	[0x26f2, 0x26f3], [0x26f5, 0x26f5], [0x26fa, 0x26fa], [0x26fd, 0x26fd], [0x2705, 0x2705], [0x270a, 0x270b], [0x2728, 0x2728],
	[0x274c, 0x274c], [0x274e, 0x274e], [0x2753, 0x2755], [0x2757, 0x2757], [0x2795, 0x2797], [0x27b0, 0x27b0], [0x27bf, 0x27bf],
	[0x2b1b, 0x2b1c], [0x2b50, 0x2b50], [0x2b55, 0x2b55], [0x2e80, 0x303e], [0x3041, 0xa4cf], [0xa960, 0xa97f], [0xac00, 0xd7a3],
	[0xf900, 0xfaff], [0xfe30, 0xfe6f], [0xff00, 0xff60], [0xffe0, 0xffe6], [0x16fe0, 0x18cff], [0x1aff0, 0x1b2ff],
	[0x1f004, 0x1f004], [0x1f0cf, 0x1f0cf], [0x1f18e, 0x1f18e], [0x1f191, 0x1f19a], [0x1f200, 0x1f320], [0x1f32d, 0x1f335],
	[0x1f337, 0x1f37c], [0x1f37e, 0x1f393], [0x1f3a0, 0x1f3ca], [0x1f3cf, 0x1f3d3], [0x1f3e0, 0x1f3f0], [0x1f3f4, 0x1f3f4],
	[0x1f3f8, 0x1f43e], [0x1f440, 0x1f440], [0x1f442, 0x1f4fc], [0x1f4ff, 0x1f53d], [0x1f54b, 0x1f567], [0x1f57a, 0x1f57a],
	[0x1f595, 0x1f596], [0x1f5a4, 0x1f5a4], [0x1f5fb, 0x1f64f], [0x1f680, 0x1f6c5], [0x1f6cc, 0x1f6cc], [0x1f6d0, 0x1f6d7],
	[0x1f6dc, 0x1f6df], [0x1f6eb, 0x1f6ec], [0x1f6f4, 0x1f6fc], [0x1f7e0, 0x1f7f0], [0x1f90c, 0x1f9ff], [0x1fa70, 0x1faff],
	[0x20000, 0x3fffd],
];
const combining = /^[\p{Mn}\p{Me}]$/u;

function characterWidth(character: string): number {
	const code = character.codePointAt(0) ?? 0;
	if (code < 0x300) return 1;
	if (code >= 0x1100 && wide.some(([first, last]) => code >= first && code <= last)) return 2;
	return combining.test(character) ? 0 : 1;
}

/** The text in exactly `width` columns: padded, or cut with an ellipsis. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left'): string {
	const cut = cutTo(clean(text), width);
	const padding = ' '.repeat(Math.max(0, width - widthOf(cut)));
	return align === 'left' ? cut + padding : padding + cut;
}

/** A cleaned text in at most `width` columns. */
export function cutTo(text: string, width: number): string {
	if (text.length <= width && printable.test(text)) return text;
	if (width <= 0) return '';
	let [used, kept, keptWidth] = [0, '', 0];
	for (const character of text) {
		used += characterWidth(character);
		if (used > width) return `${kept}…`.padEnd(kept.length + 1 + (width - 1 - keptWidth));
		if (used <= width - 1) [kept, keptWidth] = [kept + character, used];
	}
	return text;
}

/** The text in lines of at most `width` columns, broken at blanks where there are any. */
export function wrap(text: string, width: number): readonly string[] {
	const lines: string[] = [];
	let line = '';
	for (const word of clean(text).split(' ')) {
		if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
			lines.push(line);
			line = '';
		}
		line = line === '' ? word : `${line} ${word}`;
		for (; widthOf(line) > width; line = line.slice(headOf(line, width).length)) lines.push(headOf(line, width));
	}
	return [...lines, line];
}

function headOf(text: string, width: number): string {
	let head = '';
	for (const character of text) {
		if (head !== '' && widthOf(head + character) > width) break;
		head += character;
	}
	return head;
}

/** Shorter than kubectl prints ages, for a column: two units between two and ten minutes only, and never in the future. */
export function age(ms: number): string {
	const seconds = Math.max(0, Math.floor(ms / 1000));
	if (seconds < 120) return `${seconds}s`;
	if (seconds < 600) return seconds % 60 === 0 ? `${seconds / 60}m` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
	if (seconds < 10_800) return `${Math.floor(seconds / 60)}m`;
	if (seconds < 172_800) return `${Math.floor(seconds / 3600)}h`;
	return `${Math.floor(seconds / 86_400)}d`;
}
