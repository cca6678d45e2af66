import {execFileSync, spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const pollMs = 50;
const patienceMs = 60_000;

/** Why these tests can't run here, or false. */
export const missing: string | false = spawnSync('tmux', ['-V']).status === 0 ? false : 'tmux is not installed';

export interface TerminalOptions {
	readonly columns: number;
	readonly rows: number;
	readonly environment?: Readonly<Record<string, string>>;
}

/** A terminal of tmux, on a server of its own, with a shell that runs one program in it and then says how that ended. */
export class Terminal {
	/** Holds the socket of the server. */
	readonly #folder = mkdtempSync(join(tmpdir(), 'femto-tmux-'));

	constructor(args: readonly string[], {columns, rows, environment = {}}: TerminalOptions) {
		const variables = Object.entries({NODE_ENV: 'production', ...environment}).map(([name, value]) => `${name}=${value}`);
		// The shell's own line discipline, as it was and as it is afterwards, tells whether the terminal was given back.
		const script = 'before=$(stty -g); "$@"; code=$?; test "$before" = "$(stty -g)" && same=yes || same=no; '
			+ 'echo "ended $code same $same"; exec sleep 60';
		this.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', String(columns), '-y', String(rows), '-c', root,
			'env', ...variables, 'sh', '-c', script, 'sh', process.execPath, ...args);
	}

	/** What the screen shows, without blanks at the ends of lines. */
	screen(): string {
		return this.#tmux('capture-pane', '-p');
	}

	/** Names of tmux: `Enter`, `Escape`, `Down`, `C-c`, or letters. */
	press(...keys: readonly string[]): void {
		this.#tmux('send-keys', ...keys);
	}

	resize(columns: number, rows: number): void {
		this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
	}

	/** Whether the alternate screen is shown. */
	isAlternate(): boolean {
		return this.#tmux('display-message', '-p', '#{alternate_on}').trim() === '1';
	}

	/** Looks until `wanted` is on the screen. Rejects with the last screen when it does not come. */
	async sees(wanted: RegExp): Promise<string> {
		let last = '';
		for (let triesLeft = patienceMs / pollMs; triesLeft > 0; triesLeft--) {
			last = this.screen();
			if (wanted.test(last)) return last;
			// What has ended shows nothing new.
			if (/^ended \d+ same \w+$/m.test(last)) break;
			await wait(pollMs);
		}
		throw new Error(`Cannot see ${wanted} on the screen:\n${last}`);
	}

	/** To the program, not to the shell around it. */
	signal(name: 'TERM' | 'USR2'): void {
		const shell = this.#tmux('display-message', '-p', '#{pane_pid}').trim();
		execFileSync('pkill', [`-${name}`, '-P', shell, 'node']);
	}

	close(): void {
		spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
		rmSync(this.#folder, {recursive: true, force: true});
	}

	get #socket(): string {
		return join(this.#folder, 'socket');
	}

	#tmux(...args: readonly string[]): string {
		return execFileSync('tmux', ['-S', this.#socket, ...args], {encoding: 'utf8'});
	}
}
