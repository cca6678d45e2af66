/**
 * Applies a unified diff of one file, wherever its context stands. Error when the context is not there, or more than
 * once: the patch is out of date.
 */
export function applyPatch(patch: string, source: string): string {
	const hunks = patch.split(/^@@ .*\n/m).slice(1);
	return hunks.reduce((text, hunk) => {
		const lines = hunk.split('\n').filter((line) => /^[ +-]/.test(line));
		const side = (other: string): string =>
			lines.filter((line) => !line.startsWith(other)).map((line) => `${line.slice(1)}\n`).join('');
		const parts = text.split(side('+'));
		if (parts.length !== 2) {
			throw new Error(`Cannot apply patch: its context stands ${parts.length - 1} times in the source:\n${hunk}`);
		}
		return parts.join(side('-'));
	}, source);
}
