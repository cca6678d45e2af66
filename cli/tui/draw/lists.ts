import {span, type Span} from '../line.ts';
import type {ContainerRow} from '../state/container-row.ts';
import type {DeviceRow} from '../state/device-row.ts';
import type {EventRow} from '../state/event-row.ts';
import {signs} from '../state/mark.ts';
import {memo} from '../state/memo.ts';
import {age} from '../text.ts';
import {bar, grouped} from './bar.ts';
import {widest, type Column} from './columns.ts';

/** From this width on there is a column for everything. */
export const wideFrom = 120;

export function containerColumns(rows: readonly ContainerRow[], columns: number): readonly Column<ContainerRow>[] {
	const isWide = columns >= wideFrom;
	const barWidth = isWide ? 20 : 8;
	const count = (title: string, of: keyof ContainerRow['counts'], tone: 'bad' | 'warning' | 'dim'): Column<ContainerRow> => ({
		title, width: Math.max(title.length, 5), align: 'right',
		cell: ({counts}) => span(grouped(counts[of]), counts[of] > 0 ? tone : 'dim'),
	});
	const numbers: readonly Column<ContainerRow>[] = isWide
		? [
			{title: 'READY', width: 6, align: 'right', cell: ({counts}) => ({text: grouped(counts.ready)})},
			{title: 'TOTAL', width: 6, align: 'right', cell: ({counts}) => ({text: grouped(counts.matched)})},
			count('FAILED', 'failed', 'bad'), count('ASLEEP', 'asleep', 'dim'),
			count('LATE', 'late', 'warning'), count('LOST', 'lost', 'bad'),
		]
		: [{title: 'READY', width: widest(rows.map(readyText), 5, 11), align: 'right', cell: (row) => ({text: readyText(row)})}];
	return [
		{title: '', width: 1, cell: ({mark}) => span(signs[mark], mark)},
		{title: 'NAMESPACE/NAME', width: widest(rows.map(({key}) => key), 14, isWide ? 40 : 20), cell: ({key}) => ({text: key})},
		{title: 'STATUS', width: widest(rows.map(({word}) => word), 6, isWide ? 24 : 12), cell: ({word, mark}) => span(word, mark)},
		{title: 'WAVE', width: 4, cell: ({wave}) => span(wave || '–', wave ? 'plain' : 'dim')},
		{title: 'PROGRESS', width: barWidth, cell: ({counts}) => bar(counts, barWidth)},
		...numbers,
		{title: 'REASON', width: 0, cell: (row) => span(shortReason(row), row.mark === 'good' ? 'dim' : 'plain')},
	];
}

/** Without what stands in other columns: wave, counts, the revision of this container. */
function shortReason({reason}: ContainerRow): string {
	const counted = /^(?:wave \d+ of \d+(?:, |$))?(?:\d+ of \d+ devices Ready(?:, |$))?/;
	const short = reason.replace(counted, '').replace(/^\S+ failed: /, '');
	return short === '' ? reason : short;
}

function readyText({counts: {ready, matched}}: ContainerRow): string {
	return `${ready}/${matched}`;
}

const deviceWidths = memo((rows: readonly DeviceRow[]) => ({
	name: widest(rows.map(({key}) => key), 8, 23),
	bridge: widest(rows.map(({bridge}) => bridge), 6, 16),
	generation: widest(rows.map(({generation}) => generation), 3, 11),
}));

export function deviceColumns(
	rows: readonly DeviceRow[], columns: number, nowMs: number, isOfOne: boolean,
): readonly Column<DeviceRow>[] {
	const isWide = columns >= wideFrom;
	const widths = deviceWidths(rows);
	const revision: readonly Column<DeviceRow>[] = isWide
		? [{title: 'REVISION', width: 10, cell: (row) => ({text: row.revision || '–'})}] : [];
	return [
		{title: '', width: 1, cell: ({mark}) => span(signs[mark], mark)},
		{title: 'DEVICE', width: isWide ? widths.name : Math.min(widths.name, 16), cell: ({key}) => ({text: key})},
		{title: 'STATE', width: 6, cell: ({word}) => span(word, word === 'Lost' ? 'bad' : word === 'Late' ? 'warning' : 'plain')},
		{
			title: isOfOne ? 'CONTAINER' : 'CONTAINERS', width: isOfOne ? 11 : 10,
			cell: ({container, mark}) => span(container, container === '–' ? 'dim' : mark),
		},
		{
			title: 'GEN', width: isWide ? widths.generation : Math.min(widths.generation, 7),
			cell: ({generation}) => ({text: generation}),
		},
		...revision,
		{
			title: isWide ? 'FAULTS' : 'FLT', width: isWide ? 6 : 3, align: 'right',
			cell: ({faults}) => span(String(faults), faults > 0 ? 'bad' : 'plain'),
		},
		{title: 'BRIDGE', width: isWide ? widths.bridge : Math.min(widths.bridge, 8), cell: ({bridge}) => ({text: bridge || '–'})},
		{
			title: isWide ? 'LAST REPORT' : 'LAST', width: isWide ? 11 : 5, align: 'right',
			cell: ({lastReportMs}) => ageSpan(lastReportMs, nowMs),
		},
		{title: 'REASON', width: 0, cell: ({reason}) => ({text: reason})},
	];
}

export function eventColumns(rows: readonly EventRow[], columns: number, nowMs: number): readonly Column<EventRow>[] {
	const isWide = columns >= wideFrom;
	return [
		{title: '', width: 1, cell: ({isWarning}) => (isWarning ? span(signs.warning, 'warning') : span('·', 'dim'))},
		{title: 'AGE', width: 5, align: 'right', cell: ({lastMs}) => ageSpan(lastMs, nowMs)},
		{title: 'ABOUT', width: widest(rows.map(({object}) => object), 8, isWide ? 36 : 18), cell: ({object}) => ({text: object})},
		{
			title: 'REASON', width: widest(rows.map(({reason}) => reason), 8, isWide ? 26 : 16),
			cell: ({reason, isWarning}) => span(reason, isWarning ? 'warning' : 'plain'),
		},
		{title: 'MESSAGE', width: 0, cell: ({message, count}) => ({text: count > 1 ? `${message} (×${count})` : message})},
	];
}

function ageSpan(ms: number | undefined, nowMs: number): Span {
	return {text: ms === undefined ? '–' : age(nowMs - ms)};
}
