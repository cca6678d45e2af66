import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {Command} from 'commander';

const cli = join(import.meta.dirname, '../../../cli');
const names = readdirSync(join(cli, 'commands')).map((file) => file.replace(/\.ts$/, ''));

function femto(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
	const {status, stdout, stderr} = spawnSync(process.execPath, [join(cli, 'main.ts'), ...args], {
		encoding: 'utf8', env: {...process.env, ...environment}, timeout: 30_000,
	});
	return {code: status, out: stdout, error: stderr};
}

async function load(name: string): Promise<Command> {
	const found = await import(join(cli, 'commands', `${name}.ts`)) as Record<string, (program: Command) => void>;
	const program = new Command('femto');
	const add = Object.entries(found).find(([key]) => /^add\w+Command$/.test(key))?.[1];
	assert.ok(add, `${name} exports add…Command`);
	add(program);
	const [command] = program.commands;
	assert.ok(command);
	return command;
}

/** Help as it is printed, with what is added after it. */
function helpOf(command: Command): string {
	let text = '';
	command.configureOutput({writeOut: (piece) => {
		text += piece;
	}});
	command.outputHelp();
	return text;
}

for (const name of names) {
	test(`the help of ${name} says what it does and gives examples`, async () => {
		const command = await load(name);
		for (const one of [command, ...command.commands]) {
			const help = helpOf(one);
			assert.notEqual(one.description(), '', one.name());
			assert.match(help, new RegExp(`\nExamples:\n  .*femto ${name}`), one.name());
		}
	});
}

test('help lists every command in a group, and loads none of them', () => {
	const {code, out} = femto(['--help']);
	assert.equal(code, 0);
	for (const name of names) {
		assert.match(out, new RegExp(`^  ${name} `, 'm'));
	}
	assert.match(out, /^See what is there:$/m);
	const source = readFileSync(join(cli, 'main.ts'), 'utf8');
	assert.doesNotMatch(source, /^import .*commands\//m);
});

test('an unknown command is refused with the nearest one, exit code 1', () => {
	assert.deepEqual(femto(['rolout']), {
		code: 1, out: '', error: "error: unknown command 'rolout'\n(Did you mean rollout?)\n(femto --help, or femto COMMAND --help)\n",
	});
});

test('run as a plugin of kubectl, help names what was typed', () => {
	assert.match(femto(['get', '--help'], {FEMTO_COMMAND_NAME: 'kubectl femto'}).out, /^Usage: kubectl femto get /);
});

test('help COMMAND is the help of the command', () => {
	assert.match(femto(['help', 'rollout']).out, /^Usage: femto rollout .*\n  undo /s);
});
