import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';

/** A `femto up` as a child process, seen through what it prints. */
export interface RunningFleet {
	/** Every line so far, standard output and standard error. */
	readonly lines: readonly string[];
	/** The first line that matches, past or to come, after the first `from`; rejects when the process ends without one. */
	line(pattern: RegExp, from?: number): Promise<RegExpExecArray>;
	/** Resolves with the exit code; null after a signal. */
	readonly exited: Promise<number | null>;
	/** Asks it to stop, as Ctrl-C does, and waits for its end. */
	stop(): Promise<number | null>;
}

/** Starts `command` in a group of its own, so that `npm` and what it runs stop together. */
export function startFleet(command: readonly string[], options: {readonly cwd: string}): RunningFleet {
	const [program = '', ...args] = command;
	const child = spawn(program, args, {cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true});
	const lines: string[] = [];
	const waiting = new Set<() => void>();
	for (const stream of [child.stdout, child.stderr]) {
		createInterface({input: stream}).on('line', (line) => {
			lines.push(line);
			waiting.forEach((wake) => wake());
		});
	}
	let hasExited = false;
	const exited = once(child, 'close').then(([code]) => {
		hasExited = true;
		waiting.forEach((wake) => wake());
		return code as number | null;
	});
	return {
		lines,
		exited,
		line: (pattern, from = 0) => new Promise((resolve, reject) => {
			const look = (): void => {
				const match = lines.slice(from).map((line) => pattern.exec(line)).find((found) => found !== null);
				if (match !== undefined && match !== null) {
					waiting.delete(look);
					resolve(match);
				} else if (hasExited) {
					reject(new Error(`Cannot find ${String(pattern)}: the process ended after\n${lines.slice(-20).join('\n')}`));
				}
			};
			waiting.add(look);
			look();
		}),
		stop: async () => {
			if (!hasExited) {
				interrupt(child);
			}
			return exited;
		},
	};
}

/** What no plain line may hold. */
export function hasControlCharacter(line: string): boolean {
	return Array.from(line).some((character) => character < ' ' || character === '\u007f');
}

function interrupt({pid}: ChildProcess): void {
	if (pid !== undefined) {
		process.kill(-pid, 'SIGINT');
	}
}
