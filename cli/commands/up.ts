import {join} from 'node:path';
import type {Command} from 'commander';
import {runUp, type UpOptions} from '../up/run-up.ts';
import {installFolder} from '../install-folder.ts';
import {integerOption} from '../options.ts';
import {shutdownSignal} from '../signals.ts';

/** `femto up`: everything in one process, with emulated devices, for a laptop or a pipeline. */
export function addUpCommand(program: Command): void {
	program
		.command('up')
		.summary('run everything here, with emulated devices')
		.description(
			'Runs API, controller, broker and bridge in one process, starts emulated devices (the real firmware core, each '
			+ 'behind a UDP socket of its own), and applies a path of container folders and YAML: at start, and whenever it changes.',
		)
		.option('--devices <n>', 'emulated devices, labelled class=pump', integerOption('--devices', 0, 5000), 20)
		.option('--apply <path>', 'container folders and YAML to apply', join(installFolder(), 'manifests', 'samples'))
		.option('--state <folder>', 'where store and keys are kept (default: a temporary folder, deleted at the end)')
		.option('--bridge-port <port>', 'UDP port of the bridge; 0 = any', integerOption('--bridge-port', 0, 65_535), 0)
		.option('--broker-port <port>', 'TCP port of the broker; 0 = any', integerOption('--broker-port', 0, 65_535), 0)
		.option('--exit-when-ready', 'end when every container is Ready; exit code 1 after --timeout')
		.option('--timeout <seconds>', 'longest wait of --exit-when-ready', integerOption('--timeout', 1, 86_400), 120)
		.option('--verbose', 'also what the programs log')
		.action(async (options: UpOptions) => {
			process.exitCode = await runUp(options, shutdownSignal());
		});
}
