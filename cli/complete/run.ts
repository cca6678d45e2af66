import {Command} from 'commander';
import {systemClock} from '../../runtime/system.ts';
import {connect} from '../connect.ts';
import {oneLine} from '../output/text.ts';
import {complete, type Completion} from './complete.ts';

/** A command as the main program lists it. */
export interface ListedCommand {
	readonly name: string;
	readonly summary: string;
	readonly load: () => Promise<(program: Command) => void>;
}

/** Nobody waits longer for a name. */
const patienceMs = 2_000;

/** `femto __complete WORD…`, called by the scripts of `femto completion` and by kubectl: prints what ends the last word. */
export async function runComplete(words: readonly string[], commands: readonly ListedCommand[]): Promise<void> {
	systemClock.setTimer(patienceMs, () => process.exit(0));
	const completion = await complete(words, {
		commands,
		load: async (name) => {
			const row = commands.find((one) => one.name === name);
			const program = new Command();
			(await row?.load())?.(program);
			return program.commands[0];
		},
		cluster: (options) => {
			const {client: api, namespace} = connect(options);
			return {api, namespace};
		},
	});
	process.stdout.write(printCompletion(completion), () => process.exit(0));
}

const noSpace = 2;
const noFiles = 4;

/** Lines of `word TAB meaning`, then `:` and the bits of cobra's protocol, which kubectl reads. */
export function printCompletion({suggestions, files}: Completion): string {
	const lines = suggestions.map(({word, meaning}) => oneLine(word) + (meaning === undefined ? '' : `\t${oneLine(meaning)}`));
	const isOpen = suggestions.length > 0 && suggestions.every(({word}) => /[/=]$/.test(word));
	return [...lines, `:${(isOpen ? noSpace : 0) + (files ? 0 : noFiles)}`, ''].join('\n');
}
