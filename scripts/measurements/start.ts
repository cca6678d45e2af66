import {rmSync} from 'node:fs';
import {askResponders} from '../ask-responder.ts';
import type {Measurement} from '../measurement-table.ts';
import {repositoryRoot} from '../repository.ts';
import {hasControlCharacter, startFleet, type RunningFleet} from '../running-fleet.ts';

export const title = 'From `npm start` to Ready: three samples on 20 emulated devices';

const runs = 5;
const devices = 20;
const samples = ['samples/counter', 'samples/moving-average', 'samples/responder'];
const limitSeconds = 30;

/** Each run begins without build outputs and state; `node_modules` is there. */
export async function measure(): Promise<Measurement> {
	const seconds: number[] = [];
	for (let run = 0; run < runs; run++) {
		seconds.push(await timeStart());
	}
	await checkAnswers();
	const sorted = seconds.sort((first, second) => first - second);
	const median = sorted[Math.floor(runs / 2)] ?? Number.NaN;
	const slowest = sorted.at(-1) ?? Number.NaN;
	if (slowest > limitSeconds) {
		throw new Error(`Cannot accept ${slowest.toFixed(1)} s: at most ${limitSeconds} s required`);
	}
	return {
		columns: ['what', 'value', 'unit'],
		rows: [
			[`\`npm start -- --devices ${devices} --exit-when-ready\`, wall time, median of ${runs}`, median.toFixed(1), 's'],
			['the slowest', slowest.toFixed(1), 's'],
			['lines `<namespace>/<name> Ready 20/20`, each run', samples.length, ''],
			['right answers of 3 random devices to 16 random bytes', 3, ''],
		],
		notes: ['Bundle, firmware and containers are compiled in each run; nothing is prebuilt.'],
	};
}

function start(options: readonly string[]): RunningFleet {
	for (const output of ['build', 'dist', '.femto']) {
		rmSync(`${repositoryRoot}/${output}`, {recursive: true, force: true});
	}
	return startFleet(['npm', 'start', '--', '--devices', String(devices), ...options], {cwd: repositoryRoot});
}

async function timeStart(): Promise<number> {
	const startMs = performance.now();
	const fleet = start(['--exit-when-ready']);
	const code = await fleet.exited;
	const seconds = (performance.now() - startMs) / 1000;
	const ready = samples.map((name) => fleet.lines.filter((line) => line === `${name} Ready ${devices}/${devices}`).length);
	if (code !== 0 || ready.some((count) => count !== 1)) {
		throw new Error(`Cannot accept the run: exit code ${code}, Ready lines ${ready.join(', ')}\n${fleet.lines.join('\n')}`);
	}
	if (fleet.lines.some(hasControlCharacter)) {
		throw new Error('Cannot accept the run: it printed control characters without a terminal');
	}
	return seconds;
}

async function checkAnswers(): Promise<void> {
	const fleet = start([]);
	try {
		await fleet.line(new RegExp(`^samples/responder Ready ${devices}/${devices}$`));
		const [, port] = await fleet.line(/broker on tcp 127\.0\.0\.1:(\d+)/);
		await askResponders(Number(port), pickDevices(), [1, 2, 3]);
	} finally {
		await fleet.stop();
	}
}

/** Three different devices by chance. */
function pickDevices(): string[] {
	const all = Array.from({length: devices}, (_, index) => `sim-${String(index + 1).padStart(2, '0')}`);
	return Array.from({length: 3}, () => all.splice(Math.floor(Math.random() * all.length), 1)[0] ?? '');
}
