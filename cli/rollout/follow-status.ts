import {femtoContainers, type FemtoContainer} from '../../protocol/generated/resources.ts';
import {follow} from '../follow.ts';
import {toJsonLine} from '../output/objects.ts';
import {oneLine} from '../output/text.ts';
import type {Session} from '../session.ts';
import {progressLine, progressOf, progressRecord} from './progress.ts';

export interface StatusWish {
	/** 0 = no end. */
	readonly timeoutMs: number;
	/** False: one line about now. */
	readonly watch: boolean;
	readonly json: boolean;
}

/** As a shell tells of a program that Ctrl-C has ended. */
const interrupted = 130;

/**
 * Prints a line for each change of a rollout, until it is complete (0), has failed (1), or the time is up (1).
 * @throws KubeError when there is no such FemtoContainer.
 */
export async function followStatus(session: Session, name: string, {timeoutMs, watch, json}: StatusWish): Promise<number> {
	const ref = {...femtoContainers, namespace: session.namespace};
	const teller = new Teller(session, json);
	const found = await session.api.get<FemtoContainer>(ref, name);
	if (!watch) {
		return teller.tell(found) ?? 0;
	}
	const done = new AbortController();
	let code: number | undefined;
	const finish = (outcome: number | undefined): void => {
		code ??= outcome;
		if (code !== undefined) {
			done.abort();
		}
	};
	const fail = (why: string): void => {
		session.console.error(`error: ${why}`);
		finish(1);
	};
	const see = (container: FemtoContainer | undefined, isGone: boolean): void => {
		if (code !== undefined) {
			return;
		}
		if (container === undefined || isGone) {
			fail('object has been deleted');
			return;
		}
		finish(teller.tell(container));
	};
	const timer = timeoutMs > 0 ? session.clock.setTimer(timeoutMs, () => fail('timed out waiting for the condition')) : undefined;
	try {
		await follow<FemtoContainer>(session, {
			ref, selectors: {fieldSelector: `metadata.name=${name}`}, first: ([container]) => see(container, false), next: see,
		}, AbortSignal.any([session.signal, done.signal]));
	} finally {
		timer?.cancel();
	}
	return code ?? interrupted;
}

/** Says what has changed, and nothing twice. */
class Teller {
	readonly #session: Session;
	readonly #json: boolean;
	#last = '';

	constructor(session: Session, json: boolean) {
		this.#session = session;
		this.#json = json;
	}

	/** Returns the exit code when the rollout has come to an end. */
	tell(container: FemtoContainer): number | undefined {
		const {console} = this.#session;
		const progress = progressOf(container);
		const line = oneLine(progressLine(container.metadata.name, progress));
		const text = this.#json ? toJsonLine(progressRecord(container, progress)) : `${line}\n`;
		if (text !== this.#last && (this.#json || progress.phase !== 'Failed')) {
			console.out(text);
		}
		this.#last = text;
		if (progress.phase === 'Failed') {
			console.error(`error: ${line}`);
		} else if (progress.phase === 'Complete' && progress.reason !== 'RolloutComplete') {
			console.error(oneLine(`warning: ${progress.reason}: ${progress.message}`));
		}
		return progress.phase === 'Waiting' ? undefined : progress.phase === 'Complete' ? 0 : 1;
	}
}
