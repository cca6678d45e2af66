/** Commands whose text may differ between the official server and the embedded one, each with its reason. */
export interface TextDifference {
	readonly reason: string;
	/** Name of the case, command. */
	readonly covers: readonly (readonly [RegExp, RegExp])[];
}

export const textDifferences: readonly TextDifference[] = [];
