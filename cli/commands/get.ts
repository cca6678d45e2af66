import type {Command} from 'commander';
import {addConnectionOptions} from '../connect.ts';
import {get, type GetOptions} from '../get/get.ts';
import {inSession} from '../session.ts';

/** `femto get`: what is there, in the words of kubectl, with the columns that an operator wants. */
export function addGetCommand(program: Command): void {
	const command = program
		.command('get')
		.description('Shows femtocontainers (fc), femtodevices (fd), femtotenants (ft), or all of them (femto).')
		.argument('[type|type/name...]', 'fc, fd, ft or femto, then names')
		.option('-o, --output <format>', 'wide, json, yaml, name or jsonpath=TEMPLATE')
		.option('-l, --selector <labels>', 'only objects with these labels, for example class=pump,site!=b')
		.option('--field-selector <fields>', 'only objects with these fields, for example metadata.name=sim-01')
		.option('-w, --watch', 'then print each change')
		.option('--no-headers', 'no line of titles')
		.addHelpText('after', `
Examples:
  femto get fc -A                        every container, and how far its rollout is
  femto get fd -l class=pump -o wide
  femto get fc/vibration -w
  femto get fd sim-01 -o jsonpath='{.status.firmware.version}'`);
	inSession<GetOptions>(addConnectionOptions(command), get);
}
