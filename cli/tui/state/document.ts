import {line, span, type Line, type Tone} from '../line.ts';
import {wrap} from '../text.ts';

const labelWidth = 18;

/** Lines of a text that is scrolled, built from headings, fields, tables and wrapped phrases. */
export class Document {
	readonly #columns: number;
	readonly #lines: Line[] = [];

	constructor(columns: number) {
		this.#columns = Math.max(40, columns - 2);
	}

	get lines(): readonly Line[] {
		return this.#lines;
	}

	heading(text: string): void {
		if (this.#lines.length > 0) this.#lines.push(line(''));
		this.#lines.push(line(' ', span(text, 'accent')));
	}

	/** Nothing for an absent value. */
	field(label: string, value: string | number | boolean | undefined, tone: Tone = 'plain'): void {
		if (value === undefined || value === '') return;
		wrap(String(value), this.#columns - labelWidth).forEach((part, index) => {
			this.#lines.push(line(' ', span((index === 0 ? label : '').padEnd(labelWidth), 'dim'), span(part, tone)));
		});
	}

	list(label: string, values: readonly string[] | undefined): void {
		if (values !== undefined && values.length > 0) this.field(label, values.join(', '));
	}

	phrase(text: string, tone: Tone = 'plain', indent = 1): void {
		for (const part of wrap(text, this.#columns - indent)) this.#lines.push(line(' '.repeat(indent), span(part, tone)));
	}

	/** Columns as wide as their widest cell; the last one takes what is left, wrapped. */
	table(heads: readonly string[], rows: readonly (readonly string[])[]): void {
		const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
		const before = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 1);
		const cells = (row: readonly string[]): string =>
			row.slice(0, -1).map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
		this.#lines.push(line(' ', span([cells(heads), heads.at(-1) ?? ''].join('  '), 'dim')));
		for (const row of rows) {
			wrap(row.at(-1) ?? '', Math.max(10, this.#columns - before)).forEach((part, index) => {
				this.#lines.push(line(' ', index === 0 ? cells(row) : ' '.repeat(before - 3), '  ', part));
			});
		}
	}
}
