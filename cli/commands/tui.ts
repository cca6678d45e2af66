import type {Command} from 'commander';
import {addConnectionOptions, type ConnectionOptions} from '../connect.ts';
import {CommandError} from '../fail.ts';
import {withSession} from '../session.ts';
import type {Completion} from '../tui/completion.ts';
import {tuiOfSession} from '../tui/of-session.ts';
import {runTui} from '../tui/run.ts';

interface TuiCommandOptions extends ConnectionOptions {
	readonly readonly?: true;
	readonly exitOnComplete?: string | true;
}

/** `femto tui`: the fleet as it moves, in the terminal. */
export function addTuiCommand(program: Command): void {
	const command = program.command('tui')
		.summary('watch and steer rollouts in the terminal')
		.description(
			'Shows FemtoContainers, their devices and events as they change; ? lists the keys. All namespaces, or the one of -n. '
			+ 'Where no screen can be drawn on (a pipe, TERM=dumb) it prints a line for each change.')
		.option('--readonly', 'no key changes anything')
		.option('--exit-on-complete [fc/name]', 'end when it is as declared (exit code 0) or has failed (1); without a name: all')
		.addHelpText('after', `
Examples:
  femto tui
  femto tui -n plant-a --readonly
  femto tui --exit-on-complete fc/vibration && echo done`);
	addConnectionOptions(command).action(async (options: TuiCommandOptions) => {
		process.exitCode = await show(options);
	});
}

function show(options: TuiCommandOptions): Promise<number> {
	const {namespace, allNamespaces, exitOnComplete, readonly = false} = options;
	return withSession(options, (session) => runTui({
		...tuiOfSession(session),
		title: session.server ?? 'API in process',
		...(namespace !== undefined && !allNamespaces && {namespace}),
		...(exitOnComplete !== undefined && {completion: completionOf(exitOnComplete, session.namespace)}),
		signal: session.signal,
		readonly,
	}));
}

/** `fc/NAME`, `NAME`, or `NAMESPACE/NAME`. */
function completionOf(text: string | true, namespace: string): Completion {
	if (text === true) return {};
	const parts = text.replace(/^(fc|femtocontainers?(\.femtofleet\.dev)?)\//, '').split('/');
	if (parts.length > 2 || parts.includes('')) {
		throw new CommandError(`--exit-on-complete is "${text}", fc/NAME or NAMESPACE/NAME required`);
	}
	return {container: parts.length === 1 ? `${namespace}/${text.slice(text.lastIndexOf('/') + 1)}` : parts.join('/')};
}
