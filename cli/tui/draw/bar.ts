import {span, type Span} from '../line.ts';
import type {Counts} from '../state/container-row.ts';

/** Progress in `width` columns: ready, failed, the rest. What is not nothing gets one column, what is not all leaves one. */
export function bar({matched, ready, failed}: Counts, width: number): readonly Span[] {
	const bad = share(failed, matched, width);
	const good = Math.min(share(ready, matched, width), width - bad);
	return [span('█'.repeat(good), 'good'), span('▚'.repeat(bad), 'bad'), span('░'.repeat(width - good - bad), 'dim')];
}

function share(part: number, whole: number, width: number): number {
	if (part <= 0 || whole <= 0) return 0;
	if (part >= whole) return width;
	return Math.max(1, Math.min(width - 1, Math.floor(part * width / whole)));
}

/** 12345 as 12,345. */
export function grouped(count: number): string {
	return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
