import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {messageOf} from '../../../cli/fail.ts';
import {LoopFleet} from './fleet.ts';
import {describeRound, makePlan, type Plan} from './plan.ts';
import type {BrokerKind} from './programs.ts';

export interface LoopOptions {
	readonly seed: number;
	readonly broker: BrokerKind;
	/** Keep logs, stores and dumps of a run that succeeds, too. */
	readonly keep?: boolean;
	readonly say?: (line: string) => void;
}

export interface LoopResult {
	/** The dump of the undisturbed run. */
	readonly expected: string;
	/** The dump of the run in which each kind of program was killed once. */
	readonly actual: string;
	/** Where logs and stores are, when they were kept. */
	readonly folder: string;
}

/**
 * Runs the rollouts of a seed twice, side by side: undisturbed, and with one program of each kind killed in turn, each in
 * a rollout of its own. The folder stays when the dumps differ or a run fails, and the error names it.
 */
export async function runLoop({seed, broker, keep = false, say = () => {}}: LoopOptions): Promise<LoopResult> {
	const folder = await mkdtemp(join(tmpdir(), `femto-loop-${seed}-`));
	const plan = makePlan(seed);
	const title = `seed ${seed}, ${broker}`;
	say(`${title}: ${plan.devices} devices, started in the order ${plan.startOrder.join(', ')}; ${folder}`);
	const runs = [
		runOnce(plan, {folder: join(folder, 'undisturbed'), broker, isDisturbed: false, say: () => {}}),
		runOnce(plan, {folder: join(folder, 'disturbed'), broker, isDisturbed: true, say: (line) => say(`${title}: ${line}`)}),
	] as const;
	// Both end before anything else happens: no process outlives its test.
	const failed = (await Promise.allSettled(runs)).find((outcome) => outcome.status === 'rejected');
	if (failed !== undefined) {
		throw new Error(`${title}: ${messageOf(failed.reason)}\n  logs: ${folder}\n  again: ${replay(seed, broker)}`, {cause: failed.reason});
	}
	const [expected, actual] = await Promise.all(runs);
	if (expected === actual && !keep) await rm(folder, {recursive: true});
	return {expected, actual, folder};
}

/** The command that runs a seed again. */
export function replay(seed: number, broker: BrokerKind): string {
	return `npm run e2e:loop -- --seed ${seed} --broker ${broker} --keep`;
}

interface RunOptions {
	readonly folder: string;
	readonly broker: BrokerKind;
	readonly isDisturbed: boolean;
	readonly say: (line: string) => void;
}

async function runOnce(plan: Plan, {folder, broker, isDisturbed, say}: RunOptions): Promise<string> {
	const fleet = await LoopFleet.start(plan, folder, broker);
	let doing = '';
	try {
		for (const round of plan.rounds) {
			doing = isDisturbed ? describeRound(round) : 'undisturbed';
			const startMs = performance.now();
			await fleet.change(round.change);
			if (isDisturbed) await fleet.strike(round.cut);
			await fleet.settled();
			say(`${describeRound(round)}: Ready after ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
		}
		const dump = await fleet.finish();
		await writeFile(join(folder, 'dump.json'), dump);
		return dump;
	} catch (error) {
		throw new Error(`${doing}: ${messageOf(error)}`, {cause: error});
	} finally {
		await fleet.kill();
	}
}
