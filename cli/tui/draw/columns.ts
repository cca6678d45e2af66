import type {Line, Span} from '../line.ts';
import {fit} from '../text.ts';

export interface Column<Row> {
	readonly title: string;
	readonly width: number;
	readonly align?: 'right';
	/** One span, which is cut and padded; or several that are as wide as the column already. */
	readonly cell: (row: Row) => Span | readonly Span[];
}

/** The columns that fit beside each other, and the last one over all that is left. */
export function arrange<Row>(columns: readonly Column<Row>[], width: number, gap: number): readonly Column<Row>[] {
	const used = columns.slice(0, -1).reduce((sum, {width: own}, index) => sum + own + gapAfter(index, gap), 1);
	const last = Math.max(0, width - used - 1);
	return columns.map((column, index) => (index === columns.length - 1 ? {...column, width: last} : column));
}

export function headLine<Row>(columns: readonly Column<Row>[], gap: number): Line {
	return join(columns.map(({title, width, align}) => [{text: fit(title, width, align), tone: 'dim'}]), gap);
}

export function rowLine<Row>(columns: readonly Column<Row>[], row: Row, gap: number, chosen: boolean): Line {
	const cells = columns.map(({width, align, cell}): readonly Span[] => {
		const spans = cell(row);
		return 'text' in spans ? [{...spans, text: fit(spans.text, width, align)}] : spans;
	});
	return {...join(cells, gap), chosen};
}

function join(cells: readonly (readonly Span[])[], gap: number): Line {
	const spaced = cells.flatMap((cell, index) => (index === 0 ? cell : [{text: ' '.repeat(gapAfter(index - 1, gap))}, ...cell]));
	return {spans: [{text: ' '}, ...spaced]};
}

/** The sign at the beginning belongs to what follows. */
function gapAfter(index: number, gap: number): number {
	return index === 0 ? 1 : gap;
}

/** The width of the widest of `texts`, between two bounds. */
export function widest(texts: Iterable<string>, min: number, max: number): number {
	let width = min;
	for (const {length} of texts) {
		if (length > width) width = length;
	}
	return Math.min(width, max);
}
