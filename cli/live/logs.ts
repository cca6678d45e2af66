import {femtoDevices} from '../../protocol/generated/resources.ts';
import {failure, success, type Result} from '../../protocol/result.ts';
import type {KubeObject} from '../../runtime/kube/types.ts';
import type {ConnectionOptions} from '../connect.ts';
import {CommandError} from '../fail.ts';
import {parseTargets} from '../output/kinds.ts';
import {oneLine} from '../output/text.ts';
import type {Session} from '../session.ts';
import {askController, lines, parse} from './controller.ts';

export interface LogsOptions extends ConnectionOptions {
	readonly follow?: boolean;
	readonly tail?: number;
	/** Milliseconds. */
	readonly since?: number;
	readonly device?: string;
	readonly selector?: string;
	readonly timestamps?: boolean;
	/** False for `--no-prefix`. */
	readonly prefix?: boolean;
	readonly output?: 'json';
}

interface LogLine {
	readonly time: string;
	readonly device: string;
	readonly container: string;
	readonly text: string;
}

/** Whose lines. */
interface Source {
	readonly device?: string;
	/** `namespace/name`. */
	readonly container?: string;
}

/** As a shell tells of a program that Ctrl-C has ended. */
const interrupted = 130;

/** Runs `femto logs`. Returns the exit code. @throws CommandError when the controller does not answer */
export async function logs(session: Session, args: readonly string[], options: LogsOptions): Promise<number> {
	const found = sourceOf(args, session.namespace, options);
	if (!found.ok) {
		throw new CommandError(found.error);
	}
	const source = found.value;
	const {follow = false, tail, since, selector} = options;
	const devices = selector === undefined ? undefined : await namesOf(session, selector);
	const live = await askController(session, '/v1/logs', {
		...source,
		...(follow ? {follow: 'true'} : {}),
		...(since === undefined ? {} : {sinceMs: String(since)}),
		// The controller knows no labels: the newest of those that are selected are counted here.
		...(tail === undefined || devices !== undefined ? {} : {tail: String(tail)}),
	});
	if (live.kind !== 'answer') {
		throw new CommandError(live.kind === 'refused' ? live.error : `the controller does not answer: ${live.why}`);
	}
	const printer = new Printer(session, source, options);
	let waiting: string[] | undefined = devices === undefined || tail === undefined || follow ? undefined : [];
	for await (const line of lines(live.response)) {
		if (devices !== undefined && !devices.has(deviceOf(line))) {
			continue;
		}
		if (waiting === undefined) {
			printer.print(line);
		} else {
			waiting.push(line);
		}
	}
	waiting = tail === undefined || waiting === undefined ? waiting : waiting.slice(Math.max(0, waiting.length - tail));
	waiting?.forEach((line) => printer.print(line));
	if (!follow) {
		return 0;
	}
	if (session.signal.aborted) {
		return interrupted;
	}
	throw new CommandError('the controller has ended the stream of logs');
}

/** `fc/NAME`, `fd/NAME`, or `DEVICE [CONTAINER]`. */
function sourceOf(args: readonly string[], namespace: string, {device}: LogsOptions): Result<Source> {
	const [first = '', second, ...more] = args;
	if (first === '' || more.length > 0) {
		return failure('expected fc/NAME, or DEVICE and at most one CONTAINER');
	}
	const qualified = (name: string): string => (name.includes('/') ? name : `${namespace}/${name}`);
	if (!first.includes('/')) {
		return device === undefined
			? success({device: first, ...(second === undefined ? {} : {container: qualified(second)})})
			: failure('--device is for fc/NAME: the device is named already');
	}
	const targets = parseTargets([first]);
	if (!targets.ok) {
		return targets;
	}
	const [target] = targets.value;
	const [name = ''] = target?.names ?? [];
	if (target?.kind.kind === 'FemtoContainer' && second === undefined) {
		return success({container: qualified(name), ...(device === undefined ? {} : {device})});
	}
	return target?.kind.kind === 'FemtoDevice' && device === undefined
		? sourceOf([name, ...(second === undefined ? [] : [second])], namespace, {})
		: failure(`${first} has no logs: fc/NAME, or DEVICE and at most one CONTAINER required`);
}

async function namesOf({api}: Session, labelSelector: string): Promise<ReadonlySet<string>> {
	const {items} = await api.list<KubeObject>(femtoDevices, {labelSelector});
	return new Set(items.map(({metadata}) => metadata.name));
}

function deviceOf(line: string): string {
	const value = parse(line) as Partial<LogLine> | null | undefined;
	return String(value?.device);
}

/** Writes lines as they are asked for, without what could steer the terminal. */
class Printer {
	readonly #session: Session;
	readonly #source: Source;
	readonly #options: LogsOptions;

	constructor(session: Session, source: Source, options: LogsOptions) {
		this.#session = session;
		this.#source = source;
		this.#options = options;
	}

	print(line: string): void {
		const {console} = this.#session;
		const value = parse(line) as Partial<LogLine & {readonly dropped: number}> | null | undefined;
		if (typeof value?.dropped === 'number') {
			console.error(`(${value.dropped} lines are missing: they came faster than they were read)`);
		} else if (this.#options.output === 'json') {
			console.out(`${oneLine(line)}\n`);
		} else {
			console.out(`${this.#head(value ?? {})}${oneLine(String(value?.text ?? line))}\n`);
		}
	}

	/** What differs between lines. */
	#head({time = '', device = '', container = ''}: Partial<LogLine>): string {
		const {prefix = true, timestamps = false} = this.#options;
		const names = [
			...(this.#source.device === undefined ? [device] : []), ...(this.#source.container === undefined ? [container] : []),
		];
		return oneLine(`${timestamps ? `${time} ` : ''}${prefix && names.length > 0 ? `[${names.join(' ')}] ` : ''}`);
	}
}
