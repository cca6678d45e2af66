import type {Measurement} from '../measurement-table.ts';
import {runSimulation, type SimulationRun} from '../simulation-run.ts';

export const title = 'A rollout over a bad link, in virtual time';

const seeds = 20;
const devices = 50;
const mtus = [64, 256];
const link = ['--rtt', '50', '--loss', '20', '--duplicates', '5', '--reorder', '3'];
const limits = {medianSeconds: 90, maxSeconds: 180};

/** Until all devices are Ready, enrolment included. */
export async function measure(): Promise<Measurement> {
	return {
		columns: ['MTU in bytes', 'median in virtual s', 'slowest seed in virtual s', 'datagrams a device', 'bytes a device'],
		rows: mtus.map(measureMtu),
		notes: [
			`One container of 600 bytes on ${devices} devices that enrol; waves of 1 device and 100 %, minReadySeconds 1. Round trip ` +
				'50 ms, 20 % loss each way, 5 % duplicates, reorder up to 3.',
			`Seeds 1 to ${seeds}, \`npm run -s sim -- --seed N --devices ${devices} ${link.join(' ')} --mtu MTU --stats\`. ` +
				'Datagrams and bytes are those handed to the link in both ways, medians of the seeds.',
		],
	};
}

function measureMtu(mtu: number): readonly number[] {
	const runs = Array.from({length: seeds}, (_, index) => runSimulation(
		['--seed', String(index + 1), '--devices', String(devices), ...link, '--image-bytes', '600', '--mtu', String(mtu)]));
	const oversize = runs.find(({longestBytes}) => longestBytes > mtu);
	if (oversize !== undefined) throw new Error(`Cannot accept ${oversize.longestBytes} bytes: at most ${mtu} required`);
	const medianSeconds = median(runs, ({virtualSeconds}) => virtualSeconds);
	const maxSeconds = Math.max(...runs.map(({virtualSeconds}) => virtualSeconds));
	if (medianSeconds > limits.medianSeconds || maxSeconds > limits.maxSeconds) {
		const required = `at most ${limits.medianSeconds} and ${limits.maxSeconds} required`;
		throw new Error(`Cannot accept median ${medianSeconds} s and ${maxSeconds} s with MTU ${mtu}: ${required}`);
	}
	return [
		mtu, round(medianSeconds), round(maxSeconds),
		Math.round(median(runs, ({datagrams}) => datagrams)), Math.round(median(runs, ({bytes}) => bytes)),
	];
}

/** The mean of the two in the middle when there are as many above as below. */
function median(runs: readonly SimulationRun[], value: (run: SimulationRun) => number): number {
	const sorted = runs.map(value).toSorted((left, right) => left - right);
	const half = sorted.length / 2;
	return ((sorted[Math.ceil(half) - 1] ?? Number.NaN) + (sorted[Math.floor(half)] ?? Number.NaN)) / 2;
}

function round(seconds: number): number {
	return Math.round(seconds * 10) / 10;
}
