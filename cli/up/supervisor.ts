import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, openSync} from 'node:fs';
import type {Clock, Timer} from '../../runtime/clock.ts';
import type {Say} from '../apply/applier.ts';

export interface ProgramStart {
	/** Name in what is said, and of the log file. */
	readonly name: string;
	/** Program and arguments. */
	readonly command: readonly string[];
	/** Takes everything it prints. */
	readonly log: string;
}

const restartFirstMs = 500;
const restartMaxMs = 10_000;
/** A program that ran so long begins anew with the shortest wait. */
const healthyMs = 30_000;

/** Keeps a program running: one that ends is started again, after a wait that doubles while it does not last. */
export class Supervisor {
	readonly #start: ProgramStart;
	readonly #clock: Clock;
	readonly #say: Say;
	#child: ChildProcess | undefined;
	#timer: Timer | undefined;
	#isStopping = false;
	#waitMs = restartFirstMs;

	constructor(start: ProgramStart, clock: Clock, say: Say) {
		this.#start = start;
		this.#clock = clock;
		this.#say = say;
		this.#run();
	}

	/** Asks it to end and waits for that. */
	async stop(): Promise<void> {
		this.#isStopping = true;
		this.#timer?.cancel();
		const child = this.#child;
		if (child !== undefined) {
			const ended = once(child, 'exit');
			child.kill('SIGTERM');
			await ended;
		}
	}

	#run(): void {
		const {command: [program = '', ...args], log} = this.#start;
		const output = openSync(log, 'a', 0o600);
		const sinceMs = this.#clock.now();
		const child = spawn(program, args, {stdio: ['ignore', output, output]});
		closeSync(output);
		this.#child = child;
		child.once('exit', (code, signal) => {
			this.#child = undefined;
			if (!this.#isStopping) {
				this.#restart(code === null ? `signal ${signal}` : `code ${code}`, this.#clock.now() - sinceMs);
			}
		});
	}

	#restart(how: string, ranMs: number): void {
		const {name, log} = this.#start;
		this.#waitMs = ranMs > healthyMs ? restartFirstMs : this.#waitMs;
		this.#say(`up: ${name} ended with ${how}, starts again in ${this.#waitMs / 1000} s; ${log} says why`);
		this.#timer = this.#clock.setTimer(this.#waitMs, () => this.#run());
		this.#waitMs = Math.min(2 * this.#waitMs, restartMaxMs);
	}
}
