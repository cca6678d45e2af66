import type {ReadStream, WriteStream} from 'node:tty';
import {drawScreen} from './draw/screen.ts';
import {Painter} from './painter.ts';
import type {Input, Size, State} from './state/state.ts';

/** A terminal while the view has it: state goes to the screen, and what is typed comes as input. */
export class Terminal {
	readonly #stdin: ReadStream;
	readonly #stdout: WriteStream;
	readonly #painter: Painter;
	#stopReading = (): void => {};
	#isClosed = false;

	constructor(stdin: ReadStream, stdout: WriteStream, hasColour: boolean) {
		this.#stdin = stdin;
		this.#stdout = stdout;
		this.#painter = new Painter(stdout, hasColour);
	}

	get size(): Size {
		return {columns: this.#stdout.columns || 80, rows: this.#stdout.rows || 24};
	}

	/** What is typed from now on is not echoed; it waits until `read` is ready for it. */
	open(): void {
		this.#stdin.setRawMode(true);
		this.#painter.open();
	}

	paint(state: State): void {
		this.#painter.paint(drawScreen(state), state.size.columns);
	}

	/** Ink takes a while to load, longer than the first answer of an API nearby: that is why it is not needed before. */
	async read(dispatch: (input: Input) => void): Promise<void> {
		const {openKeyboard} = await import('./keyboard.ts');
		if (!this.#isClosed) this.#stopReading = openKeyboard(this.#stdin, this.#stdout, dispatch);
	}

	/** Gives it back as it was; again does nothing. */
	close(): void {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.#stopReading();
		this.#painter.close();
		this.#stdin.setRawMode(false);
	}
}
