/** Milliseconds since the epoch of an RFC 3339 time; undefined when there is none or it is none. */
export function parseTime(text: string | undefined): number | undefined {
	const ms = Date.parse(text ?? '');
	return Number.isNaN(ms) ? undefined : ms;
}
