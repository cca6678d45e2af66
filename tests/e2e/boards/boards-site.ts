import {EventEmitter, once} from 'node:events';
import {mkdir, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {readFleetKey} from '../../../cli/keys/key-file.ts';
import {deviceKey} from '../../../protocol/crypto.ts';
import {makeBoardFlash, startBoard, type BoardName} from '../../support/boards.ts';
import {Child} from '../loop/child.ts';
import {freePort} from '../../../cli/up/free-port.ts';
import {bridgeCommand, brokerCommand, controllerCommand, runsLine, type Site} from '../loop/programs.ts';
import {makeKeys, makeSources} from '../loop/sources.ts';

/** Longest wait for anything: several times what a loaded machine needs. */
const patienceMs = 120_000;

/** Broker, bridge and controller with the samples to run, and boards that are plugged in one by one. */
export class BoardsSite {
	readonly #site: Site;
	readonly #children = new Map<string, Child>();
	readonly #events = new EventEmitter();

	private constructor(site: Site) {
		this.#site = site;
		this.#events.setMaxListeners(0);
	}

	/** Resolves when all three programs run. */
	static async start(): Promise<BoardsSite> {
		const folder = await mkdtemp(join(tmpdir(), 'femto-boards-'));
		await mkdir(join(folder, 'flash'));
		makeKeys(join(folder, 'keys'), 1);
		await makeSources(join(folder, 'apply'), join(folder, 'keys'));
		const site = new BoardsSite({folder, broker: 'femto', brokerPort: await freePort(), bridgePort: await freePort()});
		try {
			await site.#startProgram('broker', brokerCommand(site.#site), runsLine.broker);
			await site.#startProgram('bridge', bridgeCommand(site.#site), runsLine.bridge);
			await site.#startProgram('controller', controllerCommand(site.#site), runsLine.controller);
			await site.#startProgram('controller', undefined, /"msg":"subscribed"/);
			return site;
		} catch (error) {
			await site.end();
			throw error;
		}
	}

	/** Powers a new board up; its device id is the board's name. */
	async plugIn(board: BoardName): Promise<Child> {
		const keys = join(this.#site.folder, 'keys');
		await makeBoardFlash(board, this.#flashOf(board), {
			id: board,
			deviceKey: deviceKey(readFleetKey(keys, 'fleet.secret'), board, 0),
			rootKey: readFleetKey(keys, 'root.pub'),
			bridgePort: this.#site.bridgePort,
		});
		return this.powerUp(board);
	}

	/** Powers a board up, with the flash it has; resolves when it has booted. */
	async powerUp(board: BoardName): Promise<Child> {
		const child = startBoard({
			board, flashFile: this.#flashOf(board), log: this.#logOf(board), onChange: () => this.#events.emit('change'),
			extra: ['-chardev', `socket,id=gdb,server=on,wait=off,path=${this.debuggerOf(board)}`, '-gdb', 'chardev:gdb'],
		});
		this.#children.set(board, child);
		await this.until(() => child.lines.some((line) => line.startsWith('start ')), `${board} to boot`);
		return child;
	}

	/** Kills the bridge: from here on no board reaches anybody. */
	async unplugBridge(): Promise<void> {
		await this.#children.get('bridge')?.kill();
	}

	/** Everything that the controller has written. */
	get controllerLines(): readonly string[] {
		return this.#children.get('controller')?.lines ?? [];
	}

	/** Resolves when `holds` does, looked at after each line; rejects after a while. */
	async until(holds: () => boolean, what: string): Promise<void> {
		const signal = AbortSignal.timeout(patienceMs);
		while (!holds()) {
			try {
				await once(this.#events, 'change', {signal});
			} catch (cause) {
				const last = [...this.#children].map(([name, {lines}]) => `${name}: ${lines.slice(-3).join(' | ')}`);
				throw new Error(`Waited ${patienceMs} ms for ${what}\n${last.join('\n')}`, {cause});
			}
		}
	}

	/** Ends everything and removes what it wrote. */
	async end(): Promise<void> {
		await Promise.all([...this.#children.values()].map(async (child) => child.kill()));
		await rm(this.#site.folder, {recursive: true});
	}

	/** The socket on which a running board waits for a debugger. */
	debuggerOf(board: BoardName): string {
		return join(this.#site.folder, `${board}.gdb`);
	}

	#flashOf(board: BoardName): string {
		return join(this.#site.folder, 'flash', board);
	}

	#logOf(name: string): string {
		return join(this.#site.folder, `${name}.log`);
	}

	/** Without a command: of a program that was started already. */
	async #startProgram(name: string, command: readonly string[] | undefined, runs: RegExp): Promise<void> {
		const onChange = (): boolean => this.#events.emit('change');
		const child = command === undefined ? this.#children.get(name) : new Child(command, {log: this.#logOf(name), onChange});
		if (child === undefined) throw new Error(`Cannot find ${name}: it was not started`);
		this.#children.set(name, child);
		await this.until(() => child.lines.some((line) => runs.test(line)), `${name} to match ${String(runs)}`);
	}
}
