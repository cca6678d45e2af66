import {spawnSync} from 'node:child_process';

/** What one run of the simulator says of itself; figures per device are means over the fleet. */
export interface SimulationRun {
	readonly hash: string;
	readonly virtualSeconds: number;
	readonly wallSeconds: number;
	readonly residentMebibytes: number;
	readonly datagrams: number;
	readonly bytes: number;
	readonly longestBytes: number;
	readonly apiWrites: number;
	/** By plural. */
	readonly writesByKind: Readonly<Record<string, number>>;
}

/** Runs `simulator/main.ts` in a process of its own. @throws Error when not every device became Ready. */
export function runSimulation(options: readonly string[]): SimulationRun {
	const args = ['simulator/main.ts', '--stats', ...options];
	const {status, stdout, stderr} = spawnSync(process.execPath, args, {encoding: 'utf8', maxBuffer: 2 ** 26});
	if (status !== 0) throw new Error(`Cannot accept the run of node ${args.join(' ')}: ${stderr}${stdout}`);
	return parseSimulation(stdout);
}

/** Exported for its test. @throws RangeError for text without one of the lines. */
export function parseSimulation(text: string): SimulationRun {
	const match = (pattern: RegExp): readonly string[] => {
		const found = pattern.exec(text);
		if (found === null) throw new RangeError(`Cannot read the simulator's lines: ${pattern.source} is missing`);
		return found.slice(1);
	};
	const [wall] = match(/^wall ([\d.]+) s/m);
	const [memory] = match(/^memory ([\d.]+) MiB/m);
	const [datagrams, bytes, longest] = match(/^link ([\d.]+) datagrams, ([\d.]+) bytes per device, longest (\d+) bytes/m);
	const [writes, kinds = ''] = match(/^api ([\d.]+) writes per device: (.*)$/m);
	const [hash = '', virtual] = match(/^log sha256:([0-9a-f]{64}) ready=\d+\/\d+ virtual=([\d.]+)s$/m);
	return {
		hash,
		virtualSeconds: Number(virtual),
		wallSeconds: Number(wall),
		residentMebibytes: Number(memory),
		datagrams: Number(datagrams),
		bytes: Number(bytes),
		longestBytes: Number(longest),
		apiWrites: Number(writes),
		writesByKind: Object.fromEntries(kinds.split(', ').map((kind) => {
			const [plural = '', count] = kind.split(' ');
			return [plural, Number(count)];
		})),
	};
}
