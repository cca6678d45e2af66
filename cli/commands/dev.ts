import {createHash} from 'node:crypto';
import {realpathSync} from 'node:fs';
import type {Command} from 'commander';
import {systemRandom} from '../../runtime/system.ts';
import {prepareApplyLoop} from '../apply/apply-loop.ts';
import {checkPath} from '../apply/desired.ts';
import {addConnectionOptions, connect, type ConnectionOptions} from '../connect.ts';
import {keysFolder} from '../keys/keys-folder.ts';
import {lineLog} from '../log.ts';
import {aborted, shutdownSignal} from '../signals.ts';
import {openDevelopmentKeys} from '../up/development-keys.ts';
import {reportProgress} from '../up/report-progress.ts';

interface DevOptions extends ConnectionOptions {
	readonly keys?: string;
}

/** `femto dev`: a path of container folders and YAML is built, signed and applied whenever something in it is saved. */
export function addDevCommand(program: Command): void {
	const command = program
		.command('dev')
		.description(
			'Builds, signs and applies container folders and YAML through the API: now, and whenever a file is saved. What is '
			+ 'taken out of the folder goes from the API. A namespace without a key gets one, and a grant, from the keys that '
			+ 'femto up has made.',
		)
		.argument('<path>', 'container folders and YAML')
		.option('--keys <folder>', 'where the keys are (default: beside the kubeconfig, else .femto/keys)')
		.addHelpText('after', `
Examples:
  femto dev my/                            build, sign and apply whenever a file is saved`)
		.action((path: string, options: DevOptions) => dev(path, options));
	addConnectionOptions(command);
}

async function dev(path: string, options: DevOptions): Promise<void> {
	const signal = shutdownSignal();
	const say = (line: string): void => console.log(line);
	checkPath(path);
	const keys = openDevelopmentKeys(keysFolder(options.keys, options.kubeconfig), systemRandom);
	const {client} = connect(options);
	try {
		const common = {api: client, signal, say};
		const loop = await prepareApplyLoop({...common, path, owner: ownerOf(path), keyOf: keys.keyOf, tenants: keys.tenants});
		await loop.start();
		reportProgress({...common, log: lineLog('warn', say)});
		await aborted(signal);
	} finally {
		client.close();
	}
}

/** Two folders may be watched at once: neither deletes what the other has applied. */
function ownerOf(path: string): string {
	return `femto-dev-${createHash('sha256').update(realpathSync(path)).digest('hex').slice(0, 12)}`;
}
