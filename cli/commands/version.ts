import {Option, type Command} from 'commander';
import {addServerOptions, type ConnectionOptions} from '../connect.ts';
import {errorLine, reportError} from '../fail.ts';
import {parse, text} from '../live/controller.ts';
import {toJson} from '../output/objects.ts';
import {oneLine} from '../output/text.ts';
import {processConsole, withSession, type Session} from '../session.ts';
import {version} from '../../runtime/version.ts';
import {writeYaml} from '../yaml.ts';

export interface VersionOptions extends ConnectionOptions {
	readonly client?: true;
	readonly output?: 'json' | 'yaml';
}

/** What is known of the versions. */
export interface Versions {
	readonly clientVersion: {readonly version: string; readonly node: string};
	readonly serverVersion?: {readonly gitVersion: string; readonly platform?: string};
}

/** `femto version`: of this program, and of the API server. */
export function addVersionCommand(program: Command): void {
	const command = program
		.command('version')
		.description('Prints the version of this program, and that of the API server.')
		.option('--client', 'of this program only')
		.addOption(new Option('-o, --output <format>', 'how to print').choices(['json', 'yaml']))
		.addHelpText('after', `
Examples:
  femto version
  femto version --client -o json`);
	addServerOptions(command).action(async (options: VersionOptions) => {
		const clientVersion = {version: `v${version}`, node: process.version};
		if (options.client === true) {
			processConsole.out(printVersions({clientVersion}, options.output));
			return;
		}
		try {
			process.exitCode = await withSession(options, (session) => showVersions(session, clientVersion, options));
		} catch (error) {
			processConsole.out(printVersions({clientVersion}, options.output));
			process.exitCode = reportError(error);
		}
	});
}

/** Returns the exit code: 1 when the server does not say. */
export async function showVersions(
	{console, read}: Session, clientVersion: Versions['clientVersion'], {output}: VersionOptions,
): Promise<number> {
	try {
		const answer = parse(await text(await read({path: '/version'}))) as Versions['serverVersion'] | null | undefined;
		if (typeof answer?.gitVersion !== 'string') {
			throw new TypeError('Cannot read the version of the server: gitVersion required');
		}
		console.out(printVersions({clientVersion, serverVersion: answer}, output));
		return 0;
	} catch (error) {
		console.out(printVersions({clientVersion}, output));
		console.error(errorLine(error));
		return 1;
	}
}

function printVersions(versions: Versions, output: VersionOptions['output']): string {
	if (output !== undefined) {
		return output === 'json' ? toJson(versions) : writeYaml([versions]);
	}
	const {clientVersion, serverVersion} = versions;
	return `Client Version: ${clientVersion.version}\n`
		+ (serverVersion === undefined ? '' : `Server Version: ${oneLine(serverVersion.gitVersion)}\n`);
}
