import {isKubeError} from '../runtime/kube/errors.ts';

/** An error for the user's eyes: one line that names the value and the rule; the program exits with 1. */
export class UsageError extends Error {
	override readonly name = 'UsageError';
}

/** What to print of anything that was thrown. */
export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

/** The line for anything that was thrown: a refusal of the API as kubectl words it. */
export function errorLine(error: unknown): string {
	if (isKubeError(error)) {
		const {reason, message} = error.status;
		return `Error from server${reason === '' ? '' : ` (${reason})`}: ${message}`;
	}
	return `femto: ${messageOf(error)}`;
}

/** Prints it to standard error. Returns the exit code. */
export function reportError(error: unknown): number {
	console.error(errorLine(error));
	return 1;
}
