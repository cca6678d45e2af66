#!/usr/bin/env node
import {Command, CommanderError} from 'commander';
import {reportError} from './fail.ts';

interface Row {
	readonly name: string;
	readonly group: 'See' | 'Act' | 'Author' | 'Run' | 'Other';
	/** One line in `femto --help`. */
	readonly summary: string;
	readonly load: () => Promise<(program: Command) => void>;
}

/** Each command stands in a file of its own that is loaded only when it is called: help stays quick. */
const commands: readonly Row[] = [
	{
		name: 'get', group: 'See', summary: 'containers, devices and tenants, as a table or whole',
		load: async () => (await import('./commands/get.ts')).addGetCommand,
	},
	{
		name: 'describe', group: 'See', summary: 'all there is to say of one of them, with its events',
		load: async () => (await import('./commands/describe.ts')).addDescribeCommand,
	},
	{
		name: 'why', group: 'See', summary: 'why a device is not where it should be',
		load: async () => (await import('./commands/why.ts')).addWhyCommand,
	},
	{
		name: 'logs', group: 'See', summary: 'what containers log',
		load: async () => (await import('./commands/logs.ts')).addLogsCommand,
	},
	{
		name: 'tui', group: 'See', summary: 'watch and steer rollouts in the terminal',
		load: async () => (await import('./commands/tui.ts')).addTuiCommand,
	},
	{
		name: 'rollout', group: 'Act', summary: 'wait for a rollout, list its revisions, pause, resume, undo',
		load: async () => (await import('./commands/rollout.ts')).addRolloutCommand,
	},
	{
		name: 'build', group: 'Author', summary: 'compile, pack and sign a container folder',
		load: async () => (await import('./commands/build.ts')).addBuildCommand,
	},
	{
		name: 'dev', group: 'Author', summary: 'build and apply a folder whenever it is saved',
		load: async () => (await import('./commands/dev.ts')).addDevCommand,
	},
	{
		name: 'sign', group: 'Author', summary: 'sign a statement.json with the key of a tenant',
		load: async () => (await import('./commands/sign.ts')).addSignCommand,
	},
	{
		name: 'keys', group: 'Author', summary: 'make keys',
		load: async () => (await import('./commands/keys.ts')).addKeysCommand,
	},
	{
		name: 'tenant', group: 'Author', summary: 'grant permissions to a namespace',
		load: async () => (await import('./commands/tenant.ts')).addTenantCommand,
	},
	{
		name: 'up', group: 'Run', summary: 'run everything here, with emulated devices',
		load: async () => (await import('./commands/up.ts')).addUpCommand,
	},
	{
		name: 'controller', group: 'Run', summary: 'run the controller',
		load: async () => (await import('./commands/controller.ts')).addControllerCommand,
	},
	{
		name: 'apiserver', group: 'Run', summary: 'run the embedded Kubernetes API',
		load: async () => (await import('./commands/apiserver.ts')).addApiserverCommand,
	},
	{
		name: 'bridge', group: 'Run', summary: 'run the MQTT-SN gateway',
		load: async () => (await import('./commands/bridge.ts')).addBridgeCommand,
	},
	{
		name: 'broker', group: 'Run', summary: 'run the embedded MQTT broker',
		load: async () => (await import('./commands/broker.ts')).addBrokerCommand,
	},
	{
		name: 'device', group: 'Run', summary: 'run one device as a process of its own',
		load: async () => (await import('./commands/device.ts')).addDeviceCommand,
	},
	{
		name: 'version', group: 'Other', summary: 'of this program and of the API server',
		load: async () => (await import('./commands/version.ts')).addVersionCommand,
	},
	{
		name: 'completion', group: 'Other', summary: 'completion for bash, zsh or fish',
		load: async () => (await import('./commands/completion.ts')).addCompletionCommand,
	},
];

const groupTitles = {
	See: 'See what is there:', Act: 'Act on it:', Author: 'Make containers and tenants:', Run: 'Run the parts:', Other: 'Other:',
} as const;

/** The embedded store needs it; package.json says the same. */
const nodeMajorMin = 24;

const major = Number(process.versions.node.split('.')[0]);
if (major < nodeMajorMin) {
	console.error(`femto: Cannot run on Node ${process.versions.node}: ${nodeMajorMin} or later required`);
	process.exit(1);
}

/** A reader that has seen enough, as `| head` has, is no error. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
	process.exit(error.code === 'EPIPE' ? 0 : 1);
});

// bin/kubectl-femto sets it, so that help names what was typed.
const name = process.env['FEMTO_COMMAND_NAME'] ?? 'femto';
const program = new Command(name)
	.description('Declare in YAML what a fleet of microcontrollers shall run.')
	.showHelpAfterError(`(${name} --help, or ${name} COMMAND --help)`)
	.addHelpText('after', `
Examples:
  ${name} up                        everything on this machine, with 20 emulated devices
  ${name} build --sign my/ | kubectl apply -f -

${name} COMMAND --help tells the rest.`)
	.commandsGroup('Other:')
	.exitOverride();

const [first = '', second = ''] = process.argv.slice(2);
if (first === '__complete') {
	await (await import('./complete/run.ts')).runComplete(process.argv.slice(3), commands);
} else {
	await run(first === 'help' ? second : first);
}

async function run(wanted: string): Promise<void> {
	for (const row of commands) {
		if (row.name === wanted) {
			(await row.load())(program);
		} else {
			program.command(row.name).summary(row.summary).helpGroup(groupTitles[row.group]).allowUnknownOption();
		}
	}
	try {
		await program.parseAsync(process.argv);
	} catch (error) {
		process.exitCode = error instanceof CommanderError ? error.exitCode : reportError(error);
	}
}
