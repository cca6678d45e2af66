import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {appendFileSync} from 'node:fs';
import {createInterface} from 'node:readline';

const living = new Set<ChildProcess>();
let isGuarded = false;

/** Where a child writes and whom it tells; shared by all children of one fleet. */
export interface ChildOptions {
	/** Every line is appended to it. */
	readonly log: string;
	readonly onChange: (line?: string) => void;
}

/** One process that prints lines. However this process ends, short of SIGKILL, the child ends with it. */
export class Child {
	readonly lines: string[] = [];
	readonly ended: Promise<void>;
	exit: {readonly code: number | null; readonly signal: NodeJS.Signals | null} | undefined;
	readonly #process: ChildProcess;

	constructor([program = '', ...args]: readonly string[], {log, onChange}: ChildOptions) {
		guard();
		appendFileSync(log, `$ ${[program, ...args].join(' ')}\n`);
		const child = spawn(program, args, {stdio: ['ignore', 'pipe', 'pipe']});
		this.#process = child;
		living.add(child);
		for (const stream of [child.stdout, child.stderr]) {
			createInterface({input: stream}).on('line', (line) => {
				this.lines.push(line);
				appendFileSync(log, `${line}\n`);
				onChange(line);
			});
		}
		this.ended = once(child, 'close').then(([code, signal]: unknown[]) => {
			living.delete(child);
			this.exit = {code: code as number | null, signal: signal as NodeJS.Signals | null};
			appendFileSync(log, `$ ended ${JSON.stringify(this.exit)}\n`);
			onChange();
		});
		// One that can't be started closes without lines, and whoever waits for one is told.
		child.on('error', (error) => this.lines.push(error.message));
	}

	/** Of the program itself: `femto device` prints the id of the process that is the device. */
	get pid(): number {
		const told = this.lines.map((line) => /^start .* pid=(\d+) /.exec(line)?.[1]).find((id) => id !== undefined);
		const pid = told === undefined ? this.#process.pid : Number(told);
		if (pid === undefined) throw new Error(`Cannot signal ${this.#process.spawnfile}: it was never started`);
		return pid;
	}

	/** Signals the program, and waits for its end when it was a signal to end. */
	signal(name: NodeJS.Signals): void {
		if (this.exit === undefined) process.kill(this.pid, name);
	}

	async kill(): Promise<void> {
		if (this.exit === undefined) {
			this.signal('SIGKILL');
			await this.ended;
		}
	}
}

/** Kills what still lives when this process ends. */
function guard(): void {
	if (isGuarded) return;
	isGuarded = true;
	process.on('exit', () => living.forEach((child) => child.kill('SIGKILL')));
	for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		process.on(name, () => process.exit(1));
	}
}
