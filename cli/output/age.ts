import {parseTime} from '../../runtime/clock.ts';
import {humanDuration} from '../../runtime/human-duration.ts';

/** How long ago, as kubectl prints it: two units at most. `<unknown>` for what is no time. */
export function age(time: string | undefined, nowMs: number): string {
	const thenMs = parseTime(time);
	return thenMs === undefined ? '<unknown>' : humanDuration(nowMs - thenMs);
}

/** How long until then: and `overdue` once it has passed. */
export function untilTime(time: string | undefined, nowMs: number): string {
	const thenMs = parseTime(time);
	if (thenMs === undefined) {
		return '<unknown>';
	}
	return thenMs < nowMs ? 'overdue' : humanDuration(thenMs - nowMs);
}

const units: Readonly<Record<string, number>> = {ms: 1, s: 1000, m: 60_000, h: 3_600_000};

/** Milliseconds of a text such as `90s`, `5m`, `1h30m` or `0`, as Go reads it; undefined for any other. */
export function parseDuration(text: string): number | undefined {
	if (text === '0') {
		return 0;
	}
	if (!/^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/.test(text)) {
		return undefined;
	}
	let sum = 0;
	for (const [, number, , unit = ''] of text.matchAll(/([0-9]+(\.[0-9]+)?)(ms|s|m|h)/g)) {
		sum += Number(number) * (units[unit] ?? 0);
	}
	return Math.round(sum);
}
