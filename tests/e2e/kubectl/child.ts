import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';

export interface Outcome {
	readonly code: number;
	readonly stdout: string;
	readonly stderr: string;
}

export interface ChildOptions {
	readonly env: Readonly<Record<string, string>>;
	readonly cwd: string;
	readonly input?: string;
}

const patienceMs = 60_000;

/** Runs a program to its end. Rejects when it does not end in a minute. */
export async function runProgram(program: string, args: readonly string[], options: ChildOptions): Promise<Outcome> {
	const {input = '', ...where} = options;
	const child = spawn(program, args, {...where, timeout: patienceMs, killSignal: 'SIGKILL'});
	const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
	// A program may end before it has read everything; its outcome tells.
	child.stdin.on('error', () => {});
	child.stdin.end(input);
	const [code] = (await once(child, 'close')) as [number | null];
	if (code === null) throw new Error(`${args.join(' ')} did not end in ${patienceMs / 1000} s\n${stdout()}${stderr()}`);
	return {code, stdout: stdout(), stderr: stderr()};
}

function collect(stream: NodeJS.ReadableStream): () => string {
	const chunks: Buffer[] = [];
	stream.on('data', (chunk: Buffer) => chunks.push(chunk));
	return () => Buffer.concat(chunks).toString('utf8');
}

/** A program that goes on until it is stopped, and what it says on standard output, line by line. */
export class Follower {
	readonly lines: string[] = [];
	readonly #child: ChildProcess;
	readonly #closed: Promise<unknown>;
	#partial = '';
	#error = '';
	#hasEnded = false;
	#waiting: {readonly pattern: RegExp; readonly resolve: (line: string) => void; readonly reject: (error: Error) => void} | undefined;

	constructor(program: string, args: readonly string[], options: ChildOptions) {
		this.#child = spawn(program, args, {...options, stdio: ['ignore', 'pipe', 'pipe'], timeout: patienceMs, killSignal: 'SIGKILL'});
		this.#closed = once(this.#child, 'close').finally(() => {
			this.#hasEnded = true;
			this.#waiting?.reject(this.#failure());
		});
		this.#child.stdout?.on('data', (chunk: Buffer) => this.#read(chunk.toString()));
		this.#child.stderr?.on('data', (chunk: Buffer) => (this.#error += chunk.toString()));
	}

	/** The first line so far, or to come, that matches. Rejects when the program ends, after a minute at the latest. */
	line(pattern: RegExp): Promise<string> {
		const found = this.lines.find((line) => pattern.test(line));
		if (found !== undefined) return Promise.resolve(found);
		if (this.#hasEnded) return Promise.reject(this.#failure());
		return new Promise((resolve, reject) => (this.#waiting = {pattern, resolve, reject}));
	}

	/** Resolves with the exit code when it has ended by itself. */
	async ended(): Promise<number | null> {
		await this.#closed;
		return this.#child.exitCode;
	}

	async stop(): Promise<void> {
		this.#child.kill('SIGTERM');
		await this.#closed;
	}

	#read(text: string): void {
		const lines = (this.#partial + text).split('\n');
		this.#partial = lines.pop() ?? '';
		this.lines.push(...lines);
		const found = lines.find((line) => this.#waiting?.pattern.test(line));
		if (found === undefined) return;
		this.#waiting?.resolve(found);
		this.#waiting = undefined;
	}

	#failure(): Error {
		return new Error(`It ended without the line ${this.#waiting?.pattern}:\n${this.lines.join('\n')}\n${this.#error}`);
	}
}
