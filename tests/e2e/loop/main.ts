// npm run e2e:loop -- --seed N [--seeds COUNT] [--broker mosquitto|femto] [--keep]: the whole loop as real processes.
// Ends with 1 when the run with kills leaves anything else than the undisturbed one.
import {parseArgs} from 'node:util';
import {replay, runLoop} from './run.ts';
import type {BrokerKind} from './programs.ts';

const {values} = parseArgs({
	options: {
		seed: {type: 'string', default: '1'},
		seeds: {type: 'string', default: '1'},
		broker: {type: 'string', default: 'mosquitto'},
		keep: {type: 'boolean', default: false},
	},
});
const [first, count] = [readCount('--seed', values.seed), readCount('--seeds', values.seeds)];
const broker = readBroker(values.broker);
for (let seed = first; seed < first + count; seed++) {
	await runSeed(seed);
}

async function runSeed(seed: number): Promise<void> {
	const startMs = performance.now();
	try {
		const {expected, actual, folder} = await runLoop({seed, broker, keep: values.keep, say: (line) => console.log(line)});
		const isEqual = expected === actual;
		const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
		console.log(`seed ${seed}, ${broker}: ${isEqual ? 'equal dumps' : 'DIFFERENT dumps'} after ${seconds} s`);
		if (isEqual) return;
		console.error(`  compare: diff ${folder}/{undisturbed,disturbed}/dump.json\n  again: ${replay(seed, broker)}`);
	} catch (error) {
		console.error(error instanceof Error ? error.message : String(error));
	}
	process.exitCode = 1;
}

function readCount(option: string, text: string): number {
	if (!/^[0-9]{1,9}$/.test(text)) fail(`Cannot use ${option} ${text}: an integer from 0 required`);
	return Number(text);
}

function readBroker(text: string): BrokerKind {
	return text === 'mosquitto' || text === 'femto' ? text : fail(`Cannot use --broker ${text}: mosquitto or femto required`);
}

function fail(message: string): never {
	console.error(`e2e:loop: ${message}`);
	process.exit(2);
}
