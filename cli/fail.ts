/** An error for the user's eyes: one line that names the value and the rule; the program exits with 1. */
export class UsageError extends Error {
	override readonly name = 'UsageError';
}

/** What to print of anything that was thrown. */
export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
