import type {WriteStream} from 'node:tty';
import {toAnsi} from './draw/ansi.ts';
import type {Line} from './line.ts';

/** What the view needs of a terminal. */
export type Screen = Pick<WriteStream, 'write'>;

const alternate = '\u001b[?1049h\u001b[?25l\u001b[2J';
const normal = '\u001b[?25h\u001b[?1049l';
/** A terminal that knows these shows all that is between them at once. */
const [begin, end] = ['\u001b[?2026h', '\u001b[?2026l'];
const clear = '\u001b[2J';
const home = '\u001b[H';

/**
 * Writes lines to a terminal, each as a whole and only when it is another one than before. Lines are laid out already, so
 * they need no second layout: it would take most of the time between a key and the screen.
 */
export class Painter {
	readonly #screen: Screen;
	readonly #hasColour: boolean;
	#painted: readonly string[] = [];
	#columns = 0;
	#isOpen = false;

	constructor(screen: Screen, hasColour: boolean) {
		this.#screen = screen;
		this.#hasColour = hasColour;
	}

	/** Takes the alternate screen, empty and without a cursor. */
	open(): void {
		this.#isOpen = true;
		this.#screen.write(alternate);
	}

	/** Shows these lines from the top; none may be wider than `columns`. */
	paint(lines: readonly Line[], columns: number): void {
		if (!this.#isOpen) return;
		const texts = lines.map((line) => toAnsi(line, columns, this.#hasColour));
		// Another size: a terminal moves and wraps what it shows as it likes.
		const isResized = columns !== this.#columns || texts.length !== this.#painted.length;
		const known = isResized ? [] : this.#painted;
		const changes = texts.flatMap((text, index) => (text === known[index] ? [] : [replaceRow(index + 1, text)]));
		[this.#painted, this.#columns] = [texts, columns];
		if (changes.length > 0) this.#screen.write([begin, isResized ? clear : '', ...changes, home, end].join(''));
	}

	/** Gives back the screen as it was before. The second time does nothing. */
	close(): void {
		if (!this.#isOpen) return;
		this.#isOpen = false;
		this.#screen.write(normal);
	}
}

/** Erased first: what is erased after a line of full width is its last character. */
function replaceRow(row: number, text: string): string {
	return `\u001b[${row};1H\u001b[K${text}`;
}
