import {InvalidArgumentError, Option, type Command} from 'commander';
import {addNamespaceOptions, type ConnectionOptions} from '../connect.ts';
import {CommandError} from '../fail.ts';
import {durationOption, integerOption} from '../options.ts';
import {parseTargets} from '../output/kinds.ts';
import {setPaused, showHistory, undo, type ChangeWish} from '../rollout/change.ts';
import {followStatus} from '../rollout/follow-status.ts';
import {inSession} from '../session.ts';

const revisionMax = 2 ** 31 - 1;

/** `femto rollout`: the verbs that kubectl has for Deployments only. */
export function addRolloutCommand(program: Command): void {
	const rollout = program.command('rollout')
		.description('Watches and steers the rollout of a FemtoContainer, as kubectl rollout does for a Deployment.')
		.addHelpText('after', `
Examples:
  femto rollout status fc/vibration --timeout 5m
  femto rollout history fc/vibration
  femto rollout undo fc/vibration --to-revision 2`);
	addStatus(rollout);
	addHistory(rollout);
	addPause(rollout, 'pause', 'no device moves to a new revision, nor back, until it is resumed');
	addPause(rollout, 'resume', 'devices move again');
	addUndo(rollout);
}

interface StatusOptions extends ConnectionOptions {
	readonly timeout: number;
	readonly watch: boolean;
	readonly output?: 'json';
}

function addStatus(rollout: Command): void {
	const command = rollout.command('status')
		.summary('wait until it is complete (exit code 0) or has failed (1)')
		.description(
			'Prints a line for each change and ends when the rollout is complete (exit code 0), has failed, or the time is up (1).')
		.argument('<type/name...>', 'fc/NAME, or fc NAME')
		.option('--timeout <duration>', 'longest wait, for example 90s or 5m; 0 = no end', durationOption('--timeout'), 0)
		.addOption(new Option('-w, --watch [boolean]', 'false: one line about now').argParser(readBoolean).default(true))
		.addOption(new Option('-o, --output <format>', 'a line of JSON for each change').choices(['json']))
		.addHelpText('after', `
Examples:
  femto rollout status fc/vibration
  femto rollout status fc/vibration --timeout 5m && echo done
  femto rollout status fc/vibration --watch=false -o json`);
	inSession<StatusOptions>(addNamespaceOptions(command), (session, args, {timeout, watch, output}) =>
		followStatus(session, oneName(args), {timeoutMs: timeout, watch, json: output === 'json'}));
}

function addHistory(rollout: Command): void {
	const command = rollout.command('history')
		.summary('revisions that can be gone back to')
		.description('Lists the revisions that the controller keeps: the newest, the current, and those that devices still run.')
		.argument('<type/name...>', 'fc/NAME, or fc NAME')
		.option('--revision <n>', 'one of them in full', integerOption('--revision', 0, revisionMax))
		.addHelpText('after', `
Examples:
  femto rollout history fc/vibration
  femto rollout history fc/vibration --revision 2`);
	inSession<ConnectionOptions & {readonly revision?: number}>(addNamespaceOptions(command), async (session, args, {revision}) => {
		await showHistory(session, oneName(args), revision);
		return 0;
	});
}

interface ChangeOptions extends ConnectionOptions {
	readonly dryRun: 'none' | 'server';
	readonly verbose?: true;
	readonly toRevision?: number;
}

function addPause(rollout: Command, verb: 'pause' | 'resume', effect: string): void {
	const command = rollout.command(verb)
		.summary(effect)
		.description(`Sets spec.paused to ${verb === 'pause'}: ${effect}.`)
		.argument('<type/name...>', 'fc/NAME, or fc NAME')
		.addHelpText('after', `
Examples:
  femto rollout ${verb} fc/vibration
  femto rollout ${verb} fc vibration level -n plant-a`);
	inSession<ChangeOptions>(withChangeOptions(command), (session, args, options) =>
		forEach(args, (name) => setPaused(session, name, verb === 'pause', wishOf(options))));
}

function addUndo(rollout: Command): void {
	const command = rollout.command('undo')
		.summary('write the spec back to an earlier revision')
		.description(
			'Writes image, hooks, parameters and limits of an earlier revision into the spec: by default of the one that last '
			+ 'passed every wave. Selector, policies and waves are no part of a revision and stay. Works when the ConfigMap with '
			+ 'the bytes is gone, since the revision holds them.')
		.argument('<type/name...>', 'fc/NAME, or fc NAME')
		.option(
			'--to-revision <n>', 'by its number in rollout history; 0 = the previous one', integerOption('--to-revision', 0, revisionMax))
		.addHelpText('after', `
Examples:
  femto rollout undo fc/vibration
  femto rollout undo fc/vibration --to-revision 2 --dry-run=server -v`);
	inSession<ChangeOptions>(withChangeOptions(command), (session, args, options) =>
		forEach(args, (name) => undo(session, name, options.toRevision, wishOf(options))));
}

function withChangeOptions(command: Command): Command {
	return addNamespaceOptions(command)
		.addOption(new Option('--dry-run <mode>', 'server: let the server check it, and change nothing')
			.choices(['none', 'server']).default('none'))
		.option('-v, --verbose', 'also print the kubectl command that does the same');
}

function wishOf({dryRun, verbose}: ChangeOptions): ChangeWish {
	return {dryRun: dryRun === 'server', verbose: verbose === true};
}

async function forEach(args: readonly string[], run: (name: string) => Promise<void>): Promise<number> {
	for (const name of names(args)) {
		await run(name);
	}
	return 0;
}

/** Names of FemtoContainers in `fc/NAME…` or `fc NAME…`. @throws CommandError */
function names(args: readonly string[]): readonly string[] {
	const targets = parseTargets(args);
	if (!targets.ok) {
		throw new CommandError(targets.error);
	}
	const other = targets.value.find(({kind}) => kind.kind !== 'FemtoContainer');
	if (other !== undefined) {
		throw new CommandError(`${other.kind.ref.plural}.${other.kind.ref.group} have no rollout: fc/NAME required`);
	}
	const found = targets.value.flatMap((target) => target.names);
	if (found.length === 0) {
		throw new CommandError('required resource not specified: fc/NAME required');
	}
	return found;
}

function oneName(args: readonly string[]): string {
	const [name = '', ...others] = names(args);
	if (others.length > 0) {
		throw new CommandError(`${others.length + 1} names: one fc/NAME required`);
	}
	return name;
}

function readBoolean(text: string): boolean {
	if (!/^(true|false)$/.test(text)) {
		throw new InvalidArgumentError(`--watch is "${text}", true or false required`);
	}
	return text === 'true';
}
