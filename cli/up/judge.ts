import type {Clock} from '../../runtime/clock.ts';
import {aborted} from '../signals.ts';
import type {Say} from '../apply/applier.ts';
import type {ProgressReporter} from './report-progress.ts';

/** Exit code of a program that SIGINT has ended before its work was done. */
export const interrupted = 130;

export interface JudgeOptions {
	readonly progress: ProgressReporter;
	/** Sources that could not be applied as they stand. */
	readonly problems: number;
	readonly timeoutSeconds: number;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	readonly say: Say;
}

/** `--exit-when-ready`: 0 when everything is Ready, 1 as soon as something can't become so, or after the timeout. */
export async function judge(options: JudgeOptions): Promise<number> {
	const {progress, problems, timeoutSeconds, clock, signal, say} = options;
	if (problems > 0) {
		say(`up: not everything can become Ready: ${problems} of the sources could not be applied`);
		return 1;
	}
	const deadline = new AbortController();
	const timer = clock.setTimer(timeoutSeconds * 1000, () => deadline.abort());
	const outcome = await Promise.race([
		progress.outcome(),
		aborted(AbortSignal.any([signal, deadline.signal])).then(() => 'Interrupted' as const),
	]);
	timer.cancel();
	if (outcome === 'Ready') {
		say('up: ready');
		return 0;
	}
	if (signal.aborted) {
		return interrupted;
	}
	if (outcome === 'None') {
		say('up: nothing to wait for: there is no FemtoContainer');
	} else if (outcome === 'Stalled') {
		say(`up: not everything can become Ready: ${progress.open().map(({label}) => label).join(', ')}`);
	} else {
		say(`up: not everything is Ready after ${timeoutSeconds} s:`);
		progress.open().forEach(({line}) => say(`  ${line}`));
	}
	return 1;
}
