import type {FemtoContainerStatusDevice} from '../../../protocol/generated/resources.ts';
import {emptyLine, line, span, type Line, type Span} from '../line.ts';
import type {ContainerRow} from '../state/container-row.ts';
import type {DeviceRow} from '../state/device-row.ts';
import {signs} from '../state/mark.ts';
import type {State} from '../state/state.ts';
import {age, clean, cutTo, wrap} from '../text.ts';
import {grouped} from './bar.ts';
import {rule} from './rule.ts';

/** The chosen container in words: the whole reason, and every count. */
export function containerDetail(row: ContainerRow | undefined, height: number, columns: number): readonly Line[] {
	if (height === 0) return [];
	if (row === undefined) return filled([rule('', columns)], height);
	const {key, mark, word, reason, counts, wave} = row;
	const {ready, matched, failed, asleep, late, lost, notFit} = counts;
	const numbers: readonly Span[] = [
		{text: `${grouped(ready)} of ${grouped(matched)} ready`},
		...count(failed, 'failed', 'bad'), ...count(asleep, 'asleep', 'dim'), ...count(late, 'late', 'warning'),
		...count(lost, 'lost', 'bad'), ...count(notFit, 'not fit', 'warning'),
	];
	return filled([
		rule(key, columns),
		line(' ', span(`${signs[mark]} ${word}`, mark), wave === '' ? '' : `, wave ${wave.replace('/', ' of ')}`,
			span(' · ', 'dim'), ...numbers),
		...reasonLines(reason, height - 2, columns),
	], height);
}

/** The chosen device in words; `told` is what the controller says of it, which knows more. */
export function deviceDetail(
	row: DeviceRow | undefined, told: FemtoContainerStatusDevice | undefined, height: number, {size: {columns}, nowMs}: State,
): readonly Line[] {
	if (height === 0) return [];
	if (row === undefined) return filled([rule('', columns)], height);
	const {key, mark, word, container, generation, bridge, lastReportMs} = row;
	const seen = lastReportMs === undefined ? 'never reported' : `last report ${age(nowMs - lastReportMs)} ago`;
	const state = container === '–' ? 'nothing assigned' : container;
	const through = bridge === '' ? '' : ` through ${clean(bridge)}`;
	const reason = told === undefined ? row.reason || 'as it should be' : `${told.reason}: ${told.message ?? ''}`;
	return filled([
		rule(key, columns),
		line(' ', span(`${signs[mark]} ${state}`, mark), `, device ${word.toLowerCase()}, head ${generation}`,
			span(' · ', 'dim'), `${seen}${through}`),
		...reasonLines(reason, height - 2, columns),
	], height);
}

function count(number: number, word: string, tone: Span['tone'] & string): readonly Span[] {
	return number === 0 ? [] : [span(' · ', 'dim'), span(`${grouped(number)} ${word}`, tone)];
}

/** The reason in at most `height` lines, cut at the end. */
function reasonLines(reason: string, height: number, columns: number): readonly Line[] {
	const lines = wrap(reason, columns - 4);
	const rest = cutTo(lines.slice(height - 1).join(' '), columns - 4);
	const shown = lines.length > height ? [...lines.slice(0, height - 1), rest] : lines;
	return shown.map((text) => line('   ', text));
}

function filled(lines: readonly Line[], height: number): readonly Line[] {
	return [...lines, ...Array.from({length: Math.max(0, height - lines.length)}, () => emptyLine)].slice(0, height);
}
