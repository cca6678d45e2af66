import {stringify} from 'yaml';
import type {Clock, Timer} from '../../runtime/clock.ts';
import {messageOf} from '../fail.ts';
import type {Actions, LogLine, LogQuery, Logs} from './interfaces.ts';
import type {Loop} from './loop.ts';
import type {Effect} from './state/state.ts';
import {objectOf} from './state/texts.ts';

export interface EffectsOptions {
	readonly actions: Actions;
	readonly logs?: Logs;
	readonly clock: Clock;
	/** Ends what is under way. */
	readonly signal: AbortSignal;
	readonly onQuit: (code: number) => void;
}

const logBatchMs = 100;

/** Carries out what the state asks for, and tells it what became of that. */
export class Effects {
	readonly #options: EffectsOptions;
	#loop: Loop | undefined;
	/** Of the log that is followed, and only then. */
	#log: {readonly id: number; readonly abort: AbortController} | undefined;

	constructor(options: EffectsOptions) {
		this.#options = options;
	}

	attach(loop: Loop): void {
		this.#loop = loop;
	}

	readonly run = (effect: Effect): void => {
		switch (effect.type) {
			case 'quit':
				this.#options.onQuit(effect.code);
				break;
			case 'act':
				void this.#act(effect);
				break;
			case 'yaml':
				this.#showYaml(effect);
				break;
			case 'openLogs':
				void this.#followLog(effect.id, effect.query);
				break;
			case 'closeLogs':
				if (this.#log?.id === effect.id) this.#log.abort.abort();
				break;
		}
	};

	async #act({verb, container}: Extract<Effect, {type: 'act'}>): Promise<void> {
		try {
			const text = await this.#options.actions[verb](container);
			this.#loop?.dispatch({type: 'acted', mark: 'good', text});
		} catch (error) {
			this.#loop?.dispatch({type: 'acted', mark: 'bad', text: `${verb}: ${messageOf(error)}`});
		}
	}

	#showYaml({subject}: Extract<Effect, {type: 'yaml'}>): void {
		const loop = this.#loop;
		const object = loop === undefined ? undefined : objectOf(loop.state().fleet, subject);
		const text = object === undefined ? `# ${subject.key} is gone` : stringify(object, {lineWidth: 0});
		// An effect dispatches later, not at once.
		queueMicrotask(() => loop?.dispatch({type: 'yaml', subject, lines: text.trimEnd().split('\n')}));
	}

	async #followLog(id: number, query: LogQuery): Promise<void> {
		const {logs, clock, signal} = this.#options;
		if (logs === undefined || this.#loop === undefined) return;
		const abort = new AbortController();
		this.#log = {id, abort};
		const batch = new LogBatch(clock, id, this.#loop);
		try {
			for await (const line of logs(AbortSignal.any([signal, abort.signal]), query)) batch.add(line);
			batch.end('no more lines');
		} catch (error) {
			batch.end(messageOf(error));
		}
	}
}

/** Lines of a tenth of a second come together. */
class LogBatch {
	readonly #clock: Clock;
	readonly #id: number;
	readonly #loop: Loop;
	#lines: LogLine[] = [];
	/** Set exactly while lines wait. */
	#timer: Timer | undefined;

	constructor(clock: Clock, id: number, loop: Loop) {
		this.#clock = clock;
		this.#id = id;
		this.#loop = loop;
	}

	add(line: LogLine): void {
		this.#lines.push(line);
		this.#timer ??= this.#clock.setTimer(logBatchMs, () => this.#flush());
	}

	end(reason: string): void {
		this.#timer?.cancel();
		this.#flush();
		this.#loop.dispatch({type: 'logEnd', id: this.#id, reason});
	}

	#flush(): void {
		const lines = this.#lines;
		this.#lines = [];
		this.#timer = undefined;
		if (lines.length > 0) this.#loop.dispatch({type: 'logLines', id: this.#id, lines});
	}
}
