/** Where a command writes: the process, or a test. */
export interface Console {
	/** To standard output, as it is. */
	out(text: string): void;
	/** One line to standard error. */
	error(line: string): void;
	/** Characters of a line when standard output is a terminal. */
	readonly width?: number | undefined;
}
