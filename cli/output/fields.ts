import {oneLine} from './text.ts';

/** One part of a description: a label with its text, or a label with parts or lines below it. */
export type Field =
	| readonly [label: string, text: string | number | undefined]
	| readonly [label: string, below: readonly Field[] | Below];

/** Lines as they are, such as those of a table, without their line breaks. */
export interface Below {
	readonly lines: readonly string[];
}

/** Labels and texts in two columns, as `kubectl describe` has them; what is below a label stands two spaces in. */
export function describeFields(fields: readonly Field[], indent = ''): string {
	const width = Math.max(0, ...fields.filter(([, value]) => !isBelow(value)).map(([label]) => label.length)) + 1;
	return fields.map(([label, value]) => {
		if (!isBelow(value)) {
			return `${indent}${`${label}:`.padEnd(width)}  ${value === undefined ? '<none>' : oneLine(String(value))}\n`;
		}
		const below = 'lines' in value
			? value.lines.map((line) => `${indent}  ${oneLine(line)}\n`).join('') : describeFields(value, `${indent}  `);
		return below === '' ? `${indent}${`${label}:`.padEnd(width)}  <none>\n` : `${indent}${label}:\n${below}`;
	}).join('');
}

function isBelow(value: Field[1]): value is readonly Field[] | Below {
	return typeof value === 'object';
}
