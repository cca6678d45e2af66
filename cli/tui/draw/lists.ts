import {span, type Span} from '../line.ts';
import type {ContainerRow} from '../state/container-row.ts';
import type {DeviceRow} from '../state/device-row.ts';
import type {EventRow} from '../state/event-row.ts';
import {signs} from '../state/mark.ts';
import {memo} from '../state/memo.ts';
import {age} from '../text.ts';
import {bar, grouped} from './bar.ts';
import {arrange, widest, type Column} from './columns.ts';

/** From this width on there is a column for everything. */
export const wideFrom = 120;

const wideGap = 2;

/** Blanks between columns. */
export function gapOf(columns: number): number {
	return columns >= wideFrom ? wideGap : 1;
}

/** What a reason needs to say something. */
const reasonMin = 28;

/** What gives way to the reason. */
interface ContainerLayout {
	readonly nameMax: number;
	readonly barWidth: number;
	readonly counts: readonly CountColumn[];
}

interface CountColumn {
	readonly title: string;
	readonly of: keyof ContainerRow['counts'];
	readonly tone: 'bad' | 'warning' | 'dim';
}

const failed: CountColumn = {title: 'FAILED', of: 'failed', tone: 'bad'};
const countColumns: readonly CountColumn[] = [
	failed, {title: 'ASLEEP', of: 'asleep', tone: 'dim'}, {title: 'LATE', of: 'late', tone: 'warning'},
	{title: 'LOST', of: 'lost', tone: 'bad'},
];

/** The richest columns that leave the reason its room. Every count stands below the list, too. */
export function containerColumns(rows: readonly ContainerRow[], columns: number): readonly Column<ContainerRow>[] {
	if (columns < wideFrom) return narrowColumns(rows, columns);
	const isWanted = ({of}: CountColumn): boolean => rows.some(({counts}) => counts[of] > 0);
	const layouts: readonly ContainerLayout[] = [
		{nameMax: 40, barWidth: 20, counts: countColumns},
		{nameMax: 40, barWidth: 12, counts: countColumns},
		{nameMax: 40, barWidth: 12, counts: countColumns.filter(isWanted)},
		{nameMax: 28, barWidth: 10, counts: countColumns.filter(isWanted)},
		{nameMax: 28, barWidth: 10, counts: [failed].filter(isWanted)},
	];
	const candidates = layouts.map((layout) => wideColumns(rows, layout));
	const fits = (each: readonly Column<ContainerRow>[]): boolean =>
		(arrange(each, columns, wideGap).at(-1)?.width ?? 0) >= reasonMin;
	return candidates.find(fits) ?? candidates.at(-1) ?? [];
}

function narrowColumns(rows: readonly ContainerRow[], columns: number): readonly Column<ContainerRow>[] {
	return [
		...headColumns(rows, columns < 100 ? 20 : 28, 12),
		{title: 'PROGRESS', width: 8, cell: ({counts}) => bar(counts, 8)},
		{title: 'READY', width: widest(rows.map(readyText), 5, 11), align: 'right', cell: (row) => ({text: readyText(row)})},
		reasonColumn,
	];
}

function wideColumns(
	rows: readonly ContainerRow[], {nameMax, barWidth, counts}: ContainerLayout,
): readonly Column<ContainerRow>[] {
	const number = ({title, of, tone}: CountColumn): Column<ContainerRow> => ({
		title, width: Math.max(title.length, 5), align: 'right',
		cell: (row) => span(grouped(row.counts[of]), row.counts[of] > 0 ? tone : 'dim'),
	});
	return [
		...headColumns(rows, nameMax, 24),
		{title: 'PROGRESS', width: barWidth, cell: (row) => bar(row.counts, barWidth)},
		{title: 'READY', width: 6, align: 'right', cell: (row) => ({text: grouped(row.counts.ready)})},
		{title: 'TOTAL', width: 6, align: 'right', cell: (row) => ({text: grouped(row.counts.matched)})},
		...counts.map(number),
		reasonColumn,
	];
}

function headColumns(rows: readonly ContainerRow[], nameMax: number, wordMax: number): readonly Column<ContainerRow>[] {
	return [
		{title: '', width: 1, cell: ({mark}) => span(signs[mark], mark)},
		{title: 'NAMESPACE/NAME', width: widest(rows.map(({key}) => key), 14, nameMax), cell: ({key}) => ({text: key})},
		{title: 'STATUS', width: widest(rows.map(({word}) => word), 6, wordMax), cell: ({word, mark}) => span(word, mark)},
		{title: 'WAVE', width: 4, cell: ({wave}) => span(wave || '–', wave ? 'plain' : 'dim')},
	];
}

const reasonColumn: Column<ContainerRow> = {
	title: 'REASON', width: 0, cell: (row) => span(shortReason(row), row.mark === 'good' ? 'dim' : 'plain'),
};

/** Without what stands in other columns: wave, counts, the revision of this container. */
function shortReason({reason, mark}: ContainerRow): string {
	const counted = /^(?:wave \d+ of \d+(?:, |$))?(?:\d+ of \d+ devices Ready(?:, |$))?/;
	const short = reason.replace(counted, '').replace(/^\S+ failed: /, '');
	if (short !== '') return short;
	return mark === 'good' ? 'all devices Ready' : reason.replace(/^wave \d+ of \d+, /, '');
}

function readyText({counts: {ready, matched}}: ContainerRow): string {
	return `${ready}/${matched}`;
}

const deviceWidths = memo((rows: readonly DeviceRow[]) => ({
	name: widest(rows.map(({key}) => key), 8, 23),
	/** 0: none of them has said which. */
	bridge: rows.some(({bridge}) => bridge !== '') ? widest(rows.map(({bridge}) => bridge), 6, 16) : 0,
	generation: widest(rows.map(({generation}) => generation), 3, 11),
}));

export function deviceColumns(
	rows: readonly DeviceRow[], columns: number, nowMs: number, isOfOne: boolean,
): readonly Column<DeviceRow>[] {
	const isWide = columns >= wideFrom;
	const widths = deviceWidths(rows);
	const revision: readonly Column<DeviceRow>[] = isWide
		? [{title: 'REVISION', width: 10, cell: (row) => ({text: row.revision || '–'})}] : [];
	const bridgeWidth = isWide ? widths.bridge : Math.min(widths.bridge, 8);
	const bridgeColumn: readonly Column<DeviceRow>[] = bridgeWidth > 0
		? [{title: 'BRIDGE', width: bridgeWidth, cell: ({bridge}) => ({text: bridge || '–'})}] : [];
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
		...bridgeColumn,
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
