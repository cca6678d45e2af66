/** Controls (C0, DEL, C1) and the marks that turn the direction of text: they could redraw a terminal or mislead. */
const controls = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Text of unknown origin on one line of a terminal: line breaks and tabs become spaces, other controls go. */
export function oneLine(text: string): string {
	return text.replaceAll(/\r?\n|[\t\r]/g, ' ').replaceAll(controls, '');
}

/** JSON or YAML with DEL and C1, which their writers leave raw inside of double quotes, as escapes that both read. */
export function escapeControls(text: string): string {
	return text.replaceAll(/[\u007f-\u009f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The text, cut to so many characters; what is cut ends in `…`. */
export function cut(text: string, length: number): string {
	const characters = Array.from(text);
	return characters.length <= length ? text : `${characters.slice(0, Math.max(0, length - 1)).join('')}…`;
}
