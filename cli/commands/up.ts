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
		.description(
			'Runs API, controller, broker and bridge in one process and starts emulated devices: the real firmware core, each '
			+ 'behind a UDP socket of its own. A new state begins with the samples; a kept one goes on where it was.',
		)
		.option('--devices <n>', 'emulated devices, labelled class=pump', integerOption('--devices', 0, 5000), 20)
		.option('--state <folder>', 'where store, keys, flash of the devices and kubeconfig are kept', '.femto')
		.option('--fresh', 'empty the state folder first')
		.option('--samples <path>', 'container folders and YAML of a new state', join(installFolder(), 'manifests', 'samples'))
		.option('--api-port <port>', 'TCP port of the API; 0 = the last one, else any', integerOption('--api-port', 0, 65_535), 0)
		.option('--bridge-port <port>', 'UDP port of the bridge; 0 = any', integerOption('--bridge-port', 0, 65_535), 10_000)
		.option('--broker-port <port>', 'TCP port of the broker; 0 = any', integerOption('--broker-port', 0, 65_535), 0)
		.option('--kubeconfig <file>', 'another API than the embedded one; it must know the kinds of crds/')
		.option('--processes', 'each program as a process of its own, started again when it ends')
		.option('--plain', 'lines instead of the view, also on a terminal')
		.option('--exit-when-ready', 'end when every container is Ready; exit code 1 after --timeout')
		.option('--timeout <seconds>', 'longest wait of --exit-when-ready', integerOption('--timeout', 1, 86_400), 120)
		.option('--verbose', 'also what the programs log')
		.addHelpText('after', `
Examples:
  femto up                                 20 devices and the samples; kept in ./.femto
  femto up --devices 5 --exit-when-ready`)
		.action(async (options: UpOptions) => {
			process.exitCode = await runUp(options, shutdownSignal());
		});
}
