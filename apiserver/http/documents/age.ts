import {humanDuration} from '../../../runtime/human-duration.ts';

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
