import type {ReportSlice} from '../../protocol/generated/messages.ts';
import {reportBytesMax, reportSliceBytesMax} from '../../protocol/schema/messages.ts';

/** A report of which some slices are there. `parts[n]` is undefined until slice n arrives. */
export interface UnfinishedReport {
	readonly report: number;
	readonly parts: readonly (Uint8Array | undefined)[];
}

export interface JoinResult {
	/** At most two, the one touched last at the end. */
	readonly unfinished: readonly UnfinishedReport[];
	/** The whole object, when this slice was the last one missing. */
	readonly joined?: Uint8Array;
}

const partsMax = Math.ceil(reportBytesMax / reportSliceBytesMax);

/**
 * Adds a slice to the reports of one device that are still unfinished. A newer number drops the older ones: the device
 * has given them up. A lower one is kept beside, because it may belong to the first reports after a reboot; slices
 * carry no MAC, so nothing that they say is believed until the whole is.
 */
export function joinSlice(unfinished: readonly UnfinishedReport[], slice: ReportSlice): JoinResult {
	if (!isPossible(slice)) {
		return {unfinished};
	}
	const known = unfinished.find(({report, parts}) => report === slice.report && parts.length === slice.parts);
	const empty: readonly undefined[] = Array.from({length: slice.parts});
	const parts = (known?.parts ?? empty).with(slice.part, slice.bytes);
	const others = unfinished.filter(({report}) => report > slice.report).slice(-1);
	const joined = joinParts(parts);
	return joined === undefined
		? {unfinished: [...others, {report: slice.report, parts}]} : {unfinished: others, joined};
}

/** Whether a slice can be of a report at all: none is larger than `reportBytesMax`. */
export function isPossible({part, parts}: ReportSlice): boolean {
	return parts > 0 && parts <= partsMax && part < parts;
}

function joinParts(parts: readonly (Uint8Array | undefined)[]): Uint8Array | undefined {
	const present = parts.filter(part => part !== undefined);
	if (present.length < parts.length) {
		return undefined;
	}
	const bytes = new Uint8Array(present.reduce((size, part) => size + part.length, 0));
	let offset = 0;
	for (const part of present) {
		bytes.set(part, offset);
		offset += part.length;
	}
	return bytes;
}
