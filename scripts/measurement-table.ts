/** What one file in scripts/measurements/ finds; it exports `title` and `async measure()`. */
export interface Measurement {
	readonly columns: readonly string[];
	readonly rows: readonly (readonly (string | number)[])[];
	/** Sentences under the table: what was run, on what, what the numbers do not say. */
	readonly notes?: readonly string[];
}

/** Where and when a measurement was made. */
export interface Provenance {
	readonly commit: string;
	/** As `2026-11-25`. */
	readonly date: string;
}

/** Throws a RangeError when a row does not fit the columns: a shifted number would be a lie. */
export function formatMeasurement(title: string, found: Measurement, {commit, date}: Provenance): string {
	const {columns, rows, notes = []} = found;
	const misfit = rows.find((row) => row.length !== columns.length);
	if (misfit !== undefined) {
		throw new RangeError(`Cannot print row ${misfit.join(', ')}: it must have ${columns.length} cells`);
	}
	const alignment = columns.map((_, index) => (rows.every((row) => typeof row[index] === 'number') ? '--:' : '---'));
	const lines = [columns, alignment, ...rows].map((cells) => `| ${cells.map(formatCell).join(' | ')} |`);
	const paragraphs = [`## ${title}`, `Commit ${commit}, ${date}.`, lines.join('\n'), ...notes];
	return paragraphs.join('\n\n');
}

/** Puts `text` between the markers of `name`: in the place of what stood there, else at the end of the document. */
export function replaceSection(document: string, name: string, text: string): string {
	const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
	const section = `${begin}\n${text}\n${end}`;
	const start = document.indexOf(begin);
	if (start < 0) return `${document.trimEnd()}\n\n${section}\n`;
	const stop = document.indexOf(end, start);
	if (stop < 0) throw new SyntaxError(`Cannot replace section ${name}: its end marker must follow its begin marker`);
	return document.slice(0, start) + section + document.slice(stop + end.length);
}

function formatCell(cell: string | number): string {
	return String(cell).replaceAll('|', '\\|').replaceAll('\n', ' ');
}
