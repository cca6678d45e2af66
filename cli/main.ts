#!/usr/bin/env node
import {Command, CommanderError} from 'commander';
import {messageOf} from './fail.ts';

/** Each command stands in a file of its own that is loaded only when it is called: help stays quick. */
const commands = {
	build: async () => (await import('./commands/build.ts')).addBuildCommand,
	keys: async () => (await import('./commands/keys.ts')).addKeysCommand,
	sign: async () => (await import('./commands/sign.ts')).addSignCommand,
	tenant: async () => (await import('./commands/tenant.ts')).addTenantCommand,
	up: async () => (await import('./commands/up.ts')).addUpCommand,
	controller: async () => (await import('./commands/controller.ts')).addControllerCommand,
	bridge: async () => (await import('./commands/bridge.ts')).addBridgeCommand,
	broker: async () => (await import('./commands/broker.ts')).addBrokerCommand,
	device: async () => (await import('./commands/device.ts')).addDeviceCommand,
	why: async () => (await import('./commands/why.ts')).addWhyCommand,
} satisfies Record<string, () => Promise<(program: Command) => void>>;

/** The embedded store needs it; package.json says the same. */
const nodeMajorMin = 24;

const program = new Command('femto')
	.description('Declare in YAML what a fleet of microcontrollers shall run.')
	.showHelpAfterError('(femto --help, or femto COMMAND --help)')
	.exitOverride();

const major = Number(process.versions.node.split('.')[0]);
if (major < nodeMajorMin) {
	console.error(`femto: Cannot run on Node ${process.versions.node}: ${nodeMajorMin} or later required`);
	process.exit(1);
}

const wanted = process.argv[2] ?? '';
const chosen = Object.hasOwn(commands, wanted) ? [commands[wanted as keyof typeof commands]] : Object.values(commands);
for (const load of chosen) {
	(await load())(program);
}

try {
	await program.parseAsync(process.argv);
} catch (error) {
	if (error instanceof CommanderError) {
		process.exitCode = error.exitCode;
	} else {
		console.error(`femto: ${messageOf(error)}`);
		process.exitCode = 1;
	}
}
