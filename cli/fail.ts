import {UnreachableError} from '../runtime/kube/client/failure.ts';
import {isKubeError} from '../runtime/kube/errors.ts';

/** An error for the user's eyes: one line that names the value and the rule; the program exits with 1. */
export class UsageError extends Error {
	override readonly name = 'UsageError';
}

/** Misuse or failure of a command that kubectl has, too: printed after `error:`, as there. */
export class CommandError extends Error {
	override readonly name = 'CommandError';
}

/** What to print of anything that was thrown. */
export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

/** The line for anything that was thrown: a refusal of the API, and an API that is not there, as kubectl words it. */
export function errorLine(error: unknown): string {
	if (isKubeError(error)) {
		const {reason, message} = error.status;
		if (reason === 'Unauthorized') {
			return `error: You must be logged in to the server (${message})`;
		}
		return `Error from server${reason === '' ? '' : ` (${reason})`}: ${message}`;
	}
	if (error instanceof UnreachableError) {
		return error.isRefused
			? `The connection to the server ${new URL(error.server).host} was refused - did you specify the right host or port?`
			: `Unable to connect to the server: ${error.phrase}`;
	}
	return `${error instanceof CommandError ? 'error' : 'femto'}: ${messageOf(error)}`;
}

/** Prints it to standard error. Returns the exit code. */
export function reportError(error: unknown): number {
	console.error(errorLine(error));
	return 1;
}
