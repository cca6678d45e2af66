import {execFileSync, spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {setTimeout as wait} from 'node:timers/promises';
import type {Measurement} from '../measurement-table.ts';
import {PtyProgram, type PtySize} from '../pty.ts';
import {repositoryRoot} from '../repository.ts';

export const title = 'The terminal view of a fleet of 5,000 devices';

const devices = 5_000;
const runs = 7;
const keys = 200;
const narrow: PtySize = {columns: 80, rows: 24};
const sizes: readonly PtySize[] = [narrow, {columns: 200, rows: 50}];
const limits = {firstRowMs: 600, keyMs: 30};

interface KeyTimes {
	readonly size: PtySize;
	readonly times: readonly number[];
	readonly megabytes: number;
}

/** The bundle on a real terminal; the API with the fleet is another process, reached over HTTPS. */
export async function measure(): Promise<Measurement> {
	const folder = mkdtempSync(join(tmpdir(), 'femto-measure-'));
	const kubeconfig = join(folder, 'kubeconfig');
	const server = await startServer(kubeconfig);
	try {
		const rowTimes: number[] = [];
		for (let run = 0; run < runs; run++) rowTimes.push(await timeFirstRow(kubeconfig));
		const keyTimes: KeyTimes[] = [];
		for (const size of sizes) keyTimes.push(await timeKeys(kubeconfig, size));
		return tableOf(rowTimes, keyTimes);
	} finally {
		server.kill();
		rmSync(folder, {recursive: true});
	}
}

async function startServer(kubeconfig: string): Promise<ChildProcess> {
	const args = [join(repositoryRoot, 'tests/support/fleet-server.ts'), String(devices), kubeconfig];
	const server = spawn(process.execPath, args, {stdio: ['ignore', 'pipe', 'inherit']});
	// The path of the kubeconfig is said when the API answers.
	await once(createInterface(server.stdout), 'line');
	return server;
}

function open(kubeconfig: string, size: PtySize): PtyProgram {
	return new PtyProgram([process.execPath, join(repositoryRoot, 'dist/femto.js'), 'tui', '--kubeconfig', kubeconfig], size);
}

/** From the start of the process to a FemtoContainer on the screen. */
async function timeFirstRow(kubeconfig: string): Promise<number> {
	const view = open(kubeconfig, narrow);
	try {
		const {ms} = await view.started;
		await view.shows(/default\/hello/);
		const took = performance.now() - ms;
		await quit(view);
		return took;
	} finally {
		view.close();
	}
}

/** From a key typed to another row chosen on the screen, in the list of all devices; each tenth key turns a page. */
async function timeKeys(kubeconfig: string, size: PtySize): Promise<KeyTimes> {
	const view = open(kubeconfig, size);
	try {
		const {pid} = await view.started;
		view.type(':fd\r');
		await view.shows(new RegExp(`Devices.* ${devices.toLocaleString('en')}`));
		let chosen = await chosenAfter(view, '');
		const times: number[] = [];
		for (let key = 1; key <= keys; key++) {
			// At no fixed beat: the view has one of its own.
			await wait(30 + Math.random() * 40);
			const startMs = performance.now();
			view.type(key % 10 === 0 ? '\u001b[6~' : 'j');
			chosen = await chosenAfter(view, chosen);
			times.push(performance.now() - startMs);
		}
		const megabytes = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], {encoding: 'utf8'})) / 1024;
		await quit(view);
		return {size, times, megabytes};
	} finally {
		view.close();
	}
}

/** The name of the row that is shown inverted, once it is another one than `last`. */
async function chosenAfter(view: PtyProgram, last: string): Promise<string> {
	for (;;) {
		// oxlint-disable-next-line no-control-regex -- what is written begins with escape
		const [, name = ''] = await view.shows(/\u001b\[7m . (sim-\d+) /);
		if (name !== last) return name;
	}
}

async function quit(view: PtyProgram): Promise<void> {
	view.type('q');
	const code = await view.exited;
	if (code !== 0) throw new Error(`Cannot accept the run: exit code ${code}`);
}

function tableOf(rowTimes: readonly number[], keyTimes: readonly KeyTimes[]): Measurement {
	const firstRow = quantile(rowTimes, 0.5);
	check('first row, median', firstRow, limits.firstRowMs);
	for (const {size: {columns}, times} of keyTimes) check(`key at ${columns} columns, p95`, quantile(times, 0.95), limits.keyMs);
	return {
		columns: ['what', 'value', 'unit'],
		rows: [
			[`first row of the view, from the start of the process, median of ${runs}`, firstRow, 'ms'],
			['the slowest', quantile(rowTimes, 1), 'ms'],
			...keyTimes.flatMap(({size: {columns, rows}, times, megabytes}) => [
				[`key to screen at ${columns}×${rows}, p50`, quantile(times, 0.5), 'ms'],
				[`key to screen at ${columns}×${rows}, p95`, quantile(times, 0.95), 'ms'],
				[`resident memory at ${columns}×${rows}`, Math.round(megabytes), 'MiB'],
			] as const),
		],
		notes: [
			'`femto tui`, the bundle, on a pseudo-terminal of `script`; the embedded API with the fleet runs beside it, over HTTPS.',
			`${keys} keys a size in the list of all devices: nine rows down, then a page; until another row is shown as the chosen one.`,
		],
	};
}

function check(what: string, foundMs: number, limitMs: number): void {
	if (foundMs > limitMs) throw new Error(`Cannot accept ${what} ${foundMs} ms: at most ${limitMs} ms required`);
}

/** In tenths of a unit. */
function quantile(values: readonly number[], part: number): number {
	const sorted = values.toSorted((first, second) => first - second);
	return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN) * 10) / 10;
}
