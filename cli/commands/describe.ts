import type {Command} from 'commander';
import {addConnectionOptions} from '../connect.ts';
import {describe, type DescribeOptions} from '../get/describe.ts';
import {inSession} from '../session.ts';

/** `femto describe`: all there is to say of an object, its events included. */
export function addDescribeCommand(program: Command): void {
	const command = program
		.command('describe')
		.description('Shows all there is to say of femtocontainers (fc), femtodevices (fd) or femtotenants (ft): what is wanted, what '
			+ 'was signed, how far it is, the reason for each device that is not there yet, and events.')
		.argument('[type|type/name...]', 'fc, fd, ft or femto, then names')
		.option('-l, --selector <labels>', 'only objects with these labels')
		.option('--no-show-events', 'without events')
		.addHelpText('after', `
Examples:
  femto describe fc/vibration -n plant-a
  femto describe fd sim-01
  femto describe fd -l site=a`);
	inSession<DescribeOptions>(addConnectionOptions(command), describe);
}
