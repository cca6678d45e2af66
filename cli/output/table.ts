import {cut, oneLine} from './text.ts';

export interface Column<T> {
	/** In capitals, without spaces. */
	readonly title: string;
	/** Only with `-o wide`. */
	readonly wide?: true;
	readonly value: (row: T) => string | number | undefined;
}

export interface TableOptions {
	readonly noHeaders?: boolean;
	/** Characters of a line; a last column of phrases is cut there. Absent = nothing is cut. */
	readonly width?: number | undefined;
}

const gap = 3;
/** So much of a phrase is shown on the narrowest screen. */
const phraseMin = 16;

/** A table whose columns never get narrower from one batch of rows to the next: what a watch prints stays in line. */
export class Table<T> {
	readonly #columns: readonly Column<T>[];
	readonly #options: TableOptions;
	readonly #widths: number[];
	#isBegun = false;

	constructor(columns: readonly Column<T>[], options: TableOptions = {}) {
		this.#columns = columns;
		this.#options = options;
		this.#widths = columns.map(() => 0);
	}

	/** Lines for these rows, each with its line break; titles before the first ones. */
	print(rows: readonly T[]): string {
		const cells = rows.map((row) => this.#columns.map(({value}) => cell(value(row))));
		if (!this.#isBegun && this.#options.noHeaders !== true) {
			cells.unshift(this.#columns.map(({title}) => title));
		}
		this.#isBegun = true;
		for (const line of cells) {
			line.forEach((text, index) => {
				this.#widths[index] = Math.max(this.#widths[index] ?? 0, text.length);
			});
		}
		return cells.map((line) => `${this.#line(line)}\n`).join('');
	}

	#line(cells: readonly string[]): string {
		const last = cells.length - 1;
		const before = cells.slice(0, last).map((text, index) => text.padEnd((this.#widths[index] ?? 0) + gap)).join('');
		const {width} = this.#options;
		const text = cells[last] ?? '';
		return (before + (width === undefined ? text : cut(text, Math.max(phraseMin, width - before.length)))).trimEnd();
	}
}

function cell(value: string | number | undefined): string {
	return value === undefined ? '<none>' : oneLine(String(value));
}
