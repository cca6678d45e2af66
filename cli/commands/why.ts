import {CommanderError, Option, type Command} from 'commander';
import {addNamespaceOptions} from '../connect.ts';
import {reportError} from '../fail.ts';
import {withSession} from '../session.ts';
import {why, whyExitCodes, type WhyOptions} from '../why/why.ts';

/** `femto why`: the one reason why a device is not where it should be. Exits with 0 when it is, 1 when not, 2 for misuse. */
export function addWhyCommand(program: Command): void {
	const command = program
		.command('why')
		.description(
			'Says why a device does not run what it should, as the controller decides it now; from the stored status when the '
			+ 'controller does not answer. Exit code 0: Ready, 1: not Ready, 2: no answer.')
		.argument('<device>', 'name of the FemtoDevice')
		.argument('[container]', 'one FemtoContainer only: name, or namespace/name')
		.addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'))
		.exitOverride(({exitCode, code, message}) => {
			throw new CommanderError(exitCode === 0 ? 0 : whyExitCodes.misuse, code, message);
		})
		.addHelpText('after', `
Examples:
  femto why sim-01
  femto why sim-01 vibration -o json`);
	addNamespaceOptions(command).action(async (device: string, container: string | undefined, options: WhyOptions) => {
		try {
			const args = [device, ...(container === undefined ? [] : [container])];
			process.exitCode = await withSession(options, (session) => why(session, args, options));
		} catch (error) {
			reportError(error);
			process.exitCode = whyExitCodes.misuse;
		}
	});
}
