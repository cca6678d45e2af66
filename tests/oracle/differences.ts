/** A difference between the official server and ours that stays, with its reason. At most fifteen. */
export interface KnownDifference {
	readonly reason: string;
	/** `[topic / scenario / request, field of the answer]`: what it explains. */
	readonly covers: readonly (readonly [RegExp, RegExp])[];
}

export const knownDifferences: readonly KnownDifference[] = [];
