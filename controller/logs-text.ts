const decoder = new TextDecoder('utf-8', {ignoreBOM: true});

/** Controls of C0 and C1, separators of lines, marks that turn the direction of writing, and the byte order mark. */
// eslint-disable-next-line no-control-regex
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

const short: Readonly<Record<string, string>> = {'\t': '\\t', '\n': '\\n', '\r': '\\r'};

/**
 * Bytes that a container has logged, as text that no terminal obeys: UTF-8 with U+FFFD for what is none, controls as
 * `\t`, `\x1b` or `\u202e`. One end of line at the end is not part of the text.
 */
export function readLogText(bytes: Uint8Array): string {
	return decoder.decode(bytes).replace(/\r?\n$/, '').replaceAll(unsafe, escape);
}

function escape(character: string): string {
	const code = character.charCodeAt(0).toString(16);
	return short[character] ?? (code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`);
}
