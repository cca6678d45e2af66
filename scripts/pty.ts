import {spawn, type ChildProcessWithoutNullStreams} from 'node:child_process';

export interface PtySize {
	readonly columns: number;
	readonly rows: number;
}

const patienceMs = 60_000;

/** A program on a pseudo-terminal of `script` (util-linux): what is typed, and when something is written. */
export class PtyProgram {
	readonly #script: ChildProcessWithoutNullStreams;
	/** What was written since `shows` last resolved. */
	#text = '';
	#look = (): void => {};
	/** The exit code of the program. */
	readonly exited: Promise<number | null>;
	/** Its process id, and when a shell was about to become it. */
	readonly started: Promise<{readonly pid: number; readonly ms: number}>;

	constructor(command: readonly string[], {columns, rows}: PtySize) {
		const words = command.map((word) => `'${word.replaceAll('\'', '\'\\\'\'')}'`).join(' ');
		const line = `stty cols ${columns} rows ${rows}; printf 'pid %s.' $$; exec ${words}`;
		this.#script = spawn('script', ['-qfec', line, '/dev/null'], {env: {...process.env, SHELL: '/bin/sh'}});
		this.exited = new Promise((resolve, reject) => this.#script.once('error', reject).once('close', resolve));
		this.#script.stdout.setEncoding('utf8').on('data', (chunk: string) => {
			this.#text += chunk;
			this.#look();
		});
		this.started = this.shows(/pid (\d+)\./).then(([, pid]) => ({pid: Number(pid), ms: performance.now()}));
	}

	type(keys: string): void {
		this.#script.stdin.write(keys);
	}

	/** Resolves when `wanted` is in what was written since the last time; one call at a time. */
	shows(wanted: RegExp): Promise<RegExpExecArray> {
		return new Promise((resolve, reject) => {
			const fail = (): void => reject(new Error(`Cannot see ${wanted} on the terminal:\n${this.#text.slice(-2_000)}`));
			const timer = setTimeout(fail, patienceMs);
			this.#look = (): void => {
				const found = wanted.exec(this.#text);
				if (found === null) return;
				clearTimeout(timer);
				this.#look = (): void => {};
				this.#text = this.#text.slice(found.index + found[0].length);
				resolve(found);
			};
			this.#look();
		});
	}

	/** Takes the terminal away, which ends most programs. */
	close(): void {
		this.#script.kill();
	}
}
