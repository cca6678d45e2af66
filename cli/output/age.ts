import {parseTime} from '../../runtime/clock.ts';

/** How long ago, as kubectl prints it: two units at most. `<unknown>` for what is no time. */
export function age(time: string | undefined, nowMs: number): string {
	const thenMs = parseTime(time);
	return thenMs === undefined ? '<unknown>' : duration(nowMs - thenMs);
}

/** How long until then: and `overdue` once it has passed. */
export function untilTime(time: string | undefined, nowMs: number): string {
	const thenMs = parseTime(time);
	if (thenMs === undefined) {
		return '<unknown>';
	}
	return thenMs < nowMs ? 'overdue' : duration(thenMs - nowMs);
}

/** The rules of HumanDuration in k8s.io/apimachinery. */
export function duration(ms: number): string {
	const seconds = Math.trunc(ms / 1000);
	const [minutes, hours] = [Math.trunc(seconds / 60), Math.trunc(seconds / 3600)];
	if (seconds < -1) {
		return '<invalid>';
	}
	if (seconds < 120) {
		return `${Math.max(0, seconds)}s`;
	}
	if (minutes < 10) {
		return pair(minutes, 'm', seconds % 60, 's');
	}
	if (minutes < 180) {
		return `${minutes}m`;
	}
	if (hours < 8) {
		return pair(hours, 'h', minutes % 60, 'm');
	}
	if (hours < 48) {
		return `${hours}h`;
	}
	return days(hours);
}

function days(hours: number): string {
	const total = Math.trunc(hours / 24);
	if (total < 8) {
		return pair(total, 'd', hours % 24, 'h');
	}
	const years = Math.trunc(total / 365);
	if (years < 2) {
		return `${total}d`;
	}
	return years < 8 ? pair(years, 'y', total % 365, 'd') : `${years}y`;
}

function pair(first: number, firstUnit: string, second: number, secondUnit: string): string {
	return second === 0 ? `${first}${firstUnit}` : `${first}${firstUnit}${second}${secondUnit}`;
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
