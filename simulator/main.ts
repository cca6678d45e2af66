import {closeSync, openSync, readdirSync, readFileSync, writeSync} from 'node:fs';
import {Command, InvalidArgumentError, Option} from 'commander';
import {parse} from 'yaml';
import {describeStatistics} from './fleet-statistics.ts';
import {SimulatedFleet} from './fleet.ts';
import {perfectLink} from './lane.ts';
import {sampleObjects} from './sample.ts';

interface Arguments {
	readonly seed: number;
	readonly devices: number;
	readonly loss: number;
	readonly rtt: number;
	readonly jitter: number;
	readonly duplicates: number;
	readonly reorder: number;
	readonly mtu: number;
	readonly samplesPerSecond: number;
	readonly imageBytes: number;
	readonly within: number;
	readonly until: 'ready' | 'end';
	readonly stats?: true;
	readonly log?: string;
}

/** From here on a run tells what it cost without being asked. */
const largeFleet = 1000;

const program = new Command('sim')
	.description('Runs a whole fleet under virtual time: the same seed gives the same event log, byte for byte.')
	.option('--seed <number>', 'source of all chance', integer(0, 0xffff_ffff), 1)
	.option('--devices <number>', 'devices of the fleet', integer(1, 9999), 50)
	.option('--loss <percent>', 'datagrams lost, each way', integer(0, 99), 0)
	.option('--rtt <ms>', 'round trip between device and bridge', integer(0, 60_000), 50)
	.option('--jitter <ms>', 'greatest addition to it, each way', integer(0, 60_000), 0)
	.option('--duplicates <percent>', 'datagrams that arrive twice', integer(0, 100), 0)
	.option('--reorder <number>', 'how many datagrams may overtake one', integer(0, 100), 0)
	.option('--mtu <bytes>', 'longer datagrams are lost', integer(64, 1500), 64)
	.option('--samples-per-second <number>', 'calls of the sensor hook on each device', integer(0, 1000), 0)
	.option('--image-bytes <number>', 'size of the container that is rolled out', integer(100, 16_000), 600)
	.option('--within <seconds>', 'virtual time after which the run ends', integer(1, 1_000_000), 1800)
	.addOption(new Option('--until <event>', 'what ends the run').choices(['ready', 'end']).default('ready'))
	.option('--stats', 'tell time, memory, datagrams and API writes')
	.option('--log <file>', 'write the event log to a file');

await main(program.parse().opts<Arguments>());

async function main(args: Arguments): Promise<void> {
	const file = args.log === undefined ? undefined : openSync(args.log, 'w');
	const fleet = createFleet(args, file === undefined ? undefined : (line) => writeSync(file, line));
	const startMs = performance.now();
	const until = args.until === 'ready' ? {until: (): boolean => fleet.readiness.complete} : {};
	try {
		await fleet.run({...until, withinMs: args.within * 1000});
	} catch (error) {
		console.error(`seed ${args.seed} failed at ${(fleet.scheduler.elapsedMs / 1000).toFixed(3)} virtual seconds`);
		throw error;
	} finally {
		if (file !== undefined) closeSync(file);
	}
	if (args.stats === true || args.devices >= largeFleet) {
		const host = {wallMs: performance.now() - startMs, residentBytes: process.memoryUsage.rss()};
		for (const line of describeStatistics(fleet, host)) console.log(line);
	}
	report(args, fleet);
}

function createFleet(args: Arguments, logSink: ((line: string) => void) | undefined): SimulatedFleet {
	return new SimulatedFleet({
		seed: args.seed,
		nextMacrotask: setImmediate,
		devices: args.devices,
		conditions: {
			...perfectLink,
			lossPercent: args.loss,
			delayMs: args.rtt / 2,
			jitterMs: args.jitter,
			duplicatePercent: args.duplicates,
			reorderDepth: args.reorder,
			mtuBytes: args.mtu,
		},
		samplesPerSecond: args.samplesPerSecond,
		firmware: readFileSync(new URL('../build/femto-sim.wasm', import.meta.url)),
		crds: readDefinitions(new URL('../crds/', import.meta.url)),
		objects: (keys) => sampleObjects(keys, {imageBytes: args.imageBytes, version: 1}),
		...(logSink === undefined ? {} : {logSink}),
	});
}

type Definition = Readonly<Record<string, unknown>>;

function readDefinitions(folder: URL): readonly Definition[] {
	const files = readdirSync(folder).filter((name) => name.endsWith('.yaml')).toSorted();
	// The store refuses what is no definition.
	return files.map((name) => parse(readFileSync(new URL(name, folder), 'utf8'), {merge: true}) as Definition);
}

function report(args: Arguments, fleet: SimulatedFleet): void {
	const {readiness, scheduler, log} = fleet;
	if (args.until === 'ready' && !readiness.complete) {
		console.error(`seed ${args.seed}: not all devices Ready; run again with --log FILE to see why`);
		process.exitCode = 1;
	}
	const seconds = (scheduler.elapsedMs / 1000).toFixed(3);
	console.log(`log sha256:${log.digest()} ready=${readiness.ready}/${args.devices} virtual=${seconds}s`);
}

function integer(least: number, most: number): (text: string) => number {
	return (text) => {
		const value = Number(text);
		if (!/^\d+$/.test(text) || value < least || value > most) {
			throw new InvalidArgumentError(`It must be an integer from ${least} to ${most}.`);
		}
		return value;
	};
}
