/** A container's program as the compiler left it, ready to be packed; `protocol/schema/image.ts` names the limits. */
export interface Program {
	/** Entries in rising order of id; offsets count instructions of 8 bytes. */
	readonly hooks: readonly ProgramHook[];
	/** Instructions of 8 bytes, addresses resolved. */
	readonly text: Uint8Array;
	readonly rodata: Uint8Array;
	readonly data: Uint8Array;
	/** Zeros after the data, in bytes. */
	readonly bssSize: number;
	/** Bytes, a multiple of 8. */
	readonly stackSize: number;
	readonly parameters: readonly ProgramParameter[];
}

export interface ProgramHook {
	readonly id: number;
	readonly offset: number;
}

/** An integer an operator may set; the position in the list is what the container calls it by. */
export interface ProgramParameter {
	readonly name: string;
	readonly default: number;
	readonly min: number;
	readonly max: number;
}
