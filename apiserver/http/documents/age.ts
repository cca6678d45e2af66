const second = 1000;
const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/** A time span as kubectl prints ages: `5s`, `3m20s`, `2h5m`, `3d4h`; `<invalid>` for 2 s and more in the future. */
export function humanDuration(ms: number): string {
	const seconds = Math.trunc(ms / second);
	if (seconds < -1) return '<invalid>';
	if (seconds < 2 * minute) return `${Math.max(seconds, 0)}s`;
	if (seconds < 10 * minute) return inTwo(seconds, [minute, 'm'], [1, 's']);
	if (seconds < 3 * hour) return `${whole(seconds, minute)}m`;
	if (seconds < 8 * hour) return inTwo(seconds, [hour, 'h'], [minute, 'm']);
	if (seconds < 2 * day) return `${whole(seconds, hour)}h`;
	if (seconds < 8 * day) return inTwo(seconds, [day, 'd'], [hour, 'h']);
	if (seconds < 2 * year) return `${whole(seconds, day)}d`;
	if (seconds < 8 * year) return inTwo(seconds, [year, 'y'], [day, 'd']);
	return `${whole(seconds, year)}y`;
}

type Unit = readonly [seconds: number, letter: string];

function inTwo(seconds: number, [large, largeLetter]: Unit, [small, smallLetter]: Unit): string {
	const rest = whole(seconds % large, small);
	return `${whole(seconds, large)}${largeLetter}${rest === 0 ? '' : `${rest}${smallLetter}`}`;
}

function whole(seconds: number, unit: number): number {
	return Math.floor(seconds / unit);
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
/** What an unset time of the official server looks like in JSON when it is not null. */
const zeroMs = Date.parse('0001-01-01T00:00:00Z');

/** Age of a time of the API at `nowMs`; `<unknown>` when there is none, `<invalid>` when it is no time. */
export function ageOf(time: unknown, nowMs: number): string {
	if (time === undefined || time === null || time === '') return '<unknown>';
	const ms = typeof time === 'string' && rfc3339.test(time) ? Date.parse(time) : NaN;
	if (Number.isNaN(ms)) return '<invalid>';
	return ms === zeroMs ? '<unknown>' : humanDuration(nowMs - ms);
}
