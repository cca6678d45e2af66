import {render, type Instance} from 'ink';
import {createElement as element} from 'react';
import type {WriteStream} from 'node:tty';
import type {Timer} from '../../runtime/clock.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {App} from './app.ts';
import {outcomeOf, type Outcome} from './completion.ts';
import {Effects} from './effects.ts';
import {Loop} from './loop.ts';
import {interrupted, type TuiOptions} from './options.ts';
import {runPlain} from './plain.ts';
import {watchFleet} from './source.ts';
import {initialState, type Size} from './state/state.ts';

const tickMs = 1_000;
/** So that a key that follows a change of the data closely waits a sixtieth of a second at most. */
const framesPerSecond = 60;

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
	const end = Promise.withResolvers<{readonly code: number; readonly outcome?: Outcome}>();
	const effects = new Effects({
		actions, ...(logs && {logs}), clock, signal: over.signal, onQuit: (code) => end.resolve({code}),
	});
	const viewOptions = {title, readonly: options.readonly, canFollowLogs: logs !== undefined};
	const loop = new Loop(initialState(viewOptions, sizeOf(stdout), clock.now()), effects.run);
	effects.attach(loop);
	const leave = (): void => end.resolve({code: interrupted});
	if (signal.aborted) leave();
	signal.addEventListener('abort', leave, {once: true, signal: over.signal});
	// Asked for before the first paint: answers travel while that is made.
	const within = namespace === undefined ? {} : {namespace};
	const watching = watchFleet({api, ...within, clock, random, dispatch: loop.dispatch}, over.signal);
	const hasColour = (environment['NO_COLOR'] ?? '') === '';
	const instance = render(element(App, {loop, hasColour}), {
		stdin, stdout, exitOnCtrlC: false, interactive: true, alternateScreen: true, incrementalRendering: true,
		maxFps: framesPerSecond,
	});
	// A bug while drawing ends the view; quit() below makes it resolve.
	const drawn = instance.waitUntilExit().then(leave, end.reject);
	const stopFollowing = follow(options, loop, instance, end.resolve);
	try {
		const {code, outcome} = await end.promise;
		instance.unmount();
		await drawn;
		outcome?.lines.forEach((text) => stdout.write(`${text}\n`));
		return code;
	} finally {
		stopFollowing();
		over.abort();
		instance.unmount();
		await watching;
	}
}

/** Time, the size of the window, the wait for completion; and the terminal given back before an exception is printed. */
function follow(
	{stdout, completion, clock = systemClock}: TuiOptions, loop: Loop, instance: Instance,
	end: (value: {readonly code: number; readonly outcome: Outcome}) => void,
): () => void {
	let timer: Timer = clock.setTimer(tickMs, tick);
	function tick(): void {
		loop.dispatch({type: 'tick', nowMs: clock.now()});
		timer = clock.setTimer(tickMs, tick);
	}
	const resize = (): void => loop.dispatch({type: 'resize', size: sizeOf(stdout)});
	const restore = (): void => instance.unmount();
	const unsubscribe = loop.subscribe(() => {
		const outcome = completion === undefined ? undefined : outcomeOf(loop.state(), completion);
		if (outcome !== undefined) end({code: outcome.code, outcome});
	});
	stdout.on('resize', resize);
	process.on('uncaughtExceptionMonitor', restore);
	return () => {
		timer.cancel();
		unsubscribe();
		stdout.off('resize', resize);
		process.off('uncaughtExceptionMonitor', restore);
	};
}

function sizeOf({columns, rows}: WriteStream): Size {
	return {columns: columns || 80, rows: rows || 24};
}
