import {join} from 'node:path';
import {CommanderError, Option, type Command} from 'commander';
import {openStore} from '../../apiserver/mod.ts';
import {explain} from '../../controller/mod.ts';
import {crds} from '../../protocol/generated/crds.ts';
import {systemClock, systemRandom} from '../../runtime/system.ts';
import {messageOf} from '../fail.ts';
import {answerWhy} from '../why/answer.ts';
import {loadObjects} from '../why/load.ts';

interface WhyOptions {
	readonly state: string;
	readonly output: 'text' | 'json';
}

const exitCodes = {ready: 0, notReady: 1, usage: 2} as const;

/** `femto why`: the one reason why a device is not where it should be. Exits with 0 when it is, 1 when not, 2 for misuse. */
export function addWhyCommand(program: Command): void {
	program
		.command('why')
		.summary('why a device is not where it should be')
		.description('Says why a device does not run what it should, by the same decision that the controller takes.')
		.argument('<device>', 'name of the FemtoDevice')
		.argument('[container]', 'one FemtoContainer only: name, or namespace/name')
		.requiredOption('--state <folder>', 'where the store of femto up or femto controller is; they may be running')
		.addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'))
		.exitOverride(({exitCode, code, message}) => {
			throw new CommanderError(exitCode === 0 ? 0 : exitCodes.usage, code, message);
		})
		.action(why);
}

async function why(device: string, container: string | undefined, {state, output}: WhyOptions): Promise<void> {
	try {
		const path = join(state, 'store.db');
		const store = openStore({path, clock: systemClock, random: systemRandom, crds, readOnly: true});
		const objects = await loadObjects(store).finally(() => store.close());
		const explanation = explain(objects, device, systemClock.now());
		if (explanation === undefined) {
			misuse(`there is no device ${device}`);
			return;
		}
		const answer = answerWhy(explanation, container);
		if (!answer.ok) {
			misuse(answer.error);
			return;
		}
		console.log(output === 'json' ? JSON.stringify(answer.value.json, null, 2) : answer.value.text);
		process.exitCode = answer.value.ready ? exitCodes.ready : exitCodes.notReady;
	} catch (error) {
		misuse(messageOf(error));
	}
}

function misuse(message: string): void {
	console.error(`femto: ${message}`);
	process.exitCode = exitCodes.usage;
}
