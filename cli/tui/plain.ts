import {systemClock, systemRandom} from '../../runtime/system.ts';
import {outcomeOf} from './completion.ts';
import {Loop} from './loop.ts';
import {interrupted, type TuiOptions} from './options.ts';
import {watchFleet} from './source.ts';
import {containerRow, type ContainerRow} from './state/container-row.ts';
import {linkOf} from './state/link.ts';
import {signs} from './state/mark.ts';
import {initialState, type State} from './state/state.ts';
import {clean} from './text.ts';

/**
 * The view without a screen: one line for each change of a FemtoContainer, until `completion` is decided or the signal
 * aborts. What is no line of a container goes to standard error.
 */
export async function runPlain(options: TuiOptions, isDumb: boolean): Promise<number> {
	const {api, title, namespace, completion, signal, stdout, clock = systemClock, random = systemRandom} = options;
	const end = Promise.withResolvers<number>();
	const over = new AbortController();
	const leave = (): void => end.resolve(interrupted);
	if (signal.aborted) leave();
	signal.addEventListener('abort', leave, {once: true, signal: over.signal});
	console.error(`femto: ${isDumb ? 'TERM is dumb' : 'this is no terminal'}, so no view is drawn: a line for each change follows. `
		+ 'See also: femto get fc,fd -A, femto rollout status fc/NAME, femto why DEVICE');
	const teller = new Teller((line) => stdout.write(`${line}\n`), (line) => console.error(line), completion?.container);
	const size = {columns: 80, rows: 24};
	const loop = new Loop(initialState({title, readonly: true, canFollowLogs: false}, size, clock.now()), () => {});
	loop.subscribe(() => {
		const state = loop.state();
		teller.tell(state, clock.now());
		const outcome = completion === undefined ? undefined : outcomeOf(state, completion);
		if (outcome !== undefined) end.resolve(outcome.code);
	});
	const within = namespace === undefined ? {} : {namespace};
	const watching = watchFleet({api, ...within, clock, random, dispatch: loop.dispatch}, over.signal);
	const code = await end.promise;
	over.abort();
	await watching;
	return code;
}

/** Says what differs from what it has said. */
class Teller {
	readonly #out: (line: string) => void;
	readonly #error: (line: string) => void;
	/** The only container to tell of; undefined: all. */
	readonly #only: string | undefined;
	readonly #told = new Map<string, string>();
	#containers: State['fleet']['containers'] | undefined;
	#link = '';

	constructor(out: (line: string) => void, error: (line: string) => void, only: string | undefined) {
		this.#out = out;
		this.#only = only;
		this.#error = error;
	}

	tell({fleet, links, options: {title}}: State, nowMs: number): void {
		const link = linkOf(links, nowMs);
		const isBroken = link.kind === 'unreachable' || link.kind === 'reconnecting';
		const text = isBroken ? `femto: cannot reach ${title}: ${link.error}; trying again` : '';
		if (text !== this.#link && text !== '') this.#error(clean(text));
		this.#link = text;
		if (fleet.containers === this.#containers) return;
		this.#containers = fleet.containers;
		for (const row of Array.from(fleet.containers.values(), containerRow)) {
			if (this.#only === undefined || row.key === this.#only) this.#tellOne(row.key, lineOf(row));
		}
		for (const key of this.#told.keys()) {
			if (!fleet.containers.has(key)) this.#tellOne(key, undefined);
		}
	}

	#tellOne(key: string, line: string | undefined): void {
		if (this.#told.get(key) === line) return;
		this.#out(line ?? `  ${key} gone`);
		if (line === undefined) this.#told.delete(key);
		else this.#told.set(key, line);
	}
}

function lineOf({key, mark, word, reason, wave, counts: {ready, matched}}: ContainerRow): string {
	return clean(`${signs[mark]} ${key} ${word}${wave === '' ? '' : ` wave ${wave}`} ${ready}/${matched} ready: ${reason}`);
}
