/**
 * Frames on their way to a device. A UART without flow control loses what its buffer can't hold, so a frame counts as
 * under way for the time that the line takes for it at its rate, one frame after the other.
 */
export interface Pace {
	/** When the line has carried each frame that is under way, in order. */
	readonly carriedAtMs: readonly number[];
}

/** Four of the longest frames fit the buffer of 1 KiB that is usual in front of a UART. */
export const maxUnderWay = 4;
/** Start bit, 8 bits, stop bit. */
const bitsPerOctet = 10;

export const idlePace: Pace = {carriedAtMs: []};

/** A frame of so many octets goes onto the line now. */
export function addFrame({carriedAtMs}: Pace, octets: number, baud: number, nowMs: number): Pace {
	const beginMs = Math.max(nowMs, carriedAtMs.at(-1) ?? 0);
	return {carriedAtMs: [...carriedAtMs, beginMs + (octets * bitsPerOctet * 1000) / baud]};
}

/** Without the frames that the line has carried by now. */
export function settlePace({carriedAtMs}: Pace, nowMs: number): Pace {
	return {carriedAtMs: carriedAtMs.filter((timeMs) => timeMs > nowMs)};
}
