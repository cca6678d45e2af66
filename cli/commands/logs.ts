import {Option, type Command} from 'commander';
import {addNamespaceOptions} from '../connect.ts';
import {logs, type LogsOptions} from '../live/logs.ts';
import {durationOption, integerOption} from '../options.ts';
import {inSession} from '../session.ts';

const linesMax = 20_000;

/** `femto logs`: what containers have logged, as the controller has heard it. */
export function addLogsCommand(program: Command): void {
	const command = program
		.command('logs')
		.description(
			'Prints what containers log: of one FemtoContainer on every device, or of one device. The controller keeps the newest '
			+ 'lines in memory. They carry no authentication, so take them as hearsay.')
		.argument('<source...>', 'fc/NAME, or DEVICE [CONTAINER]')
		.option('-f, --follow', 'go on with what comes')
		.option('--tail <n>', 'only the newest so many lines', integerOption('--tail', 0, linesMax))
		.option('--since <duration>', 'only lines younger than this, for example 5m', durationOption('--since'))
		.option('--device <name>', 'only from this device')
		.option('-l, --selector <labels>', 'only from devices with these labels now')
		.option('--timestamps', 'begin each line with its time')
		.option('--no-prefix', 'do not begin lines with device and container')
		.addOption(new Option('-o, --output <format>', 'a line of JSON for each').choices(['json']))
		.addHelpText('after', `
Examples:
  femto logs fc/vibration -f
  femto logs fc/vibration --tail 20 -l site=a
  femto logs sim-01 counter --since 5m`);
	inSession<LogsOptions>(addNamespaceOptions(command), logs);
}
