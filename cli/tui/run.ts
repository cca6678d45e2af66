import type {Timer} from '../../runtime/clock.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {outcomeOf, type Outcome} from './completion.ts';
import {Effects} from './effects.ts';
import {Loop} from './loop.ts';
import {interrupted, type TuiOptions} from './options.ts';
import {runPlain} from './plain.ts';
import {watchFleet} from './source.ts';
import {initialState} from './state/state.ts';
import {Terminal} from './terminal.ts';

const tickMs = 1_000;
/** Keys are read from the first answer on, and so long after the start when none has come. */
const answerMs = 300;

/** How the view ends: rejected by a bug while drawing. */
type End = PromiseWithResolvers<{readonly code: number; readonly outcome?: Outcome}>;

/**
 * Shows the view until it is left, and resolves with the exit code: 0 left by key, 130 by ctrl-c or `signal`; 0 or 1 when
 * `completion` is decided. On a terminal that can't be drawn on: plain lines. The terminal is as before afterwards, also
 * when this rejects (a bug) or the process dies of an exception.
 */
export function runTui(options: TuiOptions): Promise<number> {
	const {stdin, stdout, environment = process.env} = options;
	const isDumb = environment['TERM'] === 'dumb';
	return stdin.isTTY && stdout.isTTY && !isDumb ? runOnScreen(options, environment) : runPlain(options, isDumb);
}

async function runOnScreen(options: TuiOptions, environment: NonNullable<TuiOptions['environment']>): Promise<number> {
	const {api, actions, logs, title, namespace, signal, stdin, stdout, clock = systemClock, random = systemRandom} = options;
	const over = new AbortController();
	const end: End = Promise.withResolvers();
	const effects = new Effects({
		actions, ...(logs && {logs}), clock, signal: over.signal, onQuit: (code) => end.resolve({code}),
	});
	const terminal = new Terminal(stdin, stdout, (environment['NO_COLOR'] ?? '') === '');
	const viewOptions = {title, readonly: options.readonly, canFollowLogs: logs !== undefined};
	const loop = new Loop(initialState(viewOptions, terminal.size, clock.now()), effects.run);
	effects.attach(loop);
	const leave = (): void => end.resolve({code: interrupted});
	if (signal.aborted) leave();
	signal.addEventListener('abort', leave, {once: true, signal: over.signal});
	// Asked for before the first paint: answers travel while that is made.
	const within = namespace === undefined ? {} : {namespace};
	const watching = watchFleet({api, ...within, clock, random, dispatch: loop.dispatch}, over.signal);
	const stopFollowing = follow(options, loop, terminal, end);
	terminal.open();
	paintChanges(loop, terminal, end);
	const reading = firstAnswer(loop, options, over.signal).then(() => terminal.read(loop.dispatch)).catch(end.reject);
	try {
		const {code, outcome} = await end.promise;
		terminal.close();
		outcome?.lines.forEach((text) => stdout.write(`${text}\n`));
		return code;
	} finally {
		stopFollowing();
		over.abort();
		terminal.close();
		await Promise.all([watching, reading]);
	}
}

/** Paints now, and once for all inputs that come together. */
function paintChanges(loop: Loop, terminal: Terminal, end: End): void {
	let isDue = false;
	const paint = (): void => {
		isDue = false;
		try {
			terminal.paint(loop.state());
		} catch (error) {
			end.reject(error);
		}
	};
	loop.subscribe(() => {
		if (!isDue) queueMicrotask(paint);
		isDue = true;
	});
	paint();
}

/** Resolves when the API has answered or refused, or has taken too long for a user to wait for. */
function firstAnswer(loop: Loop, {clock = systemClock}: TuiOptions, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const timer = clock.setTimer(answerMs, done);
		const unsubscribe = loop.subscribe(() => {
			const {heardMs, failedMs} = loop.state().links.containers;
			if (heardMs !== undefined || failedMs !== undefined) done();
		});
		signal.addEventListener('abort', done, {once: true});
		function done(): void {
			timer.cancel();
			unsubscribe();
			resolve();
		}
	});
}

/** Time, the size of the window, the wait for completion; and the terminal given back before an exception is printed. */
function follow({stdout, completion, clock = systemClock}: TuiOptions, loop: Loop, terminal: Terminal, end: End): () => void {
	let timer: Timer = clock.setTimer(tickMs, tick);
	function tick(): void {
		loop.dispatch({type: 'tick', nowMs: clock.now()});
		timer = clock.setTimer(tickMs, tick);
	}
	const resize = (): void => loop.dispatch({type: 'resize', size: terminal.size});
	const restore = (): void => terminal.close();
	const unsubscribe = loop.subscribe(() => {
		const outcome = completion === undefined ? undefined : outcomeOf(loop.state(), completion);
		if (outcome !== undefined) end.resolve({code: outcome.code, outcome});
	});
	stdout.on('resize', resize);
	process.on('uncaughtExceptionMonitor', restore);
	process.on('exit', restore);
	return () => {
		timer.cancel();
		unsubscribe();
		stdout.off('resize', resize);
		process.off('uncaughtExceptionMonitor', restore);
		process.off('exit', restore);
	};
}
