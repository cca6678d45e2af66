const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/** A time span as kubectl prints ages: `5s`, `3m20s`, `2h5m`, `3d4h`; `<invalid>` for 2 s and more in the future. */
export function humanDuration(ms: number): string {
	const seconds = Math.trunc(ms / 1000);
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
